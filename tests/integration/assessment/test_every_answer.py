"""What holds for every call that changes answers to questionnaires, or combines assessments."""

from collections.abc import Awaitable, Callable, Mapping

import pytest
import sqlalchemy as sa
from google.protobuf.message import Message

from integration.assessment.answering import Answering, of_a_life, words
from integration.assessment.practice import Practice, call, opening, today
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.events import PAYLOADS
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.rights import RIGHTS
from sevensteps.service.tables import outbox

SERVICE = "/sevensteps.api.assessment.v1.QuestionnairesService/"
NO_CASE = "case-000000000000"


async def to_case(form: Answering) -> None:
    """Open a case, with a carer's that is linked."""
    case = await form.work.open()
    linked = opening(assessment_pb2.CASE_KIND_CARER)
    linked.linked_case_id = case.case_id
    form.others_case = (await form.work.amy.OpenCase(linked)).case


async def to_begun(form: Answering) -> None:
    """Begin answers."""
    await to_case(form)
    await form.begin()


async def to_saved(form: Answering) -> None:
    """Save some."""
    await to_begun(form)
    await form.save(of_a_life("nutrition"))


async def to_submitted(form: Answering) -> None:
    """Submit them."""
    await to_saved(form)
    await form.submit()


async def to_shown(form: Answering) -> None:
    """Show them."""
    await to_submitted(form)
    await form.show()


async def to_combined(form: Answering) -> None:
    """Combine the two cases."""
    await to_case(form)
    await form.combine(form.others_case)


GOOD: Mapping[str, tuple[Callable[[Answering], Awaitable[None]], Message]] = {
    "BeginAnswers": (
        to_case,
        pb.BeginAnswersRequest(questionnaire="needs", way=pb.ASSESSMENT_WAY_SELF_ASSESSMENT, wished=True),
    ),
    "SaveAnswers": (
        to_begun,
        pb.SaveAnswersRequest(answered_by=pb.ANSWERER_PERSON, given={"good": words("The sea.")}),
    ),
    "SubmitAnswers": (to_saved, pb.SubmitAnswersRequest()),
    "ShowAnswers": (to_submitted, pb.ShowAnswersRequest(practitioner="amy")),
    "ViewAnswers": (to_shown, pb.ViewAnswersRequest(agrees_with_rest=True)),
    "CombineAssessments": (
        to_case,
        pb.CombineAssessmentsRequest(consented_on=today(), other_consented_on=today()),
    ),
    "WithdrawConsent": (to_combined, pb.WithdrawConsentRequest()),
}
"""What comes before each call, and a good request of it without its ids."""

every_change = pytest.mark.parametrize("rpc", sorted(GOOD))


@pytest.fixture
def form(work: Practice) -> Answering:
    """Answers that nobody has begun."""
    return Answering(work)


async def come_to(form: Answering, rpc: str) -> Message:
    """Bring a case to where a call may be made; answers a good request of it."""
    before, good = GOOD[rpc]
    await before(form)
    request = form.on_answers(good)
    if isinstance(request, pb.CombineAssessmentsRequest):
        request.with_case_id = form.others_case.case_id
    return request


async def events_of(form: Answering) -> list[sa.Row[tuple[object, ...]]]:
    """The case's events, in order."""
    of_case = sa.select(outbox).where(outbox.c.case_id == form.work.case.case_id).order_by(outbox.c.seq)
    return await form.work.running.store.read(lambda connection: list(connection.execute(of_case).all()))


def test_every_changing_call_is_in_these_tests() -> None:
    """A call that has a request id changes something, and is tested here."""
    service = pb.DESCRIPTOR.services_by_name["QuestionnairesService"]
    changing = {method.name for method in service.methods if "request_id" in method.input_type.fields_by_name}
    assert changing == GOOD.keys()


@every_change
@pytest.mark.item(3, 16, 17, 18)
async def test_a_good_request_is_done_once_and_told(form: Answering, rpc: str) -> None:
    """One event says so, without anybody's words; the same request again gives the first answer and tells nothing."""
    request = await come_to(form, rpc)
    told = await events_of(form)
    first = await call(form.work.amy, rpc, request)
    events = await events_of(form)
    assert len(events) == len(told) + 1
    assert PAYLOADS[events[-1].type].of(events[-1].payload).as_json() == events[-1].payload
    assert "sea" not in events[-1].payload
    assert (events[-1].actor, events[-1].council) == ("amy", "example")
    assert await call(form.work.amy, rpc, request) == first
    assert await events_of(form) == events


@every_change
async def test_a_stale_etag_changes_nothing(form: Answering, rpc: str) -> None:
    """Whoever has not read the newest version is told to read it."""
    request = await come_to(form, rpc)
    told = await events_of(form)
    setattr(request, "etag", "999")  # noqa: B010 - every one has it; Message does not say so
    fault = await refusal_of(call(form.work.amy, rpc, request))
    assert (fault.kind, fault.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    request.ClearField("etag")
    fault = await refusal_of(call(form.work.amy, rpc, request))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["etag"])
    assert await events_of(form) == told


@every_change
async def test_another_councils_case_is_not_there(form: Answering, rpc: str) -> None:
    """The answer is the same as for a case that does not exist."""
    request = await come_to(form, rpc)
    stranger = form.work.caller(Role.PRACTITIONER, subject="sam", council="elsewhere")
    fault = await refusal_of(call(stranger, rpc, request))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")
    setattr(request, "case_id", NO_CASE)  # noqa: B010 - every one has it; Message does not say so
    unknown = await refusal_of(call(stranger, rpc, request))
    assert (unknown.kind, unknown.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")


@every_change
async def test_a_role_without_the_right_is_refused_by_name(form: Answering, rpc: str) -> None:
    """Every role that has no right is told which call it lacks, and nothing is changed."""
    request = await come_to(form, rpc)
    told = await events_of(form)
    for role in set(Role) - RIGHTS[SERVICE + rpc]:
        fault = await refusal_of(call(form.work.caller(role, council=EVERY_COUNCIL), rpc, request))
        assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")
    assert await events_of(form) == told


@every_change
async def test_after_the_ending_nothing_changes(form: Answering, rpc: str) -> None:
    """An ended case stays as it ended: the refusal says how."""
    request = await come_to(form, rpc)
    await form.work.read()
    await form.work.end()
    if "answers_id" not in request.DESCRIPTOR.fields_by_name:
        setattr(request, "etag", form.work.case.etag)  # noqa: B010 - as above
    fault = await refusal_of(call(form.work.amy, rpc, request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_ENDED")
