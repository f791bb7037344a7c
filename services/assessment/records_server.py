"""The calls that list what has been recorded in step 1."""

from functools import partial

from services.assessment import record_messages as messages
from services.assessment import records
from services.assessment.domain.recorded import IndicativeBudget
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.service.calls import reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work

LARGEST_PAGE_OF_ACTS = 200


class RecordsServer:
    """Answers the calls of AssessmentService that read back what a case has on record, list by list."""

    use_cases: UseCases

    @reads
    def ListSelfAssessments(self, work: Work, request: pb.ListSelfAssessmentsRequest) -> pb.ListSelfAssessmentsResponse:
        """See AssessmentService.ListSelfAssessments."""
        read = partial(records.self_assessments_of, work, request.case_id)
        found, token = page(work, request, read, messages.self_assessment_message)
        return pb.ListSelfAssessmentsResponse(self_assessments=found, next_page_token=token)

    @reads
    def ListUrgentSupport(self, work: Work, request: pb.ListUrgentSupportRequest) -> pb.ListUrgentSupportResponse:
        """See AssessmentService.ListUrgentSupport."""
        read = partial(records.urgent_support_of, work, request.case_id)
        found, token = page(work, request, read, messages.urgent_support_message)
        return pb.ListUrgentSupportResponse(urgent_support=found, next_page_token=token)

    @reads
    def ListDeterminations(self, work: Work, request: pb.ListDeterminationsRequest) -> pb.ListDeterminationsResponse:
        """See AssessmentService.ListDeterminations."""
        read = partial(records.determinations_of, work, request.case_id)
        found, token = page(work, request, read, partial(messages.determination_message, work))
        return pb.ListDeterminationsResponse(determinations=found, next_page_token=token)

    @reads
    def ListIndicativeBudgets(
        self, work: Work, request: pb.ListIndicativeBudgetsRequest
    ) -> pb.ListIndicativeBudgetsResponse:
        """See AssessmentService.ListIndicativeBudgets."""

        def message_of(budget: IndicativeBudget) -> pb.IndicativeBudget:
            return messages.indicative_budget_message(budget, work.decided(budget.receipt_id))

        read = partial(records.indicative_budgets_of, work, request.case_id)
        found, token = page(work, request, read, message_of)
        return pb.ListIndicativeBudgetsResponse(indicative_budgets=found, next_page_token=token)

    @reads
    def ListAdvice(self, work: Work, request: pb.ListAdviceRequest) -> pb.ListAdviceResponse:
        """See AssessmentService.ListAdvice."""
        found, token = page(work, request, partial(records.advice_of, work, request.case_id), messages.advice_message)
        return pb.ListAdviceResponse(advice=found, next_page_token=token)

    @reads
    def ListActs(self, work: Work, request: pb.ListActsRequest) -> pb.ListActsResponse:
        """See AssessmentService.ListActs."""
        read = partial(records.acts_of, work, request.case_id)
        found, token = page(work, request, read, messages.act_message, largest=LARGEST_PAGE_OF_ACTS)
        return pb.ListActsResponse(acts=found, next_page_token=token)
