"""A practitioner's work on one case, step by step, over the wire; and a good request of every changing call."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, cast
from uuid import uuid4

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from integration.assessment import finance_requests
from servers.services import Running
from sevensteps import clock
from sevensteps.api.assessment import v1
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1 import choices_pb2, conversation_pb2, finances_pb2, people_pb2
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.steps import ADULT_OUTCOMES

if TYPE_CHECKING:
    from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceAsyncStub

M = TypeVar("M", bound=Message)

UNABLE = pb.OutcomeAnswers(cannot_unaided=True)
ABLE = pb.OutcomeAnswers(cannot_unaided=False, pain_distress_anxiety=False, endangers=False, takes_longer=False)


def new_id() -> str:
    """A request id that nobody has used."""
    return str(uuid4())


def today() -> str:
    """This day as the service sees it."""
    return clock.today().isoformat()


def days_ago(days: int) -> str:
    """A day so many days before this one."""
    return (clock.today() - timedelta(days=days)).isoformat()


def in_a_year() -> str:
    """A day so far ahead that no answer is due later."""
    return days_ago(-365)


def adult(*unable: str, significant_impact: bool = True) -> pb.AdultFacts:
    """An adult with an impairment who lives here, cannot achieve some outcomes, and can achieve all the others."""
    outcomes = {name: UNABLE if name in unable else ABLE for name in ADULT_OUTCOMES}
    return pb.AdultFacts(
        impairment=True, outcomes=outcomes, significant_impact=significant_impact, residence=pb.RESIDENCE_HERE
    )


ELIGIBLE = adult("nutrition", "hygiene")
NOT_ELIGIBLE = adult("nutrition")
UNSETTLED = pb.AdultFacts(impairment=True, significant_impact=True, residence=pb.RESIDENCE_HERE)


def modules(ending: str) -> Iterator[object]:
    """The generated modules of step 1 whose names end so, one a file of the contract."""
    for module in pkgutil.iter_modules(v1.__path__, f"{v1.__name__}."):
        if module.name.endswith(ending):
            yield importlib.import_module(module.name)


def methods() -> Iterator[MethodDescriptor]:
    """Every call of every service of step 1."""
    for module in modules("_pb2"):
        for service in module.DESCRIPTOR.services_by_name.values():  # type: ignore[attr-defined]
            yield from service.methods


def everything(channel: grpc.aio.Channel) -> AssessmentServiceAsyncStub:
    """A caller of every service of step 1: no two of them have a call of one name."""
    caller = type("Caller", (), {})()
    for module in modules("_pb2_grpc"):
        for name, stub in vars(module).items():
            if name.endswith("ServiceStub"):
                vars(caller).update(vars(stub(channel)))
    return cast("AssessmentServiceAsyncStub", caller)


async def call(stub: AssessmentServiceAsyncStub, rpc: str, request: Message) -> Message:
    """Call an RPC by its name."""
    return await cast("Callable[[Message], Awaitable[Message]]", getattr(stub, rpc))(request)


def new_reference() -> str:
    """The reference of a person whom the council has not known before."""
    return f"P-{uuid4()}"


def opening(kind: pb.CaseKind.ValueType = pb.CASE_KIND_ADULT, reference: str = "") -> pb.OpenCaseRequest:
    """What opens a case, of a person of its own unless one is named."""
    return pb.OpenCaseRequest(request_id=new_id(), kind=kind, person_reference=reference or new_reference())


def complaint(received_on: str = "", happened_on: str = "", late_because: str = "") -> pb.RecordComplaintRequest:
    """A spoken complaint of the person, about something of the day on which it was received."""
    return pb.RecordComplaintRequest(
        received_on=received_on,
        how=pb.MADE_HOW_SPOKEN,
        made_by=pb.MADE_BY_PERSON,
        about="Nobody came for weeks.",
        happened_on=happened_on or received_on or today(),
        late_because=late_because,
    )


def access_request(received_on: str = "") -> pb.RecordAccessRequestRequest:
    """A request by email of the person for their own data."""
    return pb.RecordAccessRequestRequest(
        received_on=received_on,
        how=pb.MADE_HOW_ELECTRONIC,
        made_by=pb.MADE_BY_PERSON,
        about="Everything of the last year.",
    )


def newcomer(**fields: object) -> people_pb2.AddPersonRequest:
    """A sister, who may be told of the plan, as the person says."""
    said = {
        "reference": new_reference(),
        "role": people_pb2.CIRCLE_ROLE_FAMILY,
        "relation": people_pb2.RELATION_SIBLING,
        "may_share": [people_pb2.SHARE_SCOPE_PLAN],
        "permitted_by": people_pb2.PERMITTED_BY_PERSON,
    }
    return people_pb2.AddPersonRequest(**said | fields)  # type: ignore[arg-type]


def keeping(**fields: object) -> choices_pb2.KeepServiceRequest:
    """A day centre that the person has gone to for years."""
    said = {"reference": "S-7", "needs": ["community"], "weekly": "40.00", "because": "My friends are there."}
    return choices_pb2.KeepServiceRequest(**said | fields)  # type: ignore[arg-type]


class Practice:
    """Amy at work on one case. Each step sends the etag of the one before."""

    def __init__(self, running: Running, subject: str = "amy") -> None:
        self.running = running
        self.amy = self.caller(Role.PRACTITIONER, subject=subject)
        self.case = pb.Case()
        self.determination = pb.Determination(determination_id="determination-of-nothing")
        self.person_id = "person-of-nobody"
        self.need_id = self.resource_id = self.kept_service_id = "what-nobody-has"
        self.complaint = pb.Complaint(complaint_id="complaint-of-nobody")
        self.access_request = pb.AccessRequest(access_request_id="access-to-nothing")
        self.finances = finances_pb2.FinancialAssessment(financial_assessment_id="finances-of-nobody")

    def caller(self, *roles: Role, subject: str = "somebody", council: str = "example") -> AssessmentServiceAsyncStub:
        """Another caller."""
        return self.running.stub(everything, self.running.token(subject, *roles, council=council))

    def journey(self) -> AssessmentServiceAsyncStub:
        """The journey as a caller."""
        return self.caller(Role.JOURNEY, subject="journey", council=EVERY_COUNCIL)

    async def open(self, kind: pb.CaseKind.ValueType = pb.CASE_KIND_ADULT, reference: str = "") -> pb.Case:
        """Open the case."""
        self.case = (await self.amy.OpenCase(opening(kind, reference))).case
        return self.case

    async def talk(self) -> None:
        """Have the conversation that comes before a determination is confirmed."""
        answer = await call(self.amy, "RecordConversation", self.on_case(GOOD["RecordConversation"]))
        self.case = cast("conversation_pb2.RecordConversationResponse", answer).case

    async def do(self, request: Message) -> Message:
        """Make a call on the case as it stands, by its request."""
        answer = await call(self.amy, request.DESCRIPTOR.name.removesuffix("Request"), self.on_case(request))
        self.case = answer.case  # type: ignore[attr-defined]
        return answer

    async def add_person(self, **fields: object) -> people_pb2.CirclePerson:
        """Add somebody to the circle."""
        added = await self.do(newcomer(**fields))
        person = cast("people_pb2.AddPersonResponse", added).person
        self.person_id = person.person_id
        return person

    async def say_a_need(self) -> None:
        """Say a need of one's own."""
        said = await self.do(GOOD["SayNeeds"])
        self.need_id = cast("conversation_pb2.SayNeedsResponse", said).need_ids[0]

    async def record_a_resource(self) -> None:
        """Record something to count on."""
        recorded = await self.do(GOOD["RecordResource"])
        self.resource_id = cast("people_pb2.RecordResourceResponse", recorded).resource.resource_id

    async def keep_a_service(self, **fields: object) -> choices_pb2.KeptService:
        """Keep a service as it is."""
        kept = cast("choices_pb2.KeepServiceResponse", await self.do(keeping(**fields))).service
        self.kept_service_id = kept.kept_service_id
        return kept

    async def propose(self, facts: pb.AdultFacts = ELIGIBLE) -> pb.Determination:
        """Have a determination proposed, after a conversation about what matters to the person."""
        await self.talk()
        request = pb.ProposeDeterminationRequest(assessed_on=today(), adult=facts)
        answer = await self.amy.ProposeDetermination(self.on_case(request))
        self.case, self.determination = answer.case, answer.determination
        return self.determination

    async def confirm(self) -> pb.Determination:
        """Confirm the determination that was proposed."""
        request = pb.ConfirmDeterminationRequest(reasons="Cannot wash or eat without help.")
        answer = await self.amy.ConfirmDetermination(self.on_case(request))
        self.case, self.determination = answer.case, answer.determination
        return self.determination

    async def give_budget(self) -> None:
        """Give the indicative budget."""
        answer = await self.amy.GiveIndicativeBudget(self.on_case(pb.GiveIndicativeBudgetRequest(points=16)))
        self.case = answer.case

    async def hold(self) -> None:
        """Put the case on hold."""
        answer = await self.amy.PlaceHold(self.on_case(pb.PlaceHoldRequest(reason=pb.HOLD_REASON_HOSPITAL)))
        self.case = answer.case

    async def end(self) -> None:
        """End the case."""
        answer = await self.amy.EndCase(self.on_case(pb.EndCaseRequest(ending=pb.ENDING_SUPPORT_ENDED)))
        self.case = answer.case

    async def refuse_finances(self) -> None:
        """Record that the person refuses the financial assessment."""
        answer = await call(self.amy, "AssessFinances", self.on_case(finance_requests.refused()))
        assessed = cast("finances_pb2.AssessFinancesResponse", answer)
        self.case, self.finances = assessed.case, assessed.financial_assessment

    async def complain(self, **fields: str) -> pb.Complaint:
        """Record a complaint."""
        answer = await self.amy.RecordComplaint(self.on_case(complaint(**fields)))
        self.case, self.complaint = answer.case, answer.complaint
        return self.complaint

    async def ask_for_data(self, **fields: str) -> pb.AccessRequest:
        """Record a request for one's own data."""
        answer = await self.amy.RecordAccessRequest(self.on_case(access_request(**fields)))
        self.case, self.access_request = answer.case, answer.access_request
        return self.access_request

    async def come_to(self, rpc: str) -> Message:
        """Open a case and bring it to where a call may be made; answers a good request of that call."""
        await self.open()
        for step in COMES_FIRST[rpc]:
            await step(self)
        return self.on_case(GOOD[rpc])

    async def read(self) -> pb.Case:
        """The case as it stands now."""
        self.case = (await self.amy.GetCase(pb.GetCaseRequest(case_id=self.case.case_id))).case
        return self.case

    def on_case(self, request: M) -> M:
        """The request for this case as it stands, with a new request id."""
        made = type(request)()
        made.CopyFrom(request)
        values = {
            "request_id": new_id(),
            "case_id": self.case.case_id,
            "etag": self.case.etag,
            "determination_id": self.determination.determination_id,
            "person_id": self.person_id,
            "need_id": self.need_id,
            "resource_id": self.resource_id,
            "kept_service_id": self.kept_service_id,
            "complaint_id": self.complaint.complaint_id,
            "access_request_id": self.access_request.access_request_id,
            "financial_assessment_id": self.finances.financial_assessment_id,
        }
        for name, value in values.items():
            if name in made.DESCRIPTOR.fields_by_name:
                setattr(made, name, value)
        return made

    def who_may(self, rpc: str) -> AssessmentServiceAsyncStub:
        """Somebody who may make the call."""
        if rpc == "ResumeCase":
            return self.caller(Role.OPERATIONS, subject="olu")
        if rpc == "AnswerComplaint":
            return self.caller(Role.TEAM_MANAGER, subject="tess")
        return self.journey() if rpc == "OpenAssessment" else self.amy


