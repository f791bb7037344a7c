"""The calls about how each step felt."""

from functools import partial

from services.assessment.domain.feeling import Feeling
from services.assessment.feelings import handlers, wire
from services.assessment.feelings import store as feeling_store
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import feelings_pb2 as pb
from sevensteps.api.assessment.v1 import feelings_pb2_grpc as pb_grpc
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class FeelingsServer(pb_grpc.FeelingsServiceServicer):
    """Answers the calls of FeelingsService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.RecordHowItFeltResponse, wire.feeling_of)
    def RecordHowItFelt(
        self, work: Work, request: pb.RecordHowItFeltRequest, feeling: Feeling
    ) -> pb.RecordHowItFeltResponse:
        """See FeelingsService.RecordHowItFelt."""
        felt, case = handlers.record_how_it_felt(work, case_id=request.case_id, etag=request.etag, feeling=feeling)
        return pb.RecordHowItFeltResponse(how_it_felt=wire.feeling_message(felt), case=case_message(case))

    @reads
    def ListHowItFelt(self, work: Work, request: pb.ListHowItFeltRequest) -> pb.ListHowItFeltResponse:
        """See FeelingsService.ListHowItFelt."""
        read = partial(feeling_store.feelings_of, work, request.case_id)
        found, token = page(work, request, read, wire.feeling_message)
        return pb.ListHowItFeltResponse(how_it_felt=found, next_page_token=token)

    @reads
    def CountHowItFelt(self, work: Work, request: pb.CountHowItFeltRequest) -> pb.CountHowItFeltResponse:
        """See FeelingsService.CountHowItFelt."""
        first, last = wire.days_of(request)
        counts = feeling_store.count(work, first, last)
        return pb.CountHowItFeltResponse(counts=map(wire.count_message, counts))
