"""What journeys tell the service that owns a step: its date has passed, or is near."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

import grpc
from temporalio import activity

from sevensteps.api.approval.v1 import approval_pb2, approval_pb2_grpc
from sevensteps.api.assessment.v1 import assessment_pb2, assessment_pb2_grpc
from sevensteps.api.planning.v1 import planning_pb2, planning_pb2_grpc
from sevensteps.api.review.v1 import review_pb2, review_pb2_grpc
from sevensteps.steps import Stage
from workflows.activities.calls import timeout, translating_errors
from workflows.journey.requests import RecordOverdue, RequestHeader


class _OverdueRequest(Protocol):
    """What each service's RecordOverdueRequest holds."""

    request_id: str
    case_id: str
    stage: str
    turn: int
    due_on: str
    by_law: bool
    ahead: bool


R = TypeVar("R", bound=_OverdueRequest)


class Overdue:
    """Tells the service that owns a step that its date has passed, or is near."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        """`channels` has one for each service, by name; they carry the journey's token."""
        self._assessment = assessment_pb2_grpc.AssessmentServiceStub(channels["assessment"])
        self._planning = planning_pb2_grpc.PlanningServiceStub(channels["planning"])
        self._approval = approval_pb2_grpc.ApprovalServiceStub(channels["approval"])
        self._review = review_pb2_grpc.ReviewServiceStub(channels["review"])

    @activity.defn(name=RecordOverdue.__name__)
    async def record_overdue(self, header: RequestHeader, passed: RecordOverdue) -> None:
        """Record a date."""
        limit = timeout()
        with translating_errors():
            match passed.stage:
                case Stage.MONEY_FOUND:
                    about = assessment_pb2.RecordOverdueRequest(clock=passed.clock)
                    assessment = _filled(about, header, passed)
                    await self._assessment.RecordOverdue(assessment, timeout=limit)
                case Stage.PLAN_AGREED:
                    approval = _filled(approval_pb2.RecordOverdueRequest(), header, passed)
                    await self._approval.RecordOverdue(approval, timeout=limit)
                case Stage.LIFE_LIVED | Stage.SEEN_HOW_IT_WORKED:
                    review = _filled(review_pb2.RecordOverdueRequest(), header, passed)
                    await self._review.RecordOverdue(review, timeout=limit)
                case _:
                    planning = _filled(planning_pb2.RecordOverdueRequest(), header, passed)
                    await self._planning.RecordOverdue(planning, timeout=limit)


def _filled(request: R, header: RequestHeader, passed: RecordOverdue) -> R:
    request.request_id, request.case_id = header.request_id, header.case_id
    request.stage, request.turn, request.due_on = passed.stage.value, passed.turn, passed.due_on
    request.by_law, request.ahead = passed.by_law, passed.ahead
    return request
