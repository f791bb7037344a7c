"""The calls of the individual budget."""

from datetime import date
from functools import partial

from services.assessment.budgets import handlers, store, wire
from services.assessment.budgets.handlers import NewStream
from services.assessment.domain.budget import Answer, Terms
from services.assessment.domain.case import council_of
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import budget_pb2 as pb
from sevensteps.api.assessment.v1.budget_pb2_grpc import BudgetsServiceServicer
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class BudgetsServer(BudgetsServiceServicer):
    """Answers the calls of BudgetsService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.RecordStreamResponse, wire.new_stream_of)
    def RecordStream(self, work: Work, request: pb.RecordStreamRequest, new: NewStream) -> pb.RecordStreamResponse:
        """See BudgetsService.RecordStream."""
        stream, case = handlers.record_stream(work, new, case_id=request.case_id, etag=request.etag)
        return pb.RecordStreamResponse(stream=wire.stream_message(stream), case=case_message(case))

    @changes(pb.ChangeStreamResponse, wire.change_of)
    def ChangeStream(
        self, work: Work, request: pb.ChangeStreamRequest, change: tuple[Terms, str]
    ) -> pb.ChangeStreamResponse:
        """See BudgetsService.ChangeStream."""
        terms, because = change
        stream, case = handlers.change_stream(
            work,
            case_id=request.case_id,
            etag=request.etag,
            stream_id=request.stream_id,
            terms=terms,
            because=because,
        )
        return pb.ChangeStreamResponse(stream=wire.stream_message(stream), case=case_message(case))

    @changes(pb.EndStreamResponse, wire.end_of)
    def EndStream(self, work: Work, request: pb.EndStreamRequest, end: tuple[date, str]) -> pb.EndStreamResponse:
        """See BudgetsService.EndStream."""
        ends_on, because = end
        stream, case = handlers.end_stream(
            work,
            case_id=request.case_id,
            etag=request.etag,
            stream_id=request.stream_id,
            ends_on=ends_on,
            because=because,
        )
        return pb.EndStreamResponse(stream=wire.stream_message(stream), case=case_message(case))

    @reads
    def ListStreams(self, work: Work, request: pb.ListStreamsRequest) -> pb.ListStreamsResponse:
        """See BudgetsService.ListStreams."""
        found, token = page(work, request, partial(store.streams_recorded, work, request.case_id), wire.stream_message)
        return pb.ListStreamsResponse(streams=found, next_page_token=token)

    @reads
    def GetIndividualBudget(self, work: Work, request: pb.GetIndividualBudgetRequest) -> pb.GetIndividualBudgetResponse:
        """See BudgetsService.GetIndividualBudget."""
        budget, indicative = handlers.individual_budget(work, case_id=request.case_id, on=wire.day_of(request))
        return pb.GetIndividualBudgetResponse(individual_budget=wire.budget_message(budget, indicative))

    @changes(pb.OfferBudgetResponse, wire.offer_of)
    def OfferBudget(
        self, work: Work, request: pb.OfferBudgetRequest, offer: tuple[Answer, date, str]
    ) -> pb.OfferBudgetResponse:
        """See BudgetsService.OfferBudget."""
        answer, answered_on, because = offer
        recorded, case = handlers.offer_budget(
            work,
            case_id=request.case_id,
            etag=request.etag,
            answer=answer,
            answered_on=answered_on,
            because=because,
        )
        return pb.OfferBudgetResponse(offer=wire.offer_message(recorded), case=case_message(case))

    @reads
    def ListOffers(self, work: Work, request: pb.ListOffersRequest) -> pb.ListOffersResponse:
        """See BudgetsService.ListOffers."""
        found, token = page(work, request, partial(store.offers_of, work, request.case_id), wire.offer_message)
        return pb.ListOffersResponse(offers=found, next_page_token=token)

    @reads
    def CountOffers(self, work: Work, request: pb.CountOffersRequest) -> pb.CountOffersResponse:
        """See BudgetsService.CountOffers."""
        counts = store.count_offers(work, council_of(work.actor), *wire.days_of(request))
        return pb.CountOffersResponse(counts=[wire.count_message(count) for count in counts])

    @changes(pb.PlanWithOwnMoneyResponse, wire.own_money_of)
    def PlanWithOwnMoney(
        self, work: Work, request: pb.PlanWithOwnMoneyRequest, because: str
    ) -> pb.PlanWithOwnMoneyResponse:
        """See BudgetsService.PlanWithOwnMoney."""
        case = handlers.plan_with_own_money(work, case_id=request.case_id, etag=request.etag, because=because)
        return pb.PlanWithOwnMoneyResponse(case=case_message(case))

    @reads
    def ListOwnMoney(self, work: Work, request: pb.ListOwnMoneyRequest) -> pb.ListOwnMoneyResponse:
        """See BudgetsService.ListOwnMoney."""
        read = partial(store.own_money_of, work, request.case_id)
        found, token = page(work, request, read, wire.own_money_message)
        return pb.ListOwnMoneyResponse(own_money=found, next_page_token=token)
