"""Every field of every request that the deciding services take: what is wrong with it is told by its name."""

from collections.abc import Awaitable, Callable, Iterator
from typing import cast
from uuid import uuid4

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from contract.test_rights import CALLS, CHANGES, DECIDING
from servers.services import Running, SharedService, refusal_of
from sevensteps.errors import Fault
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.identity.rights import RIGHTS
from sevensteps.rpc.client import channel

SERVED = {rpc: method for rpc, method in CALLS.items() if rpc.split(".")[2] in DECIDING}
NUL = "a\0b"
MAY_BE_LEFT_OUT = frozenset(
    {
        "BeginAnswersRequest.version",
        "BeginAnswersRequest.helper",
        "BeginAnswersRequest.because",
        "BeginAnswersRequest.based_on",
        "ShowAnswersRequest.shown_on",
        "WithdrawConsentRequest.withdrawn_on",
        "GetQuestionnaireRequest.name",
        "GetQuestionnaireRequest.answers_id",
        "GetAnswersRequest.answers_id",
        "ProposeDeterminationRequest.answers_id",
        "ProposeDeterminationRequest.duty",
        *(
            f"RecordConversationRequest.{name}"
            for name in (
                *("held_on", "wishes", "strengths", "preferences", "aspirations", "wanted_outcomes", "living_goals"),
                *("communication_needs", "formats", "language"),
            )
        ),
        "RefuseConversationRequest.refused_on",
        "AnswerOwnNeedRequest.words",
        "AnswerOwnNeedRequest.answered_on",
        "AddPersonRequest.known_since",
        *(
            f"{name}Request.{field}"
            for name in ("AddPerson", "ChangePermission")
            for field in ("permitted_by", "shared_from", "shared_until")
        ),
        "HelpThroughRequest.through_person_id",
        "GetPermissionRequest.on",
        "EndResourceRequest.ended_on",
        "ChooseHelpRequest.person_id",
        "RecordStreamRequest.health_need",
        "RecordStreamRequest.immediate_representative",
        "OfferBudgetRequest.answered_on",
        "OfferBudgetRequest.because",
        "ArrangeMoneyRequest.once",
        "ConfirmDeterminationRequest.duty_because",
        "GiveWrittenRecordRequest.given_on",
        "GiveAdviceRequest.given_on",
        "GiveAdviceRequest.how",
        "RecordContactRequest.contacted_on",
        "DecideContactRequest.decided_on",
        "DecideContactRequest.whereto",
        "DecideContactRequest.transition_on",
        "RecordEnquiryRequest.asked_on",
        "RecordRefusalRequest.refused_on",
        "ReviveAssessmentRequest.revived_on",
        "RaiseConcernRequest.noticed_on",
        "DecideConcernRequest.decided_on",
        "GetRoundComparisonRequest.round",
        "GetRoundComparisonRequest.earlier_round",
        "RecordHowItFeltRequest.own_words",
        "RecordHowItFeltRequest.answered_on",
        "RecordOverdueRequest.clock",
        "ResumeCaseRequest.skips",
        "ResumeCaseRequest.turn",
        "CorrectSpendRequest.evidence",
        "GiveIndicativeBudgetRequest.points",
        "GiveIndicativeBudgetRequest.weekly_by_practitioner",
        "SavePlanRequest.helper",
        "SavePlanRequest.review_on",
        "SavePlanRequest.top_up",
        "ArrangeMoneyRequest.payee",
        "ArrangeMoneyRequest.facts",
        "ProposeDeterminationRequest.adult",  # adult or carer: `facts` is told where both are missing
        "ProposeDeterminationRequest.carer",
        "GetPlanRequest.version",
        "GetApprovalRequest.version",
        "OpenLifeRequest.direct_payment_since",
        "OpenLifeRequest.in_force",
        "OpenLifeRequest.review_on",
        "EndCaseRequest.ended_on",
        "EndCaseRequest.because",
        "PlaceHoldRequest.because",
        "ReleaseHoldRequest.because",
        "CloseCaseRequest.ended_on",
        "RecordSpendRequest.evidence",
        "RecordComplaintRequest.received_on",
        "RecordComplaintRequest.late_because",
        "AcknowledgeComplaintRequest.acknowledged_on",
        "ExtendComplaintRequest.agreed_on",
        "ExplainComplaintDelayRequest.explained_on",
        "AnswerComplaintRequest.answered_on",
        "WithdrawComplaintRequest.withdrawn_on",
        "RecordAccessRequestRequest.received_on",
        "ExtendAccessRequestRequest.told_on",
        "AnswerAccessRequestRequest.answered_on",
        "AnswerAccessRequestRequest.because",
        "WithdrawAccessRequestRequest.withdrawn_on",
        "AppointAdvocateRequest.ends_on",
        "AcceptAppropriatePersonRequest.ends_on",
        "RecordCapacityRequest.help_given",
        "RecordCapacityRequest.expires_on",
        "RecordBestInterestsRequest.safeguards",
        "RecordAuthorityRequest.expires_on",
        "CheckAuthorityRequest.because",
        "GetIndividualBudgetRequest.on",
        "GetRepresentationRequest.on",
        "ArrangeMoneyRequest.payee_reference",
        "OpenCaseRequest.another_because",
        "OpenCaseRequest.linked_case_id",
        "AssessFinancesRequest.means",  # means or answers_id: `source` is told where both are missing
        "AssessFinancesRequest.answers_id",
        "GetFinancialAssessmentRequest.financial_assessment_id",
        "ListFinancesDueRequest.on",
    }
)
"""Fields that say something when they are left out, too."""
TOLD_WITH_THE_CASE = "etag"
"""The journey needs none. That people do is told when their case has been read."""
PAGE = frozenset({"page_size", "page_token"})
"""Without them, a list begins at its beginning."""
ASKED_FOR = frozenset(
    {FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_ENUM, FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_MESSAGE}
)


