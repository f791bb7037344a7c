"""The calls about safeguarding concerns."""

from functools import partial

from services.assessment.domain.concern import ConcernDeciding, Raised
from services.assessment.safeguarding import handlers, wire
from services.assessment.safeguarding import store as concern_store
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import safeguarding_pb2 as pb
from sevensteps.api.assessment.v1 import safeguarding_pb2_grpc as pb_grpc
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import Keeping, UseCases
from sevensteps.service.work import Work


class SafeguardingServer(pb_grpc.SafeguardingServiceServicer):
    """Answers the calls of SafeguardingService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.RaiseConcernResponse, wire.raised_of, keeping=Keeping(for_good=True))
    def RaiseConcern(self, work: Work, request: pb.RaiseConcernRequest, raised: Raised) -> pb.RaiseConcernResponse:
        """See SafeguardingService.RaiseConcern."""
        concern, case = handlers.raise_concern(work, case_id=request.case_id, raised=raised)
        return pb.RaiseConcernResponse(concern=wire.concern_message(concern), case=case_message(case))

    @changes(pb.DecideConcernResponse, wire.deciding_of)
    def DecideConcern(
        self, work: Work, request: pb.DecideConcernRequest, deciding: ConcernDeciding
    ) -> pb.DecideConcernResponse:
        """See SafeguardingService.DecideConcern."""
        concern, case = handlers.decide_concern(work, case_id=request.case_id, etag=request.etag, deciding=deciding)
        return pb.DecideConcernResponse(concern=wire.concern_message(concern), case=case_message(case))

    @reads
    def ListConcerns(self, work: Work, request: pb.ListConcernsRequest) -> pb.ListConcernsResponse:
        """See SafeguardingService.ListConcerns."""
        read = partial(concern_store.concerns_of, work, request.case_id)
        found, token = page(work, request, read, wire.concern_message)
        return pb.ListConcernsResponse(concerns=found, next_page_token=token)
