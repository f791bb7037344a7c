"""Two people behind a repair: who planned it, and somebody else who agrees before anything is done."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.operations.domain.action import Action
from sevensteps.errors import Fault, Kind


@dataclass(frozen=True, slots=True)
class Agreement:
    """That a second person stands behind what a first one has planned. There is none of one person with themselves."""

    first: str
    second: str

    def __post_init__(self) -> None:
        """Raise a Fault (DENIED, SAME_PERSON) where both are the same."""
        if self.first == self.second:
            raise same_person()


def same_person() -> Fault:
    """Whoever planned a repair agrees to it."""
    detail = "You planned this repair, so you cannot be the second person. Ask somebody else of operations to agree."
    return Fault(Kind.DENIED, "SAME_PERSON", detail)


def second_person_needed(repair_id: str) -> Fault:
    """A repair is to begin to which nobody has agreed."""
    detail = (
        "What this repair does cannot be taken back, so a second person agrees first. Nothing has been done. Ask "
        f"somebody else of operations to look at its cases: sevensteps repair show {repair_id}; then they agree: "
        f"sevensteps repair agree {repair_id}."
    )
    return Fault(Kind.PRECONDITION, "SECOND_PERSON_NEEDED", detail)


def needs_two(action: Action, lists: Iterable[frozenset[str]]) -> bool:
    """Whether an action is on any of these lists: those of the councils whose cases a repair has."""
    return any(action in listed for listed in lists)
