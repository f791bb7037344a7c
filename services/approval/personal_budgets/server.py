"""The gRPC face of personal budgets."""

from functools import partial

from services.approval import budget_store, handlers
from services.approval.personal_budgets.messages import personal_budget_message
from sevensteps.api.approval.v1 import personal_budget_pb2 as pb
from sevensteps.api.approval.v1 import personal_budget_pb2_grpc as pb_grpc
from sevensteps.fields import Fields
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.standing_finances import AskedFinances
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


def nothing_of(request: pb.RestatePersonalBudgetRequest, _: Fields) -> None:
    """The request says nothing beside its case."""


class PersonalBudgetsServer(pb_grpc.PersonalBudgetsServiceServicer):
    """Answers the calls of PersonalBudgetsService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(
        pb.RestatePersonalBudgetResponse,
        nothing_of,
        asking=lambda use_cases, request: use_cases.finances(request.case_id),
    )
    def RestatePersonalBudget(
        self, work: Work, request: pb.RestatePersonalBudgetRequest, _: None, finances: AskedFinances
    ) -> pb.RestatePersonalBudgetResponse:
        """See PersonalBudgetsService.RestatePersonalBudget."""
        budget = handlers.restate_personal_budget(work, finances, case_id=request.case_id, etag=request.etag)
        return pb.RestatePersonalBudgetResponse(personal_budget=personal_budget_message(work, budget))

    @reads
    def ListPersonalBudgets(self, work: Work, request: pb.ListPersonalBudgetsRequest) -> pb.ListPersonalBudgetsResponse:
        """See PersonalBudgetsService.ListPersonalBudgets."""
        read = partial(budget_store.budgets_of, work, request.case_id)
        found, token = page(work, request, read, partial(personal_budget_message, work))
        return pb.ListPersonalBudgetsResponse(personal_budgets=found, next_page_token=token)
