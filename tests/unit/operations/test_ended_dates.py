"""How dates of law have ended, as events tell it."""

from datetime import date

import pytest

from services.operations.domain.clocks import clocks_after
from services.operations.domain.ended_dates import DONE, LATE, EndedDate, ended
from sevensteps.events import (
    AccessRequestAnswered,
    AccessRequestExtended,
    AdviceGiven,
    CaseEnded,
    ComplaintAnswered,
    ComplaintExtended,
    ComplaintWithdrawn,
    Payload,
    ReviewCompleted,
    ReviewTriggered,
    WrittenRecordGiven,
)

DAY = date(2026, 6, 10)
ANSWER = {"complaint_answered/c1": "2026-06-20", "complaint_answered/c2": "2026-06-30"}
RECORD = {"written_record": "2026-06-12"}
REVIEW = {"review_by_law": "2026-06-15"}
ACCESS = {"access_request/a1": "2026-06-09"}


def last(clock: str, day: str, left: int) -> EndedDate:
    return EndedDate(clock, date.fromisoformat(day), left)


@pytest.mark.parametrize(
    ("running", "payload", "found"),
    [
        (RECORD, WrittenRecordGiven(1, "2026-06-08", "letter"), [last("written_record", "2026-06-12", 4)]),
        (RECORD, WrittenRecordGiven(1, "", "letter"), [last("written_record", "2026-06-12", 2)]),
        (
            RECORD | {"advice": "2026-06-10"},
            AdviceGiven(1),
            [*map(last, ("written_record", "advice"), ("2026-06-12", "2026-06-10"), (2, 0))],
        ),
        (ANSWER, ComplaintAnswered("c1", "2026-06-10", "upheld"), [last("complaint_answered", "2026-06-20", 10)]),
        (ANSWER, ComplaintExtended("c1", "2026-06-10", "2026-08-01"), []),
        (ANSWER, ComplaintWithdrawn("c1", "2026-06-10"), []),
        (ACCESS, AccessRequestAnswered("a1", "2026-06-10", "given"), [last("access_request", "2026-06-09", LATE)]),
        (ACCESS, AccessRequestAnswered("a1", "2026-06-09", "given"), [last("access_request", "2026-06-09", 0)]),
        (ACCESS, AccessRequestExtended("a1", "2026-06-08", "2026-08-09"), []),
        (REVIEW, ReviewCompleted(1, "continue", "2027-06-15"), [last("review_by_law", "2026-06-15", 5)]),
        (REVIEW, ReviewCompleted(1, "continue", "2026-06-15"), [last("review_by_law", "2026-06-15", 5)]),
        (REVIEW, ReviewTriggered(1, "hospital", law_due="2026-06-11"), []),
        (REVIEW, CaseEnded("moved"), []),
        ({"review_by_law": "2026-06-01"}, CaseEnded("moved"), [last("review_by_law", "2026-06-01", LATE)]),
    ],
)
def test_a_date_is_met_by_what_is_done_and_missed_once_it_has_passed(
    running: dict[str, str], payload: Payload, found: list[EndedDate]
) -> None:
    """By the day on which it was done; what is moved, or falls away before its day, has not ended."""
    assert list(ended(running, clocks_after(running, payload), payload, DAY)) == found


def test_each_clock_ends_by_something() -> None:
    """Those of which no event would count could never be met."""
    clocks = {
        "written_record",
        "advice",
        "review_by_law",
        "complaint_acknowledged",
        "complaint_answered",
        "access_request",
    }
    assert {clock for done in DONE.values() for clock in done} == clocks
