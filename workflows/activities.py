"""Activities: thin gRPC clients, one class a service. Each is named after the request that it makes."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Protocol, TypeVar

import grpc
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from sevensteps import log
from sevensteps.api.approval.v1 import approval_pb2, approval_pb2_grpc
from sevensteps.api.assessment.v1 import assessment_pb2, assessment_pb2_grpc
from sevensteps.api.planning.v1 import planning_pb2, planning_pb2_grpc
from sevensteps.api.review.v1 import review_pb2, review_pb2_grpc
from sevensteps.errors import Fault, Kind
from sevensteps.rpc.faults import fault_of
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import workflow_id
from workflows.journey.deadlines import Due
from workflows.journey.requests import (
    CloseApproval,
    ClosePlanning,
    CloseReview,
    EndCase,
    OpenApproval,
    OpenAssessment,
    OpenLife,
    OpenMoney,
    OpenPlan,
    OpenReview,
    OpenSupport,
    RecordOverdue,
    RequestHeader,
)

REFUSALS = frozenset({Kind.INVALID, Kind.PRECONDITION, Kind.NOT_FOUND, Kind.OUT_OF_RANGE, Kind.EXHAUSTED})
"""What a service answers however often it is asked; exhausted is a message that is too long."""
HEADROOM = 0.9
"""Share of an activity's time that its calls may take, so that the service's own answer arrives in time."""


class Assessment:
    """Requests to the assessment service: step 1, and the end of a case."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = assessment_pb2_grpc.AssessmentServiceStub(channel)

    @activity.defn(name=OpenAssessment.__name__)
    async def open_assessment(self, header: RequestHeader, opening: OpenAssessment) -> Due:
        """Open step 1 for a further round."""
        request = assessment_pb2.OpenAssessmentRequest(
            request_id=header.request_id, case_id=header.case_id, round=opening.round, opened_on=opening.opened_on
        )
        with _translating_errors():
            answer = await self._stub.OpenAssessment(request, timeout=_timeout())
        return _due(answer.due_on)

    @activity.defn(name=EndCase.__name__)
    async def end_case(self, header: RequestHeader, ending: EndCase) -> None:
        """End the case."""
        request = assessment_pb2.EndCaseRequest(
            request_id=header.request_id,
            case_id=header.case_id,
            ending=assessment_pb2.Ending.Value(f"ENDING_{ending.ending.upper()}"),
        )
        with _translating_errors():
            await self._stub.EndCase(request, timeout=_timeout())


class Planning:
    """Requests to the planning service: steps 2, 4 and 5."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = planning_pb2_grpc.PlanningServiceStub(channel)

    @activity.defn(name=OpenPlan.__name__)
    async def open_plan(self, header: RequestHeader, opening: OpenPlan) -> Due:
        """Open step 2."""
        request = planning_pb2.OpenPlanRequest(
            request_id=header.request_id,
            case_id=header.case_id,
            council=header.council,
            version=opening.version,
            eligible_needs=opening.eligible_needs,
            indicative_weekly=opening.indicative_weekly,
            opened_on=opening.opened_on,
        )
        with _translating_errors():
            answer = await self._stub.OpenPlan(request, timeout=_timeout())
        return _due(answer.due_on)

    @activity.defn(name=OpenMoney.__name__)
    async def open_money(self, header: RequestHeader, opening: OpenMoney) -> Due:
        """Open step 4."""
        request = planning_pb2.OpenMoneyRequest(
            request_id=header.request_id,
            case_id=header.case_id,
            version=opening.version,
            personal_budget_weekly=opening.personal_budget_weekly,
            opened_on=opening.opened_on,
        )
        with _translating_errors():
            answer = await self._stub.OpenMoney(request, timeout=_timeout())
        return _due(answer.due_on)

    @activity.defn(name=OpenSupport.__name__)
    async def open_support(self, header: RequestHeader, opening: OpenSupport) -> Due:
        """Open step 5."""
        request = planning_pb2.OpenSupportRequest(
            request_id=header.request_id, case_id=header.case_id, version=opening.version, opened_on=opening.opened_on
        )
        with _translating_errors():
            answer = await self._stub.OpenSupport(request, timeout=_timeout())
        return _due(answer.due_on)

    @activity.defn(name=ClosePlanning.__name__)
    async def close(self, header: RequestHeader, closing: ClosePlanning) -> None:
        """Close what is open, and end what runs."""
        request = planning_pb2.CloseCaseRequest(
            request_id=header.request_id, case_id=header.case_id, ended_on=closing.ended_on, died=closing.died
        )
        with _translating_errors(ignore_not_found=True):
            await self._stub.CloseCase(request, timeout=_timeout())


class Approval:
    """Requests to the approval service: step 3. The plan is fetched from planning on the way."""

    def __init__(self, channel: grpc.aio.Channel, planning: grpc.aio.Channel) -> None:
        """Both channels carry the journey's token."""
        self._stub = approval_pb2_grpc.ApprovalServiceStub(channel)
        self._planning = planning_pb2_grpc.PlanningServiceStub(planning)

    @activity.defn(name=OpenApproval.__name__)
    async def open_approval(self, header: RequestHeader, opening: OpenApproval) -> Due:
        """Open step 3 with the plan as it was submitted."""
        plan_request = planning_pb2.GetPlanRequest(case_id=header.case_id, version=opening.version)
        with _translating_errors():
            submitted = await self._planning.GetPlan(plan_request, timeout=_timeout() / 2)
            request = approval_pb2.OpenApprovalRequest(
                request_id=header.request_id,
                case_id=header.case_id,
                council=header.council,
                plan=submitted.plan,
                eligible_needs=opening.eligible_needs,
                indicative_weekly=opening.indicative_weekly,
                assessed_by=opening.assessed_by,
                opened_on=opening.opened_on,
            )
            answer = await self._stub.OpenApproval(request, timeout=_timeout() / 2)
        return _due(answer.due_on)

    @activity.defn(name=CloseApproval.__name__)
    async def close(self, header: RequestHeader, _closing: CloseApproval) -> None:
        """Close what is open."""
        request = approval_pb2.CloseCaseRequest(request_id=header.request_id, case_id=header.case_id)
        with _translating_errors(ignore_not_found=True):
            await self._stub.CloseCase(request, timeout=_timeout())