def texts_of(kind: Descriptor) -> Iterator[tuple[str, Message]]:
    """Each text of a message, however deep: its path, and a message with NUL there and nothing else."""
    for field in kind.fields:
        for path, value in values_of(field):
            message = GetMessageClass(kind)()
            content = getattr(message, field.name)
            if is_map(field):
                put_in(content, *cast("tuple[str, object]", value))
            elif field.is_repeated:
                content.append(value)
            elif isinstance(value, Message):
                content.CopyFrom(value)
            else:
                setattr(message, field.name, value)
            yield path, message


def values_of(field: FieldDescriptor) -> Iterator[tuple[str, object]]:
    """What a field may hold that has NUL somewhere, and the path to it. For a map, the entry."""
    place = f"{field.name}[0]" if field.is_repeated else field.name
    if field.type == FieldDescriptor.TYPE_STRING:
        yield place, NUL
    elif is_map(field):
        yield f"{field.name}[...]", (NUL, None)
        if message_of(field).fields_by_name["value"].type == FieldDescriptor.TYPE_STRING:
            yield f"{field.name}[key]", ("key", NUL)
    elif field.type == FieldDescriptor.TYPE_MESSAGE:
        yield from ((f"{place}.{path}", message) for path, message in texts_of(message_of(field)))


def message_of(field: FieldDescriptor) -> Descriptor:
    return cast("Descriptor", field.message_type)


def is_map(field: FieldDescriptor) -> bool:
    return field.type == FieldDescriptor.TYPE_MESSAGE and message_of(field).GetOptions().map_entry


def put_in(content: object, key: str, value: object) -> None:
    """Put an entry into a map; without a value, the one that its kind begins with."""
    entries = cast("dict[str, object]", content)
    if value is None:
        entries[key]  # makes it: so it is with maps of messages
    else:
        entries[key] = value


async def refusal_by(running: Running, rpc: str, request: Message) -> Fault:
    """How somebody who may make the call is refused."""
    role = min(RIGHTS[rpc])
    token = running.token("somebody", role, council=EVERY_COUNCIL)
    async with channel(running.address, lambda: token) as calls:
        call = calls.unary_unary(rpc, type(request).SerializeToString, bytes)
        return await refusal_of(cast("Callable[[Message], Awaitable[object]]", call)(request))


@pytest.mark.parametrize("rpc", sorted(SERVED))
async def test_a_text_with_nul_is_refused_by_its_name(shared_service: SharedService, rpc: str) -> None:
    """PostgreSQL cannot store it, and SQLite should not: so it is with ids, in maps and deep within a message."""
    running = await shared_service(rpc.split(".")[2])
    for path, request in texts_of(SERVED[rpc].input_type):
        fault = await refusal_by(running, rpc, request)
        assert (fault.reason, [each.field for each in fault.violations]) == ("FIELD_INVALID", [path])


@pytest.mark.parametrize("rpc", sorted(SERVED))
async def test_what_is_missing_is_told_by_its_name(shared_service: SharedService, rpc: str) -> None:
    """Of a request that says nothing, everything that has to be said is told at once."""
    kind = SERVED[rpc].input_type
    request = GetMessageClass(kind)()
    needed = {field.name for field in kind.fields if is_needed(field)}
    if rpc in CHANGES:
        setattr(request, "request_id", str(uuid4()))  # noqa: B010 - every one has it; Message does not say so
        needed.remove("request_id")
    elif "case_id" not in needed:
        return
    fault = await refusal_by(await shared_service(rpc.split(".")[2]), rpc, request)
    assert fault.reason == "FIELD_INVALID"
    assert needed <= {violation.field for violation in fault.violations}


def is_needed(field: FieldDescriptor) -> bool:
    """Whether a field has to be in a request."""
    optional = field.has_presence and field.type != FieldDescriptor.TYPE_MESSAGE
    left_out = (
        f"{cast('Descriptor', field.containing_type).name}.{field.name}" in MAY_BE_LEFT_OUT
        or field.name == TOLD_WITH_THE_CASE
        or field.name in PAGE
    )
    return not (field.is_repeated or optional or left_out) and field.type in ASKED_FOR
