"""The decisions behind a case's events, as the services keep them."""

from collections.abc import Sequence

from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import Decision
from sevensteps.api.review.v1 import review_pb2
from sevensteps.cli.case_view.chronicle import last_of, payload_of
from sevensteps.events import DeterminationProposed, LifeOpened, PlanChecked
from sevensteps.rpc.caller import Caller


async def decisions_of(caller: Caller, case_id: str, events: Sequence[Event]) -> dict[int, Decision]:
    """The newest determination, every check of a plan, the newest review date; by the position of what told of them."""
    found: dict[int, Decision] = {}
    if proposed := last_of(events, DeterminationProposed):
        determination = await caller.ask(
            assessment_pb2.GetDeterminationRequest(case_id=case_id), assessment_pb2.GetDeterminationResponse
        )
        found[proposed.position] = determination.determination.decision
    for event in events:
        checked = payload_of(event)
        if isinstance(checked, PlanChecked):
            approval = await caller.ask(
                approval_pb2.GetApprovalRequest(case_id=case_id, version=checked.version),
                approval_pb2.GetApprovalResponse,
            )
            found[event.position] = approval.approval.checks
    if lived := last_of(events, LifeOpened):
        life = await caller.ask(review_pb2.GetLifeRequest(case_id=case_id), review_pb2.GetLifeResponse)
        found[lived.position] = life.life.schedule
    return found
