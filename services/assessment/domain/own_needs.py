"""The person's own list of needs, beside what is determined. Pure."""

from dataclasses import dataclass
from datetime import date

from sevensteps.errors import Fault, Kind


@dataclass(frozen=True, slots=True)
class SaidNeed:
    """A need in the person's words, and the outcome of the eligibility regulations that it speaks of, if any."""

    words: str
    outcome: str


@dataclass(frozen=True, slots=True)
class NeedAnswer:
    """How far an own need is met, as the person finds at a review."""

    met: str
    words: str
    answered_on: date
    answered_by: str = ""


@dataclass(frozen=True, slots=True)
class Determined:
    """What the newest confirmed determination of a case says: which outcomes are eligible needs."""

    eligible_needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnNeed:
    """A need that the person said in a round, with every answer to it. It stays whatever is determined."""

    need_id: str
    round: int
    need: SaidNeed
    recorded_by: str
    recorded_at: str
    answers: tuple[NeedAnswer, ...] = ()

    def determined(self, by: Determined | None) -> str:
        """What a determination says of it, by its short name; `by` is None where none is confirmed."""
        if not self.need.outcome:
            return "not_spoken_of"
        if by is None:
            return "not_yet"
        return "eligible" if self.need.outcome in by.eligible_needs else "not_eligible"


def own_need_not_found(case_id: str) -> Fault:
    """A need that the person has not said."""
    return Fault(
        Kind.NOT_FOUND,
        "OWN_NEED_NOT_FOUND",
        "The person's own list has no need of this id. ListOwnNeeds has the ids.",
        metadata={"case_id": case_id},
    )
