"""Due dates, and the holds that move them."""

from dataclasses import replace
from datetime import date

import pytest

from sevensteps.steps import DueKind
from workflows.journey.deadlines import Due, Hold, Moment, due_now


def hold(placed: str, released: str = "", *, positions: tuple[int, int] = (10, 20)) -> Hold:
    placed_at = Moment(positions[0], f"{placed}T09:00:00.000Z")
    return Hold(placed_at, Moment(positions[1], f"{released}T09:00:00.000Z") if released else None)


OPENED = date(2026, 6, 1)
SOFT = Due("2026-06-15")
HARD = Due("2026-06-15", DueKind.HARD)


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        ([], date(2026, 6, 15)),
        ([hold("2026-06-03", "2026-06-10")], date(2026, 6, 22)),
        ([hold("2026-06-03", "2026-06-03")], date(2026, 6, 15)),
        ([hold("2026-05-20", "2026-06-04")], date(2026, 6, 18)),
        ([hold("2026-05-01", "2026-05-20")], date(2026, 6, 15)),
        ([hold("2026-06-03", "2026-06-10"), hold("2026-06-18", "2026-06-20")], date(2026, 6, 24)),
        ([hold("2026-06-15", "2026-06-30")], date(2026, 6, 15)),
        ([hold("2026-06-03")], None),
        ([hold("2026-06-15")], date(2026, 6, 15)),
    ],
    ids=[
        "none",
        "a week",
        "within a day",
        "placed before the step opened",
        "over before the step opened",
        "two, the second only within what the first added",
        "after the date",
        "lasting",
        "lasting, placed after the date",
    ],
)
def test_soft_date(holds: list[Hold], expected: date | None) -> None:
    """Each day on hold between the opening and the due date moves the date by a day."""
    now = due_now(SOFT, OPENED, holds)
    assert (now.day if now else None) == expected
    assert now is None or now.kind is DueKind.SOFT


def test_hard_date() -> None:
    """No hold moves a date that the law sets."""
    assert due_now(HARD, OPENED, [hold("2026-06-03", "2026-06-10"), hold("2026-06-11")]) == HARD


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        ([], SOFT),
        ([hold("2026-06-03", "2026-06-05")], Due("2026-06-17")),
        ([hold("2026-06-03", "2026-06-10")], Due("2026-06-20", DueKind.HARD)),
        ([hold("2026-06-03")], Due("2026-06-20", DueKind.HARD)),
    ],
    ids=["none", "moved, and still before", "moved past it", "lasting"],
)
def test_soft_date_before_one_of_law(holds: list[Hold], expected: Due) -> None:
    """A hold moves a date of practice, but never past the day that the law sets."""
    assert due_now(replace(SOFT, law_on="2026-06-20"), OPENED, holds) == expected


@pytest.mark.parametrize(
    ("position", "covered"), [(0, False), (9, False), (10, False), (11, True), (19, True), (21, False)]
)
def test_what_a_hold_covers(position: int, covered: bool) -> None:  # noqa: FBT001  a column of the table
    """A hold covers the facts heard while it lasted, and never the coming of a date."""
    assert hold("2026-06-03", "2026-06-10").covers(Moment(position, "2026-06-05")) is covered
