"""Safeguarding concerns (s.42): raised, and decided about. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from sevensteps.errors import ID, Fault, Kind, Violation, invalid


@dataclass(frozen=True, slots=True)
class Raised:
    """What somebody fears, and why: `kinds` of abuse or neglect as far as is known, and what was seen or said."""

    kinds: tuple[str, ...]
    danger_now: bool
    about: str
    noticed_on: date


@dataclass(frozen=True, slots=True)
class ConcernDeciding:
    """Whether enquiries are made (s.42(2)), and which conditions of s.42(1) are met; None is unknown."""

    concern_id: str
    enquiry: bool
    has_needs: bool | None
    at_risk: bool | None
    cannot_protect: bool | None
    decided_on: date
    because: str

    @property
    def is_owed(self) -> bool:
        """Whether the law wants enquiries: all three conditions are met."""
        return bool(self.has_needs and self.at_risk and self.cannot_protect)


@dataclass(frozen=True, slots=True)
class ConcernDecision:
    """What was decided about a concern, by whom and when."""

    enquiry: bool
    has_needs: bool | None
    at_risk: bool | None
    cannot_protect: bool | None
    decided_on: date
    because: str
    decided_by: str
    decided_at: str


@dataclass(frozen=True, slots=True)
class Concern:
    """A concern, with all that was decided about it; `version` counts that."""

    concern_id: str
    case_id: str
    raised: Raised
    raised_by: str
    raised_at: str
    version: int = 1
    decisions: tuple[ConcernDecision, ...] = ()

    def decide(self, deciding: ConcernDeciding, by: str, at: str) -> Self:
        """The concern with what is decided. Raises a Fault (INVALID) where enquiries are owed and none are made."""
        if deciding.is_owed and not deciding.enquiry:
            raise invalid(Violation("enquiry", "must be true: all three conditions of s.42(1) are met"))
        if deciding.decided_on < self.raised.noticed_on:
            raise invalid(Violation("decided_on", f"must be a day from {self.raised.noticed_on}, when it was noticed"))
        decision = ConcernDecision(
            enquiry=deciding.enquiry,
            has_needs=deciding.has_needs,
            at_risk=deciding.at_risk,
            cannot_protect=deciding.cannot_protect,
            decided_on=deciding.decided_on,
            because=deciding.because,
            decided_by=by,
            decided_at=at,
        )
        return replace(self, version=self.version + 1, decisions=(*self.decisions, decision))


def concern_not_found(case_id: str, concern_id: str) -> Fault:
    """A concern that the case does not have."""
    named = f" {concern_id}" if ID.fullmatch(concern_id) else ""
    return Fault(
        Kind.NOT_FOUND,
        "CONCERN_NOT_FOUND",
        f"Case {case_id} has no such concern{named}. Check the id.",
        metadata={"case_id": case_id},
    )
