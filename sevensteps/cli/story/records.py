"""Reading a record before changing it: its etag, and what of it the change is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from sevensteps.api.approval.v1 import approval_pb2, personal_budget_pb2
from sevensteps.api.assessment.v1 import assessment_pb2, questionnaires_pb2, safeguarding_pb2
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.policy.v1.decision_pb2 import Decision
from sevensteps.api.review.v1 import review_pb2
from sevensteps.cli.story.facts import Fact
from sevensteps.cli.story.newest import newest_ids
from sevensteps.cli.story.verbs import Verb
from sevensteps.events import LifeOpened, Payload, PlanChecked
from sevensteps.rpc.caller import Caller


@dataclass(frozen=True, slots=True)
class Record:
    """Fields that the next change sends back, and the decision with which its step was opened, if there was one."""

    fields: Mapping[str, Fact]
    decision: Decision | None = None
    decision_event: type[Payload] | None = None
    """The event that reported the decision."""


async def read_record(caller: Caller, verb: Verb, case_id: str) -> Record:
    """Read the record that a verb changes. Raises the Fault that the service sent."""
    match verb.service:
        case "planning":
            return await _planning(caller, case_id)
        case "approval":
            return await _approval(caller, verb, case_id)
        case "review":
            return await _life(caller, verb, case_id)
        case _:
            return await _case(caller, verb, case_id)


async def _planning(caller: Caller, case_id: str) -> Record:
    request = planning_pb2.GetPlanningRequest(case_id=case_id)
    planning = (await caller.ask(request, planning_pb2.GetPlanningResponse)).planning
    return Record({"etag": planning.etag})


async def _approval(caller: Caller, verb: Verb, case_id: str) -> Record:
    request = approval_pb2.GetApprovalRequest(case_id=case_id)
    approval = (await caller.ask(request, approval_pb2.GetApprovalResponse)).approval
    of_budget = verb.request.full_name == personal_budget_pb2.RestatePersonalBudgetRequest.DESCRIPTOR.full_name
    etag = (approval.personal_budget.etag or "0") if of_budget else approval.etag
    return Record({"etag": etag, "version": approval.version}, approval.checks, PlanChecked)


async def _life(caller: Caller, verb: Verb, case_id: str) -> Record:
    life = (await caller.ask(review_pb2.GetLifeRequest(case_id=case_id), review_pb2.GetLifeResponse)).life
    fields = {"etag": life.etag, **await newest_ids(caller, verb, case_id)}
    return Record(fields, life.schedule, LifeOpened)


async def _case(caller: Caller, verb: Verb, case_id: str) -> Record:
    case = (await caller.ask(assessment_pb2.GetCaseRequest(case_id=case_id), assessment_pb2.GetCaseResponse)).case
    fields: dict[str, Fact] = {"etag": case.etag, **await newest_ids(caller, verb, case_id)}
    if "concern_id" in verb.request.fields_by_name:
        fields |= await _concern(caller, case_id)
    if "answers_id" in verb.request.fields_by_name:
        fields |= await _answers(caller, verb, case_id)
    return Record(fields)


async def _concern(caller: Caller, case_id: str) -> Mapping[str, Fact]:
    """The concern that was raised last, which has an etag of its own."""
    asked = safeguarding_pb2.ListConcernsRequest(case_id=case_id)
    concerns = (await caller.ask(asked, safeguarding_pb2.ListConcernsResponse)).concerns
    return {"concern_id": concerns[-1].concern_id, "etag": concerns[-1].etag} if concerns else {}


async def _answers(caller: Caller, verb: Verb, case_id: str) -> dict[str, Fact]:
    """The answers that were begun last; what changes them sends their etag, and not that of the case."""
    listing = questionnaires_pb2.ListAnswersRequest(case_id=case_id)
    listed = (await caller.ask(listing, questionnaires_pb2.ListAnswersResponse)).answers
    if not listed:
        return {"answers_id": ""}
    newest = listed[-1].summary
    of_answers = verb.request.fields_by_name["answers_id"].containing_oneof is None
    return {"answers_id": newest.answers_id, **({"etag": newest.etag} if of_answers else {})}
