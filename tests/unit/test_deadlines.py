"""Due dates, and the holds that move them."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sevensteps.deadlines import Due, Hold, Moment, compact, due_now
from sevensteps.steps import DueKind


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


def some_holds(chance: random.Random) -> list[Hold]:
    """Holds one after another: within a day, over several, joining one another or not; the last may last."""
    at, position, holds = datetime(2026, 5, 25, 8, tzinfo=UTC), 0, list[Hold]()
    for _ in range(chance.randrange(1, 12)):
        moments = []
        for _ in range(2):
            at += timedelta(hours=chance.choice([1, 1, 5, 30, 100]))
            position += chance.choice([1, 2, 3])
            moments.append(Moment(position, f"{at:%Y-%m-%dT%H:%M:%S}.000Z"))
        holds.append(Hold(moments[0], moments[1]))
    if chance.random() < 0.3:
        holds[-1] = replace(holds[-1], released=None)
    return holds


def kept_back_by(holds: Sequence[Hold], position: int) -> Hold | None:
    return next((hold for hold in holds if hold.covers(Moment(position, ""))), None)


@pytest.mark.parametrize("seed", range(60))
def test_compacted_holds(seed: int) -> None:
    """Compacted holds move every date by the same days, and keep back what was heard during a hold, nothing else."""
    chance = random.Random(seed)  # noqa: S311  the same every time
    holds = some_holds(chance)
    heard = sorted(chance.sample(range(1, 60), chance.randrange(4)))
    compacted = compact(holds, heard)
    for opened, due in ((day, day + timedelta(days=days)) for day in days_of(holds) for days in (0, 1, 14)):
        assert due_now(Due(due.isoformat()), opened, compacted) == due_now(Due(due.isoformat()), opened, holds)
    assert [kept_back_by(compacted, position) for position in heard] == [kept_back_by(holds, each) for each in heard]
    assert [hold for hold in compacted if hold.released is None] == [hold for hold in holds if hold.released is None]


def days_of(holds: Sequence[Hold]) -> list[date]:
    return [holds[0].placed.day + timedelta(days=number) for number in range(-2, 40)]


def test_compacted_holds_are_few() -> None:
    """As many holds stay as there are separate times of whole days, however many there were."""
    in_a_day = [hold("2026-06-03", "2026-06-03", positions=(number, number + 1)) for number in range(1, 20_000, 2)]
    day_after_day = [
        hold(f"2026-06-{day:02}", f"2026-06-{day + 1:02}", positions=(20_000 + day * 2, 20_001 + day * 2))
        for day in range(3, 20)
    ]
    assert compact(in_a_day, [5, 40_000]) == []
    assert compact([*in_a_day, *day_after_day], []) == [hold("2026-06-03", "2026-06-20", positions=(20_006, 20_039))]
