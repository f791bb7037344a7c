"""The personal budget of an agreed plan: who pays what of the cost of meeting the needs (s.26(1)). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sevensteps.budget_numbers import BudgetNumbers, Charge
from sevensteps.errors import Fault, stage_order
from sevensteps.money import pounds
from sevensteps.policy.model.verdict import Json

CARE = "care"
CARER_SUPPORT = "carer_support"
REABLEMENT = "reablement"


class BudgetBasis(StrEnum):
    """From what it is known what the person pays."""

    ASSESSED = "assessed"
    JUDGED = "judged"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True, slots=True)
class BoughtService:
    """What a line of the plan buys, in pounds a week and `once`; `kind` is that of the rules, empty for the usual."""

    line_id: str
    kind: str
    weekly: Decimal
    once: Decimal = Decimal("0.00")

    def facts(self, usual: str, began: str) -> dict[str, Json]:
        """The service as the decision contribution takes it. Free weeks of reablement begin no earlier than `began`."""
        kind = self.kind or usual
        own: dict[str, Json] = {"began": began} if kind == REABLEMENT else {}
        costs: dict[str, Json] = {"weekly_cost": pounds(self.weekly), "one_off_cost": pounds(self.once)}
        return {"id": self.line_id, "kind": kind, **costs, **own}


def service_facts(services: Iterable[BoughtService], began: str, *, of_carer: bool) -> list[Json]:
    """The services of a plan as the decision contribution takes them; those of a carer support the carer."""
    usual = CARER_SUPPORT if of_carer else CARE
    return [service.facts(usual, began) for service in services]


@dataclass(frozen=True, slots=True)
class Basis:
    """By which financial assessment and decision it is known what the person pays; empty where none stood."""

    kind: BudgetBasis = BudgetBasis.NOT_ASSESSED
    financial_assessment_id: str = ""
    receipt_id: str | None = None


@dataclass(frozen=True, slots=True)
class PersonalBudget:
    """The three numbers as they were stated, the `number`th time for a version of the plan. Pounds a week.

    `one_off_cost` is what may be charged once, in pounds, as text; empty where there is nothing.
    """

    case_id: str
    version: int
    number: int
    numbers: BudgetNumbers
    basis: Basis
    one_off_cost: str
    stated_by: str
    stated_at: str


def numbers_of(cost: Decimal, charge: Charge, judged: Decimal | None) -> tuple[BudgetNumbers, BudgetBasis]:
    """Who pays what where the plan costs so much, by what the rules say of its services, or by what somebody judged.

    Where neither settles it the person pays nothing: nobody is charged without a financial assessment (s.17).
    """
    whole = cost if charge.cost is None else charge.cost
    if judged is not None:
        most = judged if charge.most is None else min(judged, charge.most)
        return BudgetNumbers.of(whole, most), BudgetBasis.JUDGED
    if charge.weekly is None:
        return BudgetNumbers.of(whole, Decimal("0.00")), BudgetBasis.NOT_ASSESSED
    return BudgetNumbers.of(whole, charge.weekly), BudgetBasis.ASSESSED


def not_signed(case_id: str) -> Fault:
    """There is no agreed plan, and so no personal budget."""
    return stage_order("ApprovePlan must come first: no plan of this case is signed.", case_id)
