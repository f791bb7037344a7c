"""Asking the services: thin gRPC clients, one class a service. The name of each activity is that of what it asks."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

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
from sevensteps.steps import DueKind
from workflows.journey.asks import (
    CloseApproval,
    ClosePlanning,
    CloseReview,
    EndCase,
    Heading,
    OpenApproval,
    OpenAssessment,
    OpenLife,
    OpenMoney,
    OpenPlan,
    OpenReview,
    OpenSupport,
)
from workflows.journey.deadlines import Due

NEEDS_MENDING = frozenset({Kind.INVALID, Kind.PRECONDITION, Kind.NOT_FOUND, Kind.OUT_OF_RANGE, Kind.EXHAUSTED})
"""What a service will say the same however often it is asked; exhausted is a message that is too long."""
HEADROOM = 0.9
"""Part of an activity's time that the calls in it may take, so that the service's own answer is heard."""


class Assessment:
    """Asks the assessment service: step 1, and the end of a case."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = assessment_pb2_grpc.AssessmentServiceStub(channel)

    @activity.defn(name=OpenAssessment.__name__)
    async def open_assessment(self, heading: Heading, ask: OpenAssessment) -> Due:
        """Open step 1 for a further round."""
        request = assessment_pb2.OpenAssessmentRequest(
            request_id=heading.request_id, case_id=heading.case_id, round=ask.round, opened_on=ask.opened_on
        )
        with _faults_told():
            answer = await self._stub.OpenAssessment(request, timeout=_patience())
        return _due(answer.due_on)

    @activity.defn(name=EndCase.__name__)
    async def end_case(self, heading: Heading, ask: EndCase) -> None:
        """End the case."""
        request = assessment_pb2.EndCaseRequest(
            request_id=heading.request_id,
            case_id=heading.case_id,
            ending=assessment_pb2.Ending.Value(f"ENDING_{ask.ending.upper()}"),
        )
        with _faults_told():
            await self._stub.EndCase(request, timeout=_patience())


class Planning:
    """Asks the planning service: steps 2, 4 and 5."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = planning_pb2_grpc.PlanningServiceStub(channel)

    @activity.defn(name=OpenPlan.__name__)
    async def open_plan(self, heading: Heading, ask: OpenPlan) -> Due:
        """Open step 2."""
        request = planning_pb2.OpenPlanRequest(
            request_id=heading.request_id,
            case_id=heading.case_id,
            council=heading.council,
            version=ask.version,
            eligible_needs=ask.eligible_needs,
            indicative_weekly=ask.indicative_weekly,
            opened_on=ask.opened_on,
        )
        with _faults_told():
            answer = await self._stub.OpenPlan(request, timeout=_patience())
        return _due(answer.due_on)

    @activity.defn(name=OpenMoney.__name__)
    async def open_money(self, heading: Heading, ask: OpenMoney) -> Due:
        """Open step 4."""
        request = planning_pb2.OpenMoneyRequest(
            request_id=heading.request_id,
            case_id=heading.case_id,
            version=ask.version,
            personal_budget_weekly=ask.personal_budget_weekly,
            opened_on=ask.opened_on,
        )
        with _faults_told():
            answer = await self._stub.OpenMoney(request, timeout=_patience())
        return _due(answer.due_on)

    @activity.defn(name=OpenSupport.__name__)
    async def open_support(self, heading: Heading, ask: OpenSupport) -> Due:
        """Open step 5."""
        request = planning_pb2.OpenSupportRequest(
            request_id=heading.request_id, case_id=heading.case_id, version=ask.version, opened_on=ask.opened_on
        )
        with _faults_told():
            answer = await self._stub.OpenSupport(request, timeout=_patience())
        return _due(answer.due_on)

    @activity.defn(name=ClosePlanning.__name__)
    async def close(self, heading: Heading, _ask: ClosePlanning) -> None:
        """Close what is open."""
        request = planning_pb2.CloseCaseRequest(request_id=heading.request_id, case_id=heading.case_id)
        with _faults_told(nothing_there_is_fine=True):
            await self._stub.CloseCase(request, timeout=_patience())


class Approval:
    """Asks the approval service: step 3. It gets the plan from planning on the way."""

    def __init__(self, channel: grpc.aio.Channel, planning: grpc.aio.Channel) -> None:
        """Both channels carry the journey's token."""
        self._stub = approval_pb2_grpc.ApprovalServiceStub(channel)
        self._planning = planning_pb2_grpc.PlanningServiceStub(planning)

    @activity.defn(name=OpenApproval.__name__)
    async def open_approval(self, heading: Heading, ask: OpenApproval) -> Due:
        """Open step 3 with the plan as it was submitted."""
        wanted = planning_pb2.GetPlanRequest(case_id=heading.case_id, version=ask.version)
        with _faults_told():
            submitted = await self._planning.GetPlan(wanted, timeout=_patience() / 2)
            request = approval_pb2.OpenApprovalRequest(
                request_id=heading.request_id,
                case_id=heading.case_id,
                council=heading.council,
                plan=submitted.plan,
                eligible_needs=ask.eligible_needs,
                indicative_weekly=ask.indicative_weekly,
                assessed_by=ask.assessed_by,
                opened_on=ask.opened_on,
            )
            answer = await self._stub.OpenApproval(request, timeout=_patience() / 2)
        return _due(answer.due_on)

    @activity.defn(name=CloseApproval.__name__)
    async def close(self, heading: Heading, _ask: CloseApproval) -> None:
        """Close what is open."""
        request = approval_pb2.CloseCaseRequest(request_id=heading.request_id, case_id=heading.case_id)
        with _faults_told(nothing_there_is_fine=True):
            await self._stub.CloseCase(request, timeout=_patience())


