"""Stating the personal budget of an agreed plan, by the financial assessment that stands."""

from decimal import Decimal

from services.approval import budget_store
from services.approval.domain.approval import Approval
from services.approval.domain.personal_budget import (
    Basis,
    PersonalBudget,
    numbers_of,
    service_facts,
)
from sevensteps.budget_numbers import BudgetNumbers, Charge
from sevensteps.errors import Fault
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.standing_finances import StandingFinances
from sevensteps.service.work import Work

CONTRIBUTION = "contribution"
"""The decision of the pack about what a person pays."""
NOT_ESTABLISHED = "PARAMETER_MISSING"
"""Why a pack does not decide by amounts that nobody knows."""


def state(work: Work, approval: Approval, finances: StandingFinances | None, *, pack: str = "") -> PersonalBudget:
    """State it, the next time for this version, and store it. `pack` is the version that decides, else that in force.

    A charge is worked out anew for the services of the plan, by the rules of the day of the financial assessment. Where
    there is none the person pays nothing yet (s.17).
    """
    decided = _decide(work, approval, finances, pack) if finances else None
    if finances is None or decided is None:
        numbers, basis, once = BudgetNumbers.of(approval.personal_budget, Decimal("0.00")), Basis(), ""
    else:
        charge = Charge.of(decided.verdict.value, decided.values)
        numbers, kind = numbers_of(approval.personal_budget, charge, finances.judged)
        basis = Basis(kind, finances.financial_assessment_id, decided.receipt_id)
        once = str(decided.values.get("one_off_cost") or "")
    budget = PersonalBudget(
        case_id=approval.case_id,
        version=approval.version,
        number=budget_store.count(work, approval) + 1,
        numbers=numbers,
        basis=basis,
        one_off_cost=once,
        stated_by=work.actor.subject,
        stated_at=work.now_text,
    )
    budget_store.add(work, budget)
    return budget


def _decide(work: Work, approval: Approval, finances: StandingFinances, pack: str) -> RecordedDecision | None:
    """What the rules say of the services of the plan; None where nobody knows the amounts that they need."""
    services = service_facts(
        budget_store.services_of(work, approval), work.today.isoformat(), of_carer=finances.of_carer
    )
    facts = {**finances.facts, "services": services}
    try:
        return work.decide(
            CONTRIBUTION,
            finances.assessed_on,
            facts,
            case_id=approval.case_id,
            council=approval.council,
            version=pack,
        )
    except Fault as fault:
        if fault.reason != NOT_ESTABLISHED:
            raise
    return None
