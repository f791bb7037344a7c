"""Correcting what was recorded wrongly of spending: what it would do, and whether it has been done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.operations.domain.prediction import Prediction
from sevensteps import clock
from sevensteps.money import pounds, pounds_in_words

NOTHING_YET = Prediction(does=False, sentence="Nothing was spent in this case yet.")


@dataclass(frozen=True, slots=True)
class SpendSeen:
    """Spending as the review service has it. `is_marked`: for somebody to judge, or judged."""

    spend_id: str
    round: int
    line_id: str
    amount: str
    spent_on: str
    evidence: str
    corrects: str
    corrected_by: str
    is_marked: bool

    def is_so(self, given: Mapping[str, str]) -> bool:
        """Whether it is recorded as it should be."""
        same = all(getattr(self, name) == given[name] for name in ("line_id", "amount", "spent_on"))
        return same and given.get("evidence", "") in {"", self.evidence}


@dataclass(frozen=True, slots=True)
class SpendingSeen:
    """The spending of a case: what was spent in its present round, in pounds, and each record of every round."""

    round: int
    spent: str
    records: Sequence[SpendSeen]

    def record(self, spend_id: str) -> SpendSeen | None:
        """The record of this id."""
        return next((each for each in self.records if each.spend_id == spend_id), None)

    def correction(self, given: Mapping[str, str]) -> SpendSeen | None:
        """What corrects the record as it should be; None where nothing does."""
        return next((each for each in self.records if each.corrects == given["spend_id"] and each.is_so(given)), None)


def predict_correction(seen: SpendingSeen, given: Mapping[str, str]) -> Prediction:
    """What was recorded, what would be, and what follows from it."""
    was = seen.record(given["spend_id"])
    if was is None:
        return Prediction(does=False, sentence=f"The case has no spending {given['spend_id']}.")
    if was.corrected_by:
        return Prediction(does=False, sentence=f"It is corrected already, by {was.corrected_by}. Correct that one.")
    if was.is_so(given):
        return Prediction(does=False, sentence="It is recorded so already.")
    told = [f"{_told(was.amount, was.line_id, was.spent_on)} becomes {right_in_words(given)}."]
    told += [_sum_after(seen, was, given), "What was recorded stays beside it, and counts no more."]
    told += ["What was judged of it holds no more."] if was.is_marked else []
    told += ["The rules check it anew: somebody may have to judge it.", "No review is called for by it."]
    return Prediction(does=True, sentence=" ".join(told))


def _sum_after(seen: SpendingSeen, was: SpendSeen, given: Mapping[str, str]) -> str:
    spent = pounds_in_words(seen.spent)
    if was.round != seen.round:
        return f"It was recorded in round {was.round}, so what is spent in this round stays {spent}."
    after = Decimal(seen.spent) - Decimal(was.amount) + Decimal(given["amount"])
    return f"What is spent in this round goes from {spent} to {pounds_in_words(pounds(after))}."


def right_in_words(given: Mapping[str, str]) -> str:
    """What is right."""
    evidence = f", by {given['evidence']}" if given.get("evidence") else ""
    return _told(given["amount"], given["line_id"], given["spent_on"]) + evidence


def _told(amount: str, line_id: str, spent_on: str) -> str:
    return f"{pounds_in_words(amount)} on line {line_id}, on {clock.day_in_words(date.fromisoformat(spent_on))}"


def seen_corrected(seen: SpendingSeen, given: Mapping[str, str]) -> str:
    """What was seen when the case was looked at again; empty where it is not corrected as it should be."""
    right = seen.correction(given)
    if right is None:
        return ""
    return f"{right.spend_id} counts: {right_in_words(given)}. In this round {pounds_in_words(seen.spent)} is spent."
