"""The gRPC face of financial assessments."""

from datetime import date
from decimal import Decimal
from functools import partial

import grpc

from services.assessment import finances_store, store
from services.assessment.domain.assessment import CARE_ACT
from services.assessment.domain.finances import Assessing
from services.assessment.finances import handlers, messages, wire
from services.assessment.wire import case_message
from sevensteps import clock
from sevensteps.api.assessment.v1 import finances_pb2 as pb
from sevensteps.api.assessment.v1 import finances_pb2_grpc as pb_grpc
from sevensteps.fields import Fields
from sevensteps.rpc.interceptor import Context, caller
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.page_tokens import position_of, token_of
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class FinancesServer(pb_grpc.FinancesServiceServicer):
    """Answers the calls of FinancesService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.AssessFinancesResponse, wire.assessing_of)
    def AssessFinances(
        self, work: Work, request: pb.AssessFinancesRequest, assessing: Assessing
    ) -> pb.AssessFinancesResponse:
        """See FinancesService.AssessFinances."""
        assessment, case = handlers.assess(work, case_id=request.case_id, etag=request.etag, assessing=assessing)
        return pb.AssessFinancesResponse(
            financial_assessment=messages.financial_assessment_message(work, assessment), case=case_message(case)
        )

    @changes(pb.JudgeFinancesResponse, wire.judgement_of)
    def JudgeFinances(
        self, work: Work, request: pb.JudgeFinancesRequest, judgement: tuple[Decimal, str]
    ) -> pb.JudgeFinancesResponse:
        """See FinancesService.JudgeFinances."""
        weekly, because = judgement
        assessment, case = handlers.judge(
            work,
            case_id=request.case_id,
            etag=request.etag,
            financial_assessment_id=request.financial_assessment_id,
            weekly=weekly,
            because=because,
        )
        return pb.JudgeFinancesResponse(
            financial_assessment=messages.financial_assessment_message(work, assessment), case=case_message(case)
        )

    @reads
    def GetFinancialAssessment(
        self, work: Work, request: pb.GetFinancialAssessmentRequest
    ) -> pb.GetFinancialAssessmentResponse:
        """See FinancesService.GetFinancialAssessment."""
        assessment = handlers.get(
            work, case_id=request.case_id, financial_assessment_id=request.financial_assessment_id
        )
        return pb.GetFinancialAssessmentResponse(
            financial_assessment=messages.financial_assessment_message(work, assessment),
            facts=messages.facts_without_services(work, assessment),
        )

    @reads
    def ListFinancialAssessments(
        self, work: Work, request: pb.ListFinancialAssessmentsRequest
    ) -> pb.ListFinancialAssessmentsResponse:
        """See FinancesService.ListFinancialAssessments."""
        read = partial(finances_store.assessments_of, work, request.case_id)
        found, token = page(work, request, read, partial(messages.financial_assessment_message, work))
        return pb.ListFinancialAssessmentsResponse(financial_assessments=found, next_page_token=token)

    async def ListFinancesDue(self, request: pb.ListFinancesDueRequest, context: Context) -> pb.ListFinancesDueResponse:
        """See FinancesService.ListFinancesDue."""
        fields = Fields()
        on = fields.day("on", request.on, earliest=CARE_ACT, latest=clock.in_years(1)) if request.on else clock.today()
        size = fields.page_size(request.page_size, default=wire.PAGE, largest=wire.LARGEST_PAGE)
        fields.check()
        listed = {"list": "finances due", "council": caller().council, "on": request.on}
        after = position_of(request.page_token, listed)
        return await self.use_cases.list(store.NUMBERING, partial(_page_of_due, on, after, size, listed))


def _page_of_due(on: date, after: int, size: int, listed: dict[str, str], work: Work) -> pb.ListFinancesDueResponse:
    """Those that are due among the next ones that stand: all that were looked at are behind the token."""
    found = list(handlers.due(work, on=on, after=after, size=size))
    return pb.ListFinancesDueResponse(
        due=[messages.due_message(due) for _, due in found if due],
        next_page_token=token_of(found[-1][0], listed) if len(found) == size else "",
    )


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the service with a server."""
    pb_grpc.add_FinancesServiceServicer_to_server(FinancesServer(use_cases), server)
