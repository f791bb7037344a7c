"""A refused assessment: whether the refusal stands (s.11), and what makes the assessment owed again. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from sevensteps.errors import Fault, Kind, Violation, invalid


class RefusalException(StrEnum):
    """Why an adult's refusal does not stand (s.11(2))."""

    LACKS_CAPACITY = "lacks_capacity"
    ABUSE_OR_NEGLECT = "abuse_or_neglect"


class RevivedBy(StrEnum):
    """Why a refused assessment is owed again (s.11(3), (4), (6), (7))."""

    REQUEST = "request"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Refusing:
    """That somebody refuses an assessment: when, why, and what of it decides whether the refusal stands.

    The three answers are about an adult, and None of a carer. `best_interests`, whether an assessment is in the adult's
    best interests, is asked only where they lack the capacity to refuse.
    """

    refused_on: date
    because: str
    lacks_capacity: bool | None
    best_interests: bool | None
    abuse_or_neglect: bool | None

    @property
    def exception(self) -> RefusalException | None:
        """Why the refusal does not stand; None where it does."""
        if self.abuse_or_neglect:
            return RefusalException.ABUSE_OR_NEGLECT
        if self.lacks_capacity and self.best_interests:
            return RefusalException.LACKS_CAPACITY
        return None

    def with_capacity(self, *, lacks: bool | None) -> Self:
        """The refusal with what is on record of the adult's capacity to refuse; None where nothing is.

        Raises a Fault (INVALID) where it says otherwise.
        """
        if lacks is None:
            return self
        if self.lacks_capacity is not None and self.lacks_capacity is not lacks:
            word = "true" if lacks else "false"
            detail = f"must be {word} or left out: so it is on record of refuse_assessment (ListCapacity)"
            raise invalid(Violation("lacks_capacity", detail))
        return replace(self, lacks_capacity=lacks)

    def ensure_about(self, kind: str) -> None:
        """Raise a Fault (INVALID) unless what is asked of this kind of case is answered, and nothing else is."""
        asked = {"lacks_capacity", "abuse_or_neglect"} if kind == "adult" else set()
        if self.lacks_capacity:
            asked.add("best_interests")
        wrong = [
            Violation(name, "must be answered yes or no: unknown is never no (s.11(2))")
            for name in sorted(asked)
            if getattr(self, name) is None
        ]
        wrong += [
            Violation(name, "must be left out: a carer's refusal has no exception (s.11(5))")
            if kind == "carer"
            else Violation(name, "must be left out: the adult has the capacity to refuse")
            for name in ("lacks_capacity", "best_interests", "abuse_or_neglect")
            if name not in asked and getattr(self, name) is not None
        ]
        if wrong:
            raise invalid(*wrong)


@dataclass(frozen=True, slots=True)
class Revival:
    """What made a refused assessment owed again, when and why, and who recorded it."""

    by: RevivedBy
    revived_on: date
    because: str
    recorded_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal of the assessment of one round, and what revived the assessment since."""

    refusal_id: str
    case_id: str
    round: int
    refusing: Refusing
    recorded_by: str
    recorded_at: str
    revival: Revival | None = None

    @property
    def stands(self) -> bool:
        """Whether the council need not assess."""
        return self.refusing.exception is None and self.revival is None

    def revive(self, revival: Revival) -> Self:
        """The refusal, after which the assessment is owed again. Raises a Fault where that is before the refusal."""
        if revival.revived_on < self.refusing.refused_on:
            detail = f"must be a day from {self.refusing.refused_on}, when the assessment was refused"
            raise invalid(Violation("revived_on", detail))
        return replace(self, revival=revival)


def ensure_none_stands(refusal: Refusal | None) -> None:
    """Raise a Fault while a refusal of the round stands: nobody is assessed against their will."""
    if refusal and refusal.stands:
        raise Fault(
            Kind.PRECONDITION,
            "ASSESSMENT_REFUSED",
            f"The assessment of this round was refused on {refusal.refusing.refused_on} (s.11). Where the person asks "
            "for it again, or things have changed, ReviveAssessment comes first; else EndCase, as assessment_refused.",
            metadata={"case_id": refusal.case_id, "refusal_id": refusal.refusal_id},
        )


def ensure_may_end_refused(refusal: Refusal | None) -> None:
    """Raise a Fault where the last refusal of the round does not stand, so that the case may not end by it.

    A round without a record of a refusal may: so did those of before there was one.
    """
    if refusal is None or refusal.stands:
        return
    why = "the person may not refuse it (s.11(2))" if refusal.refusing.exception else "it is owed again (s.11(3), (4))"
    raise Fault(
        Kind.PRECONDITION,
        "REFUSAL_DOES_NOT_STAND",
        f"The assessment was refused on {refusal.refusing.refused_on}, but {why}: go on with it. Where it is refused "
        "again, RecordRefusal comes first.",
        metadata={"case_id": refusal.case_id, "refusal_id": refusal.refusal_id},
    )


def standing(refusal: Refusal | None, case_id: str) -> Refusal:
    """The refusal that stands in the round. Raises a Fault where none does."""
    if refusal is None or not refusal.stands:
        raise Fault(
            Kind.PRECONDITION,
            "NOT_REFUSED",
            "No refusal of this round stands, so that nothing has to be revived: go on with the assessment.",
            metadata={"case_id": case_id},
        )
    return refusal
