"""Reading a record before changing it: its etag, and which plan, determination or spending the change is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.policy.v1.decision_pb2 import Decision
from sevensteps.api.review.v1 import review_pb2
from sevensteps.cli.story.facts import Fact
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
            return await _approval(caller, case_id)
        case "review":
            return await _life(caller, verb, case_id)
        case _:
            return await _case(caller, verb, case_id)


async def _planning(caller: Caller, case_id: str) -> Record:
    request = planning_pb2.GetPlanningRequest(case_id=case_id)
    planning = (await caller.ask(request, planning_pb2.GetPlanningResponse)).planning
    return Record({"etag": planning.etag})


async def _approval(caller: Caller, case_id: str) -> Record:
    request = approval_pb2.GetApprovalRequest(case_id=case_id)
    approval = (await caller.ask(request, approval_pb2.GetApprovalResponse)).approval
    return Record({"etag": approval.etag, "version": approval.version}, approval.checks, PlanChecked)


async def _life(caller: Caller, verb: Verb, case_id: str) -> Record:
    life = (await caller.ask(review_pb2.GetLifeRequest(case_id=case_id), review_pb2.GetLifeResponse)).life
    fields: dict[str, Fact] = {"etag": life.etag}
    if "spend_id" in verb.request.fields_by_name:
        request = review_pb2.ListSpendingRequest(case_id=case_id)
        spending = (await caller.ask(request, review_pb2.ListSpendingResponse)).spending
        fields["spend_id"] = spending[-1].spend_id if spending else ""
    return Record(fields, life.schedule, LifeOpened)


async def _case(caller: Caller, verb: Verb, case_id: str) -> Record:
    case = (await caller.ask(assessment_pb2.GetCaseRequest(case_id=case_id), assessment_pb2.GetCaseResponse)).case
    fields: dict[str, Fact] = {"etag": case.etag}
    if "determination_id" in verb.request.fields_by_name:
        request = assessment_pb2.GetDeterminationRequest(case_id=case_id)
        answer = await caller.ask(request, assessment_pb2.GetDeterminationResponse)
        fields["determination_id"] = answer.determination.determination_id
    return Record(fields)
