"""Whether somebody has the authority to sign a plan: the facts for the scheme of delegation, and its refusal. Pure."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from services.approval.domain.checks import Checks
from sevensteps.money import Total, pounds, yearly_of
from sevensteps.policy.model.verdict import Json, Verdict

NOBODY: Mapping[str, Json] = {
    "role": "nobody",
    "is_author": False,
    "is_assessor": False,
    "is_payments_officer": False,
}
"""The facts about the signer before there is one. The level of a plan does not depend on who signs it."""


def authority_facts(
    personal_budget: Total, indicative: Decimal, checks: Checks, *, parts: Sequence[str], overrides: int
) -> dict[str, Json]:
    """The facts about a plan for the decision authority. Money in pounds a week; `overrides` as plan.Measure counts.

    A year costs what every week does and what is spent once, and is compared with a year of the indicative budget.
    `parts` are the verdicts on whether it is safe, legal and meets needs: what these leave to judgement is referred to
    those who may carry a risk. A question about the plan's money alone takes a reason, and the level for that amount.
    """
    annual_cost = yearly_of(personal_budget.weekly) + personal_budget.once
    return {
        "annual_cost": pounds(annual_cost),
        "over_indicative_percent": percent_over(annual_cost, yearly_of(indicative)),
        "checks_met": checks.verdict in {Verdict.MET, Verdict.NEEDS_JUDGEMENT},
        "refer": Verdict.NEEDS_JUDGEMENT in parts,
        "overrides": overrides,
    }


def percent_over(amount: Decimal, base: Decimal) -> int:
    """By how many whole per cent an amount is over another, rounded up; 1000 where there is nothing to be over."""
    if base == 0:
        return 1000 if amount else 0
    return int(((amount - base) * 100 / base).to_integral_value(ROUND_CEILING))
