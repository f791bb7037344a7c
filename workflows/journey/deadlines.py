"""Dates that a journey keeps. A hold stops the clock of practice, never that of law."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sevensteps.steps import DueKind


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: its position in the feed, and the time (ISO text, UTC).

    The position is 0 when a date brought it and not a fact.
    """

    position: int
    at: str

    @property
    def day(self) -> date:
        """Its day."""
        return date.fromisoformat(self.at[:10])


@dataclass(frozen=True, slots=True)
class Hold:
    """A time on hold; `released` is None while it lasts."""

    placed: Moment
    released: Moment | None = None

    def covers(self, moment: Moment) -> bool:
        """Whether this hold was on when the fact of that moment was heard."""
        if moment.position <= self.placed.position:
            return False
        return self.released is None or moment.position < self.released.position


@dataclass(frozen=True, slots=True)
class Due:
    """By when something is due (YYYY-MM-DD), and whether that is practice or law.

    `law_on` is the day on which the law asks for it whatever practice says; empty where it names none.
    """

    on: str
    kind: DueKind = DueKind.SOFT
    law_on: str = ""

    @property
    def day(self) -> date:
        """The date itself."""
        return date.fromisoformat(self.on)


def due_now(due: Due, opened_on: date, holds: Sequence[Hold]) -> Due | None:
    """The date as it stands: every day on hold since the step was opened moves a soft one, but past no date of law.

    None while a hold stops its clock and the law names no date. A hold that came after the date does not move it.
    """
    if due.kind is DueKind.HARD:
        return due
    moved = _moved(due.day, opened_on, holds)
    if due.law_on and (moved is None or date.fromisoformat(due.law_on) < moved):
        return Due(due.law_on, DueKind.HARD)
    return Due(moved.isoformat()) if moved else None


def _moved(on: date, opened_on: date, holds: Sequence[Hold]) -> date | None:
    for hold in holds:
        stopped = max(hold.placed.day, opened_on)
        if stopped >= on:
            break
        if hold.released is None:
            return None
        on += max(hold.released.day - stopped, timedelta(0))
    return on
