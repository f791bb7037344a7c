"""Money spent against a plan: how far it is ahead of the money that has come in. Pure; amounts in pounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from services.review.domain.plan_in_force import LivedPlan, LivedPlans, PlanInForce
from sevensteps.errors import Fault, Kind
from sevensteps.policy.model.verdict import Json

NOTHING = Decimal("0.00")
MOST_WEEKS = 5200
"""How many weeks ahead are told at most. A line that brings in nothing is as far ahead as can be."""

Totals = Mapping[tuple[int, str], Decimal]
"""What was spent so far, less what came back, by version of the plan and line."""


@dataclass(frozen=True, slots=True)
class Spend:
    """Money spent against a line of the plan; negative where it came back. `evidence` says where it is filed, or ""."""

    line_id: str
    amount: Decimal
    spent_on: date
    evidence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The plan version that was in force on the day, and how the spend compares with it.

    `verdict` and `receipt_id` are empty where it is not known what that plan says: then nothing is compared.
    """

    plan_version: int
    verdict: str = ""
    receipt_id: str = ""


def facts_of(
    spend: Spend, plans: LivedPlans, on: tuple[LivedPlan, PlanInForce], spent: Totals, today: date
) -> dict[str, Json]:
    """The facts for the decision spending. `on` is the plan that was in force on its day; `spent` is without it."""
    lived, plan = on
    totals = dict(spent)
    of_line = (lived.version, spend.line_id)
    totals[of_line] = totals.get(of_line, NOTHING) + spend.amount
    line_weekly = plan.lines[spend.line_id]
    line_came_in = line_weekly * lived.weeks_until(today)
    came_in = sum((known.weekly * each.weeks_until(today) for each, known in plans.known), NOTHING)
    versions = {each.version for each, _ in plans.known}
    all_spent = sum((amount for (version, _), amount in totals.items() if version in versions), NOTHING)
    return {
        "refund": spend.amount < 0,
        "line_weeks_ahead": weeks_ahead(totals[of_line] - line_came_in, line_weekly),
        "balance_weeks_ahead": weeks_ahead(all_spent - came_in, plan.weekly),
        "more_back_than_spent": totals[of_line] < 0,
    }


def weeks_ahead(ahead: Decimal, weekly: Decimal) -> int:
    """For how many weeks an amount is the money that is to come, a part of a week counted as a whole one."""
    if ahead <= 0:
        return 0
    if ahead > weekly * MOST_WEEKS:
        return MOST_WEEKS
    return int((ahead / weekly).to_integral_value(ROUND_CEILING))


def evidence_used(case_id: str) -> Fault:
    """A spend whose evidence stands for another one already."""
    return Fault(
        Kind.PRECONDITION,
        "EVIDENCE_USED",
        "This evidence stands for another spend of the case already: one receipt or invoice counts once. Give the "
        "reference of its own evidence; where one receipt is for several lines, add the line to the reference.",
        metadata={"case_id": case_id},
    )
