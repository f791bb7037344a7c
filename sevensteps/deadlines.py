"""The due dates of a case. A hold moves a date of practice, never one of law."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf

from sevensteps.events import (
    AssessmentOpened,
    CaseOpened,
    LifeOpened,
    MoneyOpened,
    Payload,
    PlanChecked,
    PlanOpened,
    ReviewOpened,
    SupportOpened,
)
from sevensteps.steps import DueKind


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: its position in the feed, and the time (ISO text, UTC).

    The position is 0 where it was a date that came, and not a fact.
    """

    position: int
    at: str

    @property
    def day(self) -> date:
        """The day on which it happened."""
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


def compact(holds: Sequence[Hold], heard: Sequence[int]) -> list[Hold]:
    """The same days on hold, in as few holds as they need.

    A hold within a day moves no date, and one joins the next if that was placed on its last day. Only a hold that
    covers one of the positions in `heard` has to stay as it is: it may keep back a step.
    """
    compacted: list[Hold] = []
    for hold in holds:
        before = compacted[-1] if compacted else None
        if before and (joined := _joined(before, hold)) and not _covers_any(joined, heard):
            compacted[-1] = joined
        elif hold.released is None or hold.released.day > hold.placed.day or _covers_any(hold, heard):
            compacted.append(hold)
    return compacted


def _joined(first: Hold, second: Hold) -> Hold | None:
    """Both as one, if the second was placed on the day on which the first was released."""
    if first.released is None or second.released is None or first.released.day != second.placed.day:
        return None
    return Hold(first.placed, second.released)


def _covers_any(hold: Hold, heard: Sequence[int]) -> bool:
    last = hold.released.position if hold.released else inf
    return any(hold.placed.position < position < last for position in heard)


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due (YYYY-MM-DD), and whether by practice or by law.

    `law_on` is the last day that the law allows, whatever practice says; empty where the law sets none.
    """

    on: str
    kind: DueKind = DueKind.SOFT
    law_on: str = ""

    @property
    def day(self) -> date:
        """The date itself."""
        return date.fromisoformat(self.on)

    @property
    def by_law(self) -> str:
        """The last day that the law allows; empty where the law sets none."""
        return self.on if self.kind is DueKind.HARD else self.law_on


def due_now(due: Due, opened_on: date, holds: Sequence[Hold]) -> Due | None:
    """The present due date. Each day on hold since the step was opened moves a soft date, but never past the law's.

    None while a hold has stopped the clock and the law sets no date. A hold placed on or after the date moves nothing.
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


def due_of(opened: Payload) -> Due:
    """When a step is due, from the event that opened it. Raises ValueError for an event that opens none."""
    match opened:
        case LifeOpened():
            return Due(opened.review_due, DueKind(opened.due_kind), opened.law_due)
        case ReviewOpened():
            return Due(opened.due_on, law_on=opened.law_due)
        case CaseOpened() | AssessmentOpened() | PlanOpened() | PlanChecked() | MoneyOpened() | SupportOpened():
            return Due(opened.due_on)
        case _:
            raise ValueError(f"{opened.TYPE} opens no step.")