class Review:
    """Requests to the review service: steps 6 and 7."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = review_pb2_grpc.ReviewServiceStub(channel)

    @activity.defn(name=OpenLife.__name__)
    async def open_life(self, header: RequestHeader, opening: OpenLife) -> Due:
        """Open step 6; the answer is the date of the next review."""
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
        )
        with _translating_errors():
            answer = await self._stub.OpenLife(request, timeout=_timeout())
        is_law = answer.due_kind == review_pb2.DUE_KIND_HARD
        return _due(answer.review_due, DueKind.HARD if is_law else DueKind.SOFT, law_on=answer.law_due)

    @activity.defn(name=OpenReview.__name__)
    async def open_review(self, header: RequestHeader, opening: OpenReview) -> Due:
        """Open step 7."""
        request = review_pb2.OpenReviewRequest(
            request_id=header.request_id, case_id=header.case_id, round=opening.round, opened_on=opening.opened_on
        )
        with _translating_errors():
            answer = await self._stub.OpenReview(request, timeout=_timeout())
        return _due(answer.due_on)

    @activity.defn(name=CloseReview.__name__)
    async def close(self, header: RequestHeader, _closing: CloseReview) -> None:
        """Close what is open."""
        request = review_pb2.CloseCaseRequest(request_id=header.request_id, case_id=header.case_id)
        with _translating_errors(ignore_not_found=True):
            await self._stub.CloseCase(request, timeout=_timeout())


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
        timeout = _timeout()
        with _translating_errors():
            match passed.stage:
                case Stage.MONEY_FOUND:
                    assessment = _filled(assessment_pb2.RecordOverdueRequest(), header, passed)
                    await self._assessment.RecordOverdue(assessment, timeout=timeout)
                case Stage.PLAN_AGREED:
                    approval = _filled(approval_pb2.RecordOverdueRequest(), header, passed)
                    await self._approval.RecordOverdue(approval, timeout=timeout)
                case Stage.LIFE_LIVED | Stage.SEEN_HOW_IT_WORKED:
                    review = _filled(review_pb2.RecordOverdueRequest(), header, passed)
                    await self._review.RecordOverdue(review, timeout=timeout)
                case _:
                    planning = _filled(planning_pb2.RecordOverdueRequest(), header, passed)
                    await self._planning.RecordOverdue(planning, timeout=timeout)


def _filled(request: R, header: RequestHeader, passed: RecordOverdue) -> R:
    request.request_id, request.case_id = header.request_id, header.case_id
    request.stage, request.turn, request.due_on = passed.stage.value, passed.turn, passed.due_on
    request.by_law, request.ahead = passed.by_law, passed.ahead
    return request


def activities(channels: Mapping[str, grpc.aio.Channel]) -> Sequence[Callable[..., Awaitable[Due | None]]]:
    """Every activity of a journey. `channels` has one for each service, by name; they carry the journey's token."""
    assessment = Assessment(channels["assessment"])
    planning = Planning(channels["planning"])
    approval = Approval(channels["approval"], channels["planning"])
    review = Review(channels["review"])
    overdue = Overdue(channels)
    return (
        assessment.open_assessment,
        assessment.end_case,
        planning.open_plan,
        planning.open_money,
        planning.open_support,
        planning.close,
        approval.open_approval,
        approval.close,
        review.open_life,
        review.open_review,
        review.close,
        overdue.record_overdue,
    )


def _timeout() -> float:
    """How long a call may take, in seconds."""
    limit = activity.info().start_to_close_timeout
    if limit is None:
        raise ValueError("An activity of a journey needs a start-to-close timeout.")
    return limit.total_seconds() * HEADROOM


def _due(on: str, kind: DueKind = DueKind.SOFT, law_on: str = "") -> Due:
    for day in (on, law_on or on):  # an invalid date must fail here and not in the journey
        date.fromisoformat(day)
    return Due(on, kind, law_on)


@contextmanager
def _translating_errors(*, ignore_not_found: bool = False) -> Iterator[None]:
    """Raise a service's fault as an ApplicationError, not to be retried where asking again is of no use."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        if ignore_not_found and fault.kind is Kind.NOT_FOUND:
            return
        info = activity.info()
        case_id = (info.workflow_id or "").removeprefix(workflow_id(""))
        log.get().warning("request failed", operation=info.activity_type, case_id=case_id, reason=fault.reason)
        raise ApplicationError(
            _message_of(fault),
            type=fault.reason,
            non_retryable=fault.kind in REFUSALS,
            category=ApplicationErrorCategory.BENIGN,  # logged above; Temporal need not log it again
        ) from None


def _message_of(fault: Fault) -> str:
    fields = "; ".join(f"{violation.field}: {violation.detail}" for violation in fault.violations)
    return f"{fault.detail} ({fields})" if fields else fault.detail
