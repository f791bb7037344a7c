"""The gRPC face of review: what each call reads, which use case it runs, and what it answers."""

from functools import partial

import grpc

from services.review import handlers, records, store, wire
from services.review import record_messages as messages
from services.review.domain.correcting import Correction
from services.review.domain.life import Life, LifeOpening, Review, ReviewOpening
from services.review.domain.spending import Judgement, Spend
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.api.review.v1 import review_pb2_grpc as pb_grpc
from sevensteps.service import asks_server
from sevensteps.service.asks_server import Asks
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.overdue import PassedDate
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work

LARGEST_PAGE_OF_SPENDING = 200


ASKS = Asks(
    {"OpenLife": pb.OpenLifeResponse, "OpenReview": pb.OpenReviewResponse},
    closing="CloseReview",
    is_closed=store.is_closed,
)
"""What journeys ask of it."""


class ReviewServer(pb_grpc.ReviewServiceServicer):
    """Answers the calls of ReviewService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @reads
    def GetLife(self, work: Work, request: pb.GetLifeRequest) -> pb.GetLifeResponse:
        """See ReviewService.GetLife."""
        life = handlers.get_life(work, case_id=request.case_id)
        return pb.GetLifeResponse(life=_message(work, life))

    @reads
    def ListSpending(self, work: Work, request: pb.ListSpendingRequest) -> pb.ListSpendingResponse:
        """See ReviewService.ListSpending."""
        read = partial(records.spending_of, work, request.case_id)
        found, token = page(
            work, request, read, partial(messages.spending_message, work), largest=LARGEST_PAGE_OF_SPENDING
        )
        return pb.ListSpendingResponse(spending=found, next_page_token=token)

    @reads
    def ListReviewCalls(self, work: Work, request: pb.ListReviewCallsRequest) -> pb.ListReviewCallsResponse:
        """See ReviewService.ListReviewCalls."""
        found, token = page(work, request, partial(records.calls_of, work, request.case_id), messages.call_message)
        return pb.ListReviewCallsResponse(calls=found, next_page_token=token)

    @reads
    def ListReviews(self, work: Work, request: pb.ListReviewsRequest) -> pb.ListReviewsResponse:
        """See ReviewService.ListReviews."""
        found, token = page(work, request, partial(records.reviews_of, work, request.case_id), messages.review_message)
        return pb.ListReviewsResponse(reviews=found, next_page_token=token)

    @changes(pb.RecordSpendResponse, wire.spend_of)
    def RecordSpend(self, work: Work, request: pb.RecordSpendRequest, spend: Spend) -> pb.RecordSpendResponse:
        """See ReviewService.RecordSpend."""
        spend_id, decision, life = handlers.record_spend(work, case_id=request.case_id, etag=request.etag, spend=spend)
        said = decision.as_message() if decision else None
        return pb.RecordSpendResponse(life=_message(work, life), decision=said, spend_id=spend_id)

    @changes(pb.JudgeSpendResponse, wire.judgement_of)
    def JudgeSpend(self, work: Work, request: pb.JudgeSpendRequest, judgement: Judgement) -> pb.JudgeSpendResponse:
        """See ReviewService.JudgeSpend."""
        life = handlers.judge_spend(work, case_id=request.case_id, etag=request.etag, judgement=judgement)
        return pb.JudgeSpendResponse(life=_message(work, life))

    @changes(pb.CorrectSpendResponse, wire.correction_of)
    def CorrectSpend(
        self, work: Work, request: pb.CorrectSpendRequest, correction: Correction
    ) -> pb.CorrectSpendResponse:
        """See ReviewService.CorrectSpend."""
        spend_id, decision, life = handlers.correct_spend(
            work, case_id=request.case_id, etag=request.etag, correction=correction
        )
        said = decision.as_message() if decision else None
        return pb.CorrectSpendResponse(life=_message(work, life), decision=said, spend_id=spend_id)

    @changes(pb.RequestReviewResponse, wire.because_of)
    def RequestReview(self, work: Work, request: pb.RequestReviewRequest, because: str) -> pb.RequestReviewResponse:
        """See ReviewService.RequestReview."""
        life = handlers.request_review(work, case_id=request.case_id, etag=request.etag, because=because)
        return pb.RequestReviewResponse(life=_message(work, life))

    @changes(pb.TriggerReviewResponse, wire.trigger_of)
    def TriggerReview(self, work: Work, request: pb.TriggerReviewRequest, trigger: str) -> pb.TriggerReviewResponse:
        """See ReviewService.TriggerReview."""
        life = handlers.trigger_review(work, case_id=request.case_id, etag=request.etag, trigger=trigger)
        return pb.TriggerReviewResponse(life=_message(work, life))

    @changes(pb.CompleteReviewResponse, wire.review_of)
    def CompleteReview(
        self, work: Work, request: pb.CompleteReviewRequest, review: Review
    ) -> pb.CompleteReviewResponse:
        """See ReviewService.CompleteReview."""
        life = handlers.complete_review(work, case_id=request.case_id, etag=request.etag, review=review)
        return pb.CompleteReviewResponse(life=_message(work, life))

    @changes(pb.OpenLifeResponse, wire.life_opening_of, turn=lambda request: request.round)
    def OpenLife(self, work: Work, request: pb.OpenLifeRequest, opening: LifeOpening) -> pb.OpenLifeResponse:
        """See ReviewService.OpenLife."""
        return wire.life_opened(handlers.open_life(work, opening))

    @changes(pb.OpenReviewResponse, wire.review_opening_of, turn=lambda request: request.round)
    def OpenReview(self, work: Work, request: pb.OpenReviewRequest, opening: ReviewOpening) -> pb.OpenReviewResponse:
        """See ReviewService.OpenReview."""
        return wire.review_opened(handlers.open_review(work, opening))

    @changes(pb.CloseCaseResponse)
    def CloseCase(self, work: Work, request: pb.CloseCaseRequest) -> pb.CloseCaseResponse:
        """See ReviewService.CloseCase."""
        handlers.close_case(work, case_id=request.case_id)
        return pb.CloseCaseResponse()

    @changes(pb.RecordOverdueResponse, wire.passed_date_of)
    def RecordOverdue(
        self, work: Work, request: pb.RecordOverdueRequest, passed: PassedDate
    ) -> pb.RecordOverdueResponse:
        """See ReviewService.RecordOverdue."""
        handlers.record_overdue(work, case_id=request.case_id, passed=passed)
        return pb.RecordOverdueResponse()


def _message(work: Work, life: Life) -> pb.Life:
    return wire.life_message(life, work.decided(life.receipt_id))


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the service with a server."""
    pb_grpc.add_ReviewServiceServicer_to_server(ReviewServer(use_cases), server)
    asks_server.add_to(server, use_cases, ASKS)
