"""What journeys ask of the review service."""

import grpc
from temporalio import activity

from sevensteps.api.review.v1 import review_pb2, review_pb2_grpc
from sevensteps.steps import DueKind
from workflows.activities.calls import due, timeout, translating_errors
from workflows.journey.deadlines import Due
from workflows.journey.requests import CloseReview, OpenLife, OpenReview, RequestHeader


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
        with translating_errors():
            answer = await self._stub.OpenLife(request, timeout=timeout())
        is_law = answer.due_kind == review_pb2.DUE_KIND_HARD
        return due(answer.review_due, DueKind.HARD if is_law else DueKind.SOFT, law_on=answer.law_due)

    @activity.defn(name=OpenReview.__name__)
    async def open_review(self, header: RequestHeader, opening: OpenReview) -> Due:
        """Open step 7."""
        request = review_pb2.OpenReviewRequest(
            request_id=header.request_id, case_id=header.case_id, round=opening.round, opened_on=opening.opened_on
        )
        with translating_errors():
            answer = await self._stub.OpenReview(request, timeout=timeout())
        return due(answer.due_on)

    @activity.defn(name=CloseReview.__name__)
    async def close(self, header: RequestHeader, _closing: CloseReview) -> None:
        """Close what is open."""
        request = review_pb2.CloseCaseRequest(request_id=header.request_id, case_id=header.case_id)
        with translating_errors(ignore_not_found=True):
            await self._stub.CloseCase(request, timeout=timeout())
