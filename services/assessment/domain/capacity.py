"""Whether the person has the capacity for a decision (Mental Capacity Act 2005 ss.1-4). Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.representation import OwnDecision


class CapacityResult(StrEnum):
    """What an assessment of capacity found."""

    HAS = "has"
    LACKS = "lacks"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What was found of the four abilities (s.3(1)), and why one is missing (s.2(1)); None was not asked."""

    understands: bool
    retains: bool
    weighs: bool
    communicates: bool
    impairment: bool | None
    because_of_it: bool | None

    @property
    def all_there(self) -> bool:
        """Whether the person can do all four."""
        return self.understands and self.retains and self.weighs and self.communicates

    @property
    def result(self) -> CapacityResult:
        """Capacity is lacking only where one of the four is, and that because of an impairment."""
        lacks = not self.all_there and self.impairment and self.because_of_it
        return CapacityResult.LACKS if lacks else CapacityResult.HAS


@dataclass(frozen=True, slots=True)
class CapacityFinding:
    """What was found for one decision on a day. `expires_on` is the last day on which it counts."""

    decision: OwnDecision
    assessed_on: date
    assessed_by: str
    abilities: Abilities
    help_given: str
    because: str
    expires_on: date | None
    fluctuates: bool


@dataclass(frozen=True, slots=True)
class BestInterestsDecision:
    """What was decided for somebody who lacks capacity, by whom, who was asked, and what the person wishes (s.4)."""

    capacity_id: str
    decided_on: date
    decided_by: str
    consulted: tuple[str, ...]
    wishes: str
    less_restrictive: str
    decided: str
    because: str
    conflict_of_interest: bool
    safeguards: str


@dataclass(frozen=True, slots=True)
class BestInterests:
    """Such a decision on record."""

    best_interests_id: str
    made: BestInterestsDecision
    recorded_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """An assessment of capacity on record, with what was decided on it in the person's best interests."""

    capacity_id: str
    case_id: str
    finding: CapacityFinding
    recorded_by: str
    recorded_at: str
    best_interests: tuple[BestInterests, ...] = ()

    @property
    def lacks(self) -> bool:
        """Whether capacity was found to be lacking."""
        return self.finding.abilities.result is CapacityResult.LACKS

    def is_in_date(self, day: date) -> bool:
        """Whether it was made by a day, and has not expired by then."""
        expires_on = self.finding.expires_on
        return self.finding.assessed_on <= day and (expires_on is None or day <= expires_on)

    def ensure_may_decide(self, made: BestInterestsDecision) -> None:
        """Raise a Fault (INVALID) unless this lets somebody decide in the person's best interests on that day."""
        if not self.lacks:
            detail = "must be an assessment that found capacity to be lacking: this person decides for themselves"
            raise invalid(Violation("capacity_id", detail))
        if not self.is_in_date(made.decided_on):
            detail = f"must be a day from {self.finding.assessed_on} to {self.finding.expires_on}, while that counts"
            raise invalid(Violation("decided_on", detail))


def capacity_not_found(case_id: str) -> Fault:
    """An assessment of capacity that the case does not have."""
    detail = f"Case {case_id} has no such assessment of capacity. ListCapacity has their ids."
    return Fault(Kind.NOT_FOUND, "CAPACITY_NOT_FOUND", detail, metadata={"case_id": case_id})
