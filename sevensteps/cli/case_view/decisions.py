"""The decisions behind a case's events, read from the services that made them."""

from collections.abc import Sequence

from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import Decision
from sevensteps.api.review.v1 import review_pb2
from sevensteps.case_history.history import last_event, payload_of
from sevensteps.events import DeterminationConfirmed, DeterminationProposed, LifeOpened, PlanChecked
from sevensteps.rpc.caller import Caller


async def read_decisions(caller: Caller, case_id: str, events: Sequence[Event]) -> dict[int, Decision]:
    """The last determination, every check of a plan and the last review date, by the position of their events.

    With the confirmation of a determination goes what was decided about the duty to meet its needs; where none is
    eligible after the practitioner departed from the proposal, what was decided from their departures.
    """
    decisions: dict[int, Decision] = {}
    if proposed := last_event(events, DeterminationProposed):
        determination = await _determination(caller, case_id)
        departed = determination.HasField("proposal")
        decisions[proposed.position] = determination.proposal.decision if departed else determination.decision
        confirmed = last_event(events, DeterminationConfirmed)
        if confirmed and confirmed.position > proposed.position:
            if determination.HasField("duty"):
                decisions[confirmed.position] = determination.duty
            elif departed:
                decisions[confirmed.position] = determination.decision
    for event in events:
        checked = payload_of(event)
        if isinstance(checked, PlanChecked):
            decisions[event.position] = await _plan_checks(caller, case_id, checked.version)
    if life_opened := last_event(events, LifeOpened):
        decisions[life_opened.position] = await _review_schedule(caller, case_id)
    return decisions


async def _determination(caller: Caller, case_id: str) -> assessment_pb2.Determination:
    request = assessment_pb2.GetDeterminationRequest(case_id=case_id)
    answer = await caller.ask(request, assessment_pb2.GetDeterminationResponse)
    return answer.determination


async def _plan_checks(caller: Caller, case_id: str, version: int) -> Decision:
    request = approval_pb2.GetApprovalRequest(case_id=case_id, version=version)
    answer = await caller.ask(request, approval_pb2.GetApprovalResponse)
    return answer.approval.checks


async def _review_schedule(caller: Caller, case_id: str) -> Decision:
    answer = await caller.ask(review_pb2.GetLifeRequest(case_id=case_id), review_pb2.GetLifeResponse)
    return answer.life.schedule