class Review:
    """Asks the review service: steps 6 and 7."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = review_pb2_grpc.ReviewServiceStub(channel)

    @activity.defn(name=OpenLife.__name__)
    async def open_life(self, heading: Heading, ask: OpenLife) -> Due:
        """Open step 6; the answer is the date of the next review."""
        request = review_pb2.OpenLifeRequest(
            request_id=heading.request_id,
            case_id=heading.case_id,
            council=heading.council,
            round=ask.round,
            plan_version=ask.plan_version,
            started_on=ask.started_on,
            continues=ask.continues,
            direct_payment_since=ask.direct_payment_since,
            review_on=ask.review_on,
        )
        with _faults_told():
            answer = await self._stub.OpenLife(request, timeout=_patience())
        is_law = answer.due_kind == review_pb2.DUE_KIND_HARD
        return _due(answer.review_due, DueKind.HARD if is_law else DueKind.SOFT, law_on=answer.law_due)

    @activity.defn(name=OpenReview.__name__)
    async def open_review(self, heading: Heading, ask: OpenReview) -> Due:
        """Open step 7."""
        request = review_pb2.OpenReviewRequest(
            request_id=heading.request_id, case_id=heading.case_id, round=ask.round, opened_on=ask.opened_on
        )
        with _faults_told():
            answer = await self._stub.OpenReview(request, timeout=_patience())
        return _due(answer.due_on)

    @activity.defn(name=CloseReview.__name__)
    async def close(self, heading: Heading, _ask: CloseReview) -> None:
        """Close what is open."""
        request = review_pb2.CloseCaseRequest(request_id=heading.request_id, case_id=heading.case_id)
        with _faults_told(nothing_there_is_fine=True):
            await self._stub.CloseCase(request, timeout=_patience())


def activities(channels: Mapping[str, grpc.aio.Channel]) -> Sequence[Callable[..., Awaitable[Due | None]]]:
    """Every activity of a journey. `channels` go to the services by their names and carry the journey's token."""
    assessment = Assessment(channels["assessment"])
    planning = Planning(channels["planning"])
    approval = Approval(channels["approval"], channels["planning"])
    review = Review(channels["review"])
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
    )


def _patience() -> float:
    """Seconds that a call may take."""
    limit = activity.info().start_to_close_timeout
    if limit is None:
        raise ValueError("A journey asks with a time limit.")
    return limit.total_seconds() * HEADROOM


def _due(on: str, kind: DueKind = DueKind.SOFT, law_on: str = "") -> Due:
    for day in (on, law_on or on):  # no date is trouble of the service's, to be seen here and not in the journey
        date.fromisoformat(day)
    return Due(on, kind, law_on)


@contextmanager
def _faults_told(*, nothing_there_is_fine: bool = False) -> Iterator[None]:
    """Tell the journey what a service refuses, and whether there is any use in asking again."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        if nothing_there_is_fine and fault.kind is Kind.NOT_FOUND:
            return
        info = activity.info()
        log.get().warning("asked in vain", operation=info.activity_type, workflow=info.workflow_id, reason=fault.reason)
        raise ApplicationError(
            _in_words(fault),
            type=fault.reason,
            non_retryable=fault.kind in NEEDS_MENDING,
            category=ApplicationErrorCategory.BENIGN,  # said above, once; Temporal need not say it again
        ) from None


def _in_words(fault: Fault) -> str:
    fields = "; ".join(f"{violation.field}: {violation.detail}" for violation in fault.violations)
    return f"{fault.detail} ({fields})" if fields else fault.detail