GOOD: Mapping[str, Message] = {
    "RecordUrgentSupport": pb.RecordUrgentSupportRequest(
        needs=["nutrition"], weekly="120.00", starts_on=today(), because="Nobody brings meals from tomorrow on."
    ),
    "RecordSelfAssessment": pb.RecordSelfAssessmentRequest(
        help=pb.SELF_ASSESSMENT_HELP_ALONE, own_words="I want to cook for myself again."
    ),
    "RecordConversation": conversation_pb2.RecordConversationRequest(what_matters="My garden, and my friends."),
    "RefuseConversation": conversation_pb2.RefuseConversationRequest(because="She has told us all that before."),
    "SayNeeds": conversation_pb2.SayNeedsRequest(
        needs=[conversation_pb2.SaidNeed(words="Somebody to eat with.", outcome="nutrition")]
    ),
    "AnswerOwnNeed": conversation_pb2.AnswerOwnNeedRequest(met=conversation_pb2.OWN_NEED_MET_PARTLY),
    "AddPerson": newcomer(),
    "ChangePermission": people_pb2.ChangePermissionRequest(
        may_share=[people_pb2.SHARE_SCOPE_REVIEWS], permitted_by=people_pb2.PERMITTED_BY_PERSON
    ),
    "HelpThrough": people_pb2.HelpThroughRequest(),
    "RemovePerson": people_pb2.RemovePersonRequest(because="They have moved away."),
    "RecordResource": people_pb2.RecordResourceRequest(
        kind=people_pb2.RESOURCE_KIND_COMMUNITY_GROUP, about="The choir on Tuesdays."
    ),
    "EndResource": people_pb2.EndResourceRequest(),
    "ChooseHelp": choices_pb2.ChooseHelpRequest(
        step=choices_pb2.HELPED_STEP_PLAN_MADE, amount=choices_pb2.HELP_AMOUNT_A_LOT
    ),
    "KeepService": keeping(),
    "LetServiceGo": choices_pb2.LetServiceGoRequest(because="I would like to try the choir."),
    "ConsiderAdvocacy": pb.ConsiderAdvocacyRequest(understanding=True, appropriate_person=False),
    "ProposeDetermination": pb.ProposeDeterminationRequest(assessed_on=today(), adult=ELIGIBLE),
    "ConfirmDetermination": pb.ConfirmDeterminationRequest(reasons="Cannot wash or eat without help."),
    "GiveIndicativeBudget": pb.GiveIndicativeBudgetRequest(points=16),
    "AssessFinances": finance_requests.full(),
    "JudgeFinances": finances_pb2.JudgeFinancesRequest(weekly_charge="25.00", because="Forms frighten him."),
    "GiveWrittenRecord": pb.GiveWrittenRecordRequest(how=pb.GIVEN_BY_POST),
    "GiveAdvice": pb.GiveAdviceRequest(
        written_reasons="One outcome, not two.", advice="The lunch club.", how_to_ask_again="Ring us."
    ),
    "PlaceHold": pb.PlaceHoldRequest(reason=pb.HOLD_REASON_AWAY),
    "ReleaseHold": pb.ReleaseHoldRequest(),
    "ResumeCase": pb.ResumeCaseRequest(because="The pack has the bank holidays of next year now."),
    "EndCase": pb.EndCaseRequest(ending=pb.ENDING_MOVED),
    "AssignCase": pb.AssignCaseRequest(team="north", because="They live there now."),
    "EscalateCase": pb.EscalateCaseRequest(role="service_manager", because="Nobody answers."),
    "OpenAssessment": pb.OpenAssessmentRequest(round=2, opened_on=today()),
    "RecordComplaint": complaint(),
    "AcknowledgeComplaint": pb.AcknowledgeComplaintRequest(),
    "ExtendComplaint": pb.ExtendComplaintRequest(agreed_until=in_a_year(), because="The manager is away."),
    "ExplainComplaintDelay": pb.ExplainComplaintDelayRequest(because="The care agency has not answered us."),
    "AnswerComplaint": pb.AnswerComplaintRequest(
        outcome=pb.COMPLAINT_OUTCOME_PARTLY_UPHELD, because="Visits were missed. We are sorry.", ombudsman_told=True
    ),
    "WithdrawComplaint": pb.WithdrawComplaintRequest(because="All is well now."),
    "RecordAccessRequest": access_request(),
    "ExtendAccessRequest": pb.ExtendAccessRequestRequest(because="Four paper files have to be read."),
    "AnswerAccessRequest": pb.AnswerAccessRequestRequest(outcome=pb.ACCESS_OUTCOME_GIVEN),
    "WithdrawAccessRequest": pb.WithdrawAccessRequestRequest(because="It is not wanted any more."),
}
"""A good request of every call that changes a case, without its ids."""

