"""Money spent against a plan: how far it is ahead of the money that has come in. Pure; amounts in pounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from services.review.domain.plan_in_force import LivedPlan, LivedPlans, PlanInForce, came_in
from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.policy.model.verdict import Json, Verdict

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


class SpendJudgement(StrEnum):
    """What somebody judged of spending that was marked for it."""

    AGREED = "agreed"
    NOT_AGREED = "not_agreed"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody judges of a spend, and why."""

    spend_id: str
    judgement: SpendJudgement
    because: str


@dataclass(frozen=True, slots=True)
class SpendOnRecord:
    """A spend of a round as it stands, to be judged or corrected.

    `judged` is its last judgement; None where nobody has judged it. `recorded_by` has whoever recorded it and, where it
    corrects another, whoever recorded that. `corrected_by` is the id of what corrects it; empty while it holds.
    """

    spend_id: str
    round: int
    spend: Spend
    checked: Checked
    recorded_by: frozenset[str]
    judged: SpendJudgement | None
    corrected_by: str

    @property
    def is_marked(self) -> bool:
        """Whether it is for somebody to judge, or was."""
        return self.checked.verdict == Verdict.NEEDS_JUDGEMENT

    @property
    def waits(self) -> bool:
        """Whether it is for somebody to judge, and nobody has."""
        return self.is_marked and self.judged is None

    def ensure_may_be_judged(self, by: str, case_id: str) -> None:
        """Raise a Fault where nothing is left to judgement (INVALID), or by whoever recorded the spend (DENIED)."""
        if not self.is_marked or self.corrected_by:
            raise not_to_judge()
        if by in self.recorded_by:
            raise _by_somebody_else("judge", case_id)

    def ensure_may_be_corrected(self, by: str, case_id: str) -> None:
        """Raise a Fault where it is corrected already (PRECONDITION), or is marked and by whoever recorded it (DENIED).

        Otherwise whoever sees a judgement coming, or has one against them, could have it fall away.
        """
        if self.corrected_by:
            raise Fault(
                Kind.PRECONDITION,
                "SPEND_CORRECTED",
                f"This spending is corrected already, by {self.corrected_by}. Correct that one.",
                metadata={"case_id": case_id},
            )
        if self.is_marked and by in self.recorded_by:
            raise _by_somebody_else("correct", case_id)

    def not_agreed(self, judgement: SpendJudgement | None) -> Decimal:
        """What of it is not agreed by a judgement. Money that came back is no money that was spent."""
        return max(self.spend.amount, NOTHING) if judgement is SpendJudgement.NOT_AGREED else NOTHING


def _by_somebody_else(what: str, case_id: str) -> Fault:
    return Fault(
        Kind.DENIED,
        "SEPARATION_OF_DUTIES",
        f"You recorded this spending, so somebody else must {what} it.",
        metadata={"case_id": case_id},
    )


def not_to_judge() -> Fault:
    """A judgement on something that nobody has to judge."""
    detail = "must be the id of a spend of the case that needs judgement, as ListSpending answers it"
    return invalid(Violation("spend_id", detail))


def facts_of(
    spend: Spend, plans: LivedPlans, on: tuple[LivedPlan, PlanInForce], spent: Totals, today: date
) -> dict[str, Json]:
    """The facts for the decision spending. `on` is the plan that was in force on its day; `spent` is without it."""
    lived, plan = on
    totals = dict(spent)
    of_line = (lived.version, spend.line_id)
    totals[of_line] = totals.get(of_line, NOTHING) + spend.amount
    line_came_in = came_in(lived, plan, today, spend.line_id)
    versions = {each.version for each, _ in plans.known}
    all_spent = sum((amount for (version, _), amount in totals.items() if version in versions), NOTHING)
    return {
        "refund": spend.amount < 0,
        "line_weeks_ahead": weeks_ahead(totals[of_line] - line_came_in, plan.lines[spend.line_id]),
        "balance_weeks_ahead": weeks_ahead(all_spent - plans.came_in_until(today), plan.weekly),
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
