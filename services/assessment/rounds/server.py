"""The calls about rounds of assessment."""

from datetime import date
from functools import partial

from services.assessment import refusal_store
from services.assessment.domain.refusal import Refusing, RevivedBy
from services.assessment.rounds import handlers, wire
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import rounds_pb2 as pb
from sevensteps.api.assessment.v1 import rounds_pb2_grpc as pb_grpc
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class RoundsServer(pb_grpc.RoundsServiceServicer):
    """Answers the calls of RoundsService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.RecordRefusalResponse, wire.refusing_of)
    def RecordRefusal(
        self, work: Work, request: pb.RecordRefusalRequest, refusing: Refusing
    ) -> pb.RecordRefusalResponse:
        """See RoundsService.RecordRefusal."""
        refusal, case = handlers.record_refusal(work, case_id=request.case_id, etag=request.etag, refusing=refusing)
        return pb.RecordRefusalResponse(refusal=wire.refusal_message(refusal), case=case_message(case))

    @changes(pb.ReviveAssessmentResponse, wire.revival_of)
    def ReviveAssessment(
        self, work: Work, request: pb.ReviveAssessmentRequest, revival: tuple[RevivedBy, date, str]
    ) -> pb.ReviveAssessmentResponse:
        """See RoundsService.ReviveAssessment."""
        by, revived_on, because = revival
        refusal, case = handlers.revive_assessment(
            work, case_id=request.case_id, etag=request.etag, by=by, revived_on=revived_on, because=because
        )
        return pb.ReviveAssessmentResponse(refusal=wire.refusal_message(refusal), case=case_message(case))

    @reads
    def ListRefusals(self, work: Work, request: pb.ListRefusalsRequest) -> pb.ListRefusalsResponse:
        """See RoundsService.ListRefusals."""
        read = partial(refusal_store.refusals_of, work, request.case_id)
        found, token = page(work, request, read, wire.refusal_message)
        return pb.ListRefusalsResponse(refusals=found, next_page_token=token)

    @reads
    def GetRoundComparison(self, work: Work, request: pb.GetRoundComparisonRequest) -> pb.GetRoundComparisonResponse:
        """See RoundsService.GetRoundComparison."""
        round_, earlier = wire.rounds_of(request)
        comparison = handlers.compare_rounds(work, case_id=request.case_id, round_=round_, earlier=earlier)
        return pb.GetRoundComparisonResponse(comparison=wire.comparison_message(comparison))
