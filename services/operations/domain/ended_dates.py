"""How the dates that the law sets have ended: each was met with so many days left, or passed before that. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.operations.domain.clocks import (
    ACCESS_REQUEST,
    ACKNOWLEDGED,
    ADVICE,
    ANSWERED,
    BETWEEN,
    REVIEW_BY_LAW,
    WRITTEN_RECORD,
)
from sevensteps.events import (
    AccessRequestAnswered,
    AdviceGiven,
    ComplaintAcknowledged,
    ComplaintAnswered,
    Payload,
    ReviewCompleted,
    WrittenRecordGiven,
)

LATE = -1
"""In place of the days that were left, where the date had passed: how long ago makes no difference."""
DONE: Mapping[type[Payload], frozenset[str]] = {
    WrittenRecordGiven: frozenset({WRITTEN_RECORD}),
    AdviceGiven: frozenset({WRITTEN_RECORD, ADVICE}),
    ReviewCompleted: frozenset({REVIEW_BY_LAW}),
    ComplaintAcknowledged: frozenset({ACKNOWLEDGED}),
    ComplaintAnswered: frozenset({ACKNOWLEDGED, ANSWERED}),
    AccessRequestAnswered: frozenset({ACCESS_REQUEST}),
}
"""The events by which something is done that has a date of law."""
DONE_ON = ("given_on", "acknowledged_on", "answered_on")
"""The fields of events that say on which day it was done; without one it was the day of the event."""


@dataclass(frozen=True, slots=True)
class EndedDate:
    """A last day of the law that runs no more: of which clock, which day it was, and how many days were left."""

    clock: str
    day: date
    left: int


def ended(before: Mapping[str, str], after: Mapping[str, str], payload: Payload, on: date) -> Iterator[EndedDate]:
    """The dates that an event of a day has ended. `before` and `after` are the clocks that run (YYYY-MM-DD, by name).

    What fell away before its last day was neither met nor missed, and is none of them.
    """
    done = DONE.get(type(payload), frozenset())
    for name, last_day in before.items():
        clock, day = name.partition(BETWEEN)[0], date.fromisoformat(last_day)
        is_next_review = clock == REVIEW_BY_LAW and clock in done
        if name in after and not is_next_review:
            continue
        left = (day - _done_on(payload, on)).days
        if clock in done or left < 0:
            yield EndedDate(clock, day, max(left, LATE))


def _done_on(payload: Payload, on: date) -> date:
    said = next(filter(None, (getattr(payload, name, "") for name in DONE_ON)), "")
    return date.fromisoformat(said) if said else on
