"""The gRPC face of review: each call is read, handed to its use case, and answered."""

import grpc

from services.review import handlers, wire
from services.review.domain import Life
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.api.review.v1 import review_pb2_grpc as pb_grpc
from sevensteps.fields import Fields, number_of
from sevensteps.identity.tokens import LONGEST_COUNCIL
from sevensteps.rpc.interceptor import Context
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class ReviewServer(pb_grpc.ReviewServiceServicer):
    """Answers the calls of ReviewService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self._use_cases = use_cases

    async def GetLife(self, request: pb.GetLifeRequest, context: Context) -> pb.GetLifeResponse:
        """See ReviewService.GetLife."""

        def unit(work: Work) -> pb.GetLifeResponse:
            return pb.GetLifeResponse(life=_message(work, handlers.get_life(work, case_id=request.case_id)))

        return await self._use_cases.look(unit)

    async def RecordSpend(self, request: pb.RecordSpendRequest, context: Context) -> pb.RecordSpendResponse:
        """See ReviewService.RecordSpend."""
        fields = Fields()
        fields.request_id(request.request_id)
        spent = wire.spend_of(request, fields)
        fields.check()

        def unit(work: Work) -> pb.RecordSpendResponse:
            life = handlers.record_spend(work, case_id=request.case_id, etag=request.etag, spent=spent)
            return pb.RecordSpendResponse(life=_message(work, life))

        return await self._use_cases.change(request, pb.RecordSpendResponse, unit)

    async def RequestReview(self, request: pb.RequestReviewRequest, context: Context) -> pb.RequestReviewResponse:
        """See ReviewService.RequestReview."""
        fields = Fields()
        fields.request_id(request.request_id)
        because = fields.text("because", request.because)
        fields.check()

        def unit(work: Work) -> pb.RequestReviewResponse:
            life = handlers.request_review(work, case_id=request.case_id, etag=request.etag, because=because)
            return pb.RequestReviewResponse(life=_message(work, life))

        return await self._use_cases.change(request, pb.RequestReviewResponse, unit)

    async def TriggerReview(self, request: pb.TriggerReviewRequest, context: Context) -> pb.TriggerReviewResponse:
        """See ReviewService.TriggerReview."""
        fields = Fields()
        fields.request_id(request.request_id)
        trigger = fields.choice("trigger", request.trigger, pb.ReviewTrigger)
        fields.check()

        def unit(work: Work) -> pb.TriggerReviewResponse:
            life = handlers.trigger_review(work, case_id=request.case_id, etag=request.etag, trigger=trigger)
            return pb.TriggerReviewResponse(life=_message(work, life))

        return await self._use_cases.change(request, pb.TriggerReviewResponse, unit)

    async def CompleteReview(self, request: pb.CompleteReviewRequest, context: Context) -> pb.CompleteReviewResponse:
        """See ReviewService.CompleteReview."""
        fields = Fields()
        fields.request_id(request.request_id)
        review = wire.review_of(request, fields)
        fields.check()

        def unit(work: Work) -> pb.CompleteReviewResponse:
            life = handlers.complete_review(work, case_id=request.case_id, etag=request.etag, review=review)
            return pb.CompleteReviewResponse(life=_message(work, life))

        return await self._use_cases.change(request, pb.CompleteReviewResponse, unit)

    async def OpenLife(self, request: pb.OpenLifeRequest, context: Context) -> pb.OpenLifeResponse:
        """See ReviewService.OpenLife."""
        fields = Fields()
        fields.request_id(request.request_id)
        case_id = fields.id("case_id", request.case_id)
        council = fields.text("council", request.council, limit=LONGEST_COUNCIL)
        round_ = wire.count("round", request.round, fields)
        plan_version = wire.count("plan_version", request.plan_version, fields)
        started_on = fields.day("started_on", request.started_on)
        direct_payment_since = wire.day_or_none("direct_payment_since", request.direct_payment_since, fields)
        own_date = wire.day_or_none("review_on", request.review_on, fields)
        fields.check()

        def unit(work: Work) -> pb.OpenLifeResponse:
            life = handlers.open_life(
                work,
                case_id=case_id,
                council=council,
                round_=round_,
                plan_version=plan_version,
                started_on=started_on,
                continues=request.continues,
                direct_payment_since=direct_payment_since,
                own_date=own_date,
            )
            return pb.OpenLifeResponse(
                review_due=life.review_due.isoformat(),
                due_kind=number_of(pb.DueKind, life.due_kind),
                law_due=life.law_due.isoformat() if life.law_due else "",
            )

        return await self._use_cases.change(request, pb.OpenLifeResponse, unit)

    async def OpenReview(self, request: pb.OpenReviewRequest, context: Context) -> pb.OpenReviewResponse:
        """See ReviewService.OpenReview."""
        fields = Fields()
        fields.request_id(request.request_id)
        round_ = wire.count("round", request.round, fields)
        opened_on = fields.day("opened_on", request.opened_on)
        fields.check()

        def unit(work: Work) -> pb.OpenReviewResponse:
            due_on = handlers.open_review(work, case_id=request.case_id, round_=round_, opened_on=opened_on)
            return pb.OpenReviewResponse(due_on=due_on.isoformat())

        return await self._use_cases.change(request, pb.OpenReviewResponse, unit)

    async def CloseCase(self, request: pb.CloseCaseRequest, context: Context) -> pb.CloseCaseResponse:
        """See ReviewService.CloseCase."""
        fields = Fields()
        fields.request_id(request.request_id)
        fields.check()

        def unit(work: Work) -> pb.CloseCaseResponse:
            handlers.close_case(work, case_id=request.case_id)
            return pb.CloseCaseResponse()

        return await self._use_cases.change(request, pb.CloseCaseResponse, unit)


def _message(work: Work, life: Life) -> pb.Life:
    return wire.life_message(life, work.decided(life.receipt_id))


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the service with a server."""
    pb_grpc.add_ReviewServiceServicer_to_server(ReviewServer(use_cases), server)