ABOUT_MATTERS = frozenset(rpc for rpc in GOOD if rpc.endswith(("Complaint", "ComplaintDelay", "AccessRequest")))
"""The calls about complaints and requests for one's own data, which go on after the case has ended."""

Step = Callable[[Practice], Awaitable[object]]

COMES_FIRST: Mapping[str, Sequence[Step]] = dict.fromkeys(GOOD, ()) | {
    "AnswerOwnNeed": (Practice.say_a_need,),
    "ChangePermission": (Practice.add_person,),
    "HelpThrough": (Practice.add_person,),
    "RemovePerson": (Practice.add_person,),
    "EndResource": (Practice.record_a_resource,),
    "ChooseHelp": (Practice.add_person,),
    "LetServiceGo": (Practice.keep_a_service,),
    "ConfirmDetermination": (Practice.propose,),
    "GiveIndicativeBudget": (Practice.propose, Practice.confirm),
    "JudgeFinances": (Practice.refuse_finances,),
    "GiveWrittenRecord": (Practice.propose, Practice.confirm),
    "GiveAdvice": (lambda work: work.propose(NOT_ELIGIBLE), Practice.confirm),
    "ReleaseHold": (Practice.hold,),
    "OpenAssessment": (Practice.propose, Practice.confirm, Practice.give_budget),
    "AcknowledgeComplaint": (Practice.complain,),
    "ExtendComplaint": (Practice.complain,),
    "ExplainComplaintDelay": (lambda work: work.complain(received_on=days_ago(300)),),
    "AnswerComplaint": (Practice.complain,),
    "WithdrawComplaint": (Practice.complain,),
    "ExtendAccessRequest": (Practice.ask_for_data,),
    "AnswerAccessRequest": (Practice.ask_for_data,),
    "WithdrawAccessRequest": (Practice.ask_for_data,),
}
"""What brings an opened case to where a call may be made."""
