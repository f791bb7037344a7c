"""Personal budgets as they go on the wire."""

from services.approval.domain.personal_budget import PersonalBudget
from sevensteps.api.approval.v1 import personal_budget_pb2 as pb
from sevensteps.fields import moment, number_of
from sevensteps.money import pounds
from sevensteps.service.work import Work


def personal_budget_message(work: Work, budget: PersonalBudget) -> pb.PersonalBudget:
    """A personal budget as it was stated, with the decision about what the person pays."""
    numbers, basis = budget.numbers, budget.basis
    return pb.PersonalBudget(
        case_id=budget.case_id,
        plan_version=budget.version,
        number=budget.number,
        cost_weekly=pounds(numbers.cost),
        adult_pays_weekly=pounds(numbers.adult_pays),
        council_pays_weekly=pounds(numbers.council_pays),
        basis=number_of(pb.BudgetBasis, basis.kind),
        financial_assessment_id=basis.financial_assessment_id,
        one_off_cost=budget.one_off_cost,
        decision=work.decided(basis.receipt_id) if basis.receipt_id else None,
        stated_by=budget.stated_by,
        stated_at=moment(budget.stated_at),
        etag=str(budget.number),
    )
