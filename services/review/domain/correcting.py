"""Correcting what was recorded wrongly of spending: what is right counts in its place. Pure; amounts in pounds."""

from dataclasses import dataclass, replace

from services.review.domain.life import Life
from services.review.domain.spending import NOTHING, Checked, Spend, SpendOnRecord, Totals
from sevensteps.errors import Violation, invalid
from sevensteps.policy import Verdict


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right of a spend that was recorded wrongly, and why it was wrong."""

    spend_id: str
    right: Spend
    because: str

    def right_of(self, was: SpendOnRecord) -> Spend:
        """What is right; its evidence is that of what was recorded, unless another is named.

        Raises a Fault (INVALID) where nothing differs.
        """
        right = self.right if self.right.evidence else replace(self.right, evidence=was.spend.evidence)
        if right == was.spend:
            raise invalid(Violation("amount", "must differ from what was recorded, or the line, day or evidence must"))
        return right


def not_to_correct() -> Violation:
    """A correction of something that the case does not have."""
    return Violation("spend_id", "must be the id of a spend of the case, as ListSpending answers it")


def without(totals: Totals, was: SpendOnRecord) -> Totals:
    """What was spent by version of the plan and line, without what is about to be corrected."""
    of_line = (was.checked.plan_version, was.spend.line_id)
    return dict(totals) | {of_line: totals.get(of_line, NOTHING) - was.spend.amount}


def corrected(life: Life, was: SpendOnRecord, right: Spend, checked: Checked) -> Life:
    """The life of the newest round with what is right in the place of what was recorded, in this round or before.

    A judgement on what was recorded holds no more.
    """
    more = right.amount - was.spend.amount if was.round == life.round else NOTHING
    return replace(
        life,
        spent=life.spent + more,
        spends_to_judge=life.spends_to_judge - was.waits + (checked.verdict == Verdict.NEEDS_JUDGEMENT),
        not_agreed=life.not_agreed - was.not_agreed(was.judged),
    )
