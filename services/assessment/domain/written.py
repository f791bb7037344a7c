"""What a person is owed in writing after a determination, by when, and whether it was given. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from services.assessment.domain.case import Case
from sevensteps.errors import stage_order


class WrittenKind(StrEnum):
    """What is owed; each has a clock of its own in the pack, of the same name."""

    WRITTEN_RECORD = "written_record"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Given:
    """That something was given in writing: on which day (None for today), and how, by its short name."""

    given_on: date | None
    how: str


@dataclass(frozen=True, slots=True)
class Written:
    """What is owed in writing after the determination of a round.

    `due_on` is None where an earlier version confirmed it, `given_on` while it is not given. `overdue_told`: it was
    told that the date has passed.
    """

    case_id: str
    round: int
    kind: WrittenKind
    due_on: date | None
    given_on: date | None = None
    recorded_by: str = ""
    how: str = ""
    overdue_told: bool = False

    def give(self, given: Given, *, by: str, today: date) -> Self:
        """What is owed, given. Raises a Fault where it was given before."""
        if self.given_on is not None:
            raise stage_order(f"It was given already, on {self.given_on.isoformat()}.", self.case_id)
        return replace(self, given_on=given.given_on or today, recorded_by=by, how=given.how)


def kinds_owed(*, eligible: bool) -> tuple[WrittenKind, ...]:
    """What is owed: always the determination in writing (s.13(2)), and advice where nothing is eligible (s.13(5))."""
    return (WrittenKind.WRITTEN_RECORD,) if eligible else (WrittenKind.WRITTEN_RECORD, WrittenKind.ADVICE)


def ensure_determined(case: Case, *, determined: bool) -> None:
    """Raise a Fault while the determination of the round is not confirmed: there is nothing to give a record of."""
    if not determined:
        raise stage_order("ConfirmDetermination must come first: there is nothing to give a record of.", case.case_id)
