"""What journeys ask of the review service."""

from decimal import Decimal

import grpc
from temporalio import activity

from sevensteps.api.money.v1 import money_pb2
from sevensteps.api.planning.v1 import planning_pb2, planning_pb2_grpc
from sevensteps.api.review.v1 import review_pb2, review_pb2_grpc
from sevensteps.deadlines import Due
from sevensteps.money import pounds
from sevensteps.steps import DueKind
from workflows.activities.calls import due, timeout, translating_errors
from workflows.journey.requests import CloseReview, OpenLife, OpenReview, RequestHeader


class Review:
    """Requests to the review service: steps 6 and 7. What the plan says is fetched from planning on the way."""

    def __init__(self, channel: grpc.aio.Channel, planning: grpc.aio.Channel) -> None:
        """Both channels carry the journey's token."""
        self._stub = review_pb2_grpc.ReviewServiceStub(channel)
        self._planning = planning_pb2_grpc.PlanningServiceStub(planning)

    @activity.defn(name=OpenLife.__name__)
    async def open_life(self, header: RequestHeader, opening: OpenLife) -> Due:
        """Open step 6; the answer is the date of the next review."""
        with translating_errors():
            in_force = await self._plan_in_force(header.case_id, opening)
        request = review_pb2.OpenLifeRequest(
            request_id=header.request_id,
            case_id=header.case_id,
            council=header.council,
            round=opening.round,
            plan_version=opening.plan_version,
            started_on=opening.started_on,
            continues=opening.continues,
            direct_payment_since=opening.direct_payment_since,
            review_on=opening.review_on,
            in_force=in_force,
        )
        with translating_errors():
            answer = await self._stub.OpenLife(request, timeout=timeout() / 2)
        is_law = answer.due_kind == review_pb2.DUE_KIND_HARD
        return due(answer.review_due, DueKind.HARD if is_law else DueKind.SOFT, law_on=answer.law_due)

    async def _plan_in_force(self, case_id: str, opening: OpenLife) -> review_pb2.PlanInForce:
        """What spending, review dates and reviews go by: ids, amounts, days and needs, none of the plan's words."""
        limit = timeout() / 4
        plan_request = planning_pb2.GetPlanRequest(case_id=case_id, version=opening.plan_version)
        plan = (await self._planning.GetPlan(plan_request, timeout=limit)).plan
        planning_request = planning_pb2.GetPlanningRequest(case_id=case_id)
        planning = (await self._planning.GetPlanning(planning_request, timeout=limit)).planning
        first_days = (each.starts_on for each in planning.periods if each.plan_version == opening.plan_version)
        return review_pb2.PlanInForce(
            lines=[] if plan.own_money else [_line(line) for line in plan.lines],
            support_since=min(first_days, default=opening.started_on),
            needs=opening.needs,
            complex=plan.complex if plan.HasField("complex") else None,
        )

    @activity.defn(name=OpenReview.__name__)
    async def open_review(self, header: RequestHeader, opening: OpenReview) -> Due:
        """Open step 7."""
        request = review_pb2.OpenReviewRequest(
            request_id=header.request_id, case_id=header.case_id, round=opening.round, opened_on=opening.opened_on
        )
        with translating_errors():
            answer = await self._stub.OpenReview(request, timeout=timeout())
        return due(answer.due_on, law_on=answer.law_due)

    @activity.defn(name=CloseReview.__name__)
    async def close(self, header: RequestHeader, _closing: CloseReview) -> None:
        """Close what is open."""
        request = review_pb2.CloseCaseRequest(request_id=header.request_id, case_id=header.case_id)
        with translating_errors(ignore_not_found=True):
            await self._stub.CloseCase(request, timeout=timeout())


def _line(line: planning_pb2.SpendLine) -> review_pb2.PlanLine:
    once = line.amount if line.frequency == money_pb2.FREQUENCY_ONCE else ""
    return review_pb2.PlanLine(line_id=line.line_id, weekly=_cost(line), once=once)


def _cost(line: planning_pb2.SpendLine) -> str:
    """What a line costs a week, with what is wanted beyond the needs: whoever holds the money holds both."""
    return pounds(Decimal(line.weekly) + Decimal(line.beyond_needs))
