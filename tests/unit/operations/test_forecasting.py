"""How many dates of law are expected to be missed: by the share of past ones that were met from as far before."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.operations.domain.forecasting import FEWEST, WEEK, WEEKS_AHEAD, Forecasts, History, Running, forecast

TODAY = date(2026, 11, 27)
CLOCKS = ("written_record", "complaint_answered")
Ended = Sequence[tuple[str, int, int]]

ended = st.lists(st.tuples(st.sampled_from(CLOCKS), st.integers(-1, 40), st.integers(1, 30)), max_size=20)
running = st.lists(
    st.builds(
        lambda clock, days, dates: Running(clock, TODAY + timedelta(days=days), dates),
        st.sampled_from(CLOCKS),
        st.integers(-20, 60),
        st.integers(1, 40),
    ),
    max_size=20,
)


def expected(runs: Sequence[Running], past: Ended) -> Forecasts:
    """The forecast from what has ended."""
    history = History()
    for clock, left, dates in past:
        history.add(clock, left, dates)
    return forecast(runs, history, TODAY)


def runs_in(days: int, dates: int = 10, clock: str = CLOCKS[0]) -> Running:
    """Dates whose last day is so many days ahead."""
    return Running(clock, TODAY + timedelta(days=days), dates)


def at_risk(runs: Sequence[Running], past: Ended) -> int:
    """How many are expected to be missed in all."""
    return sum(each.at_risk for _, each in expected(runs, past).weeks)


@given(running, ended)
def test_every_date_to_come_is_in_one_week_and_in_one_of_three_numbers(runs: Sequence[Running], past: Ended) -> None:
    """Weeks and kinds have the same dates; none is negative, and none of the past or of later weeks is among them."""
    found = expected(runs, past)
    within = [each for each in runs if TODAY <= each.day < TODAY + WEEK * WEEKS_AHEAD]
    assert sum(each.dates for _, each in found.weeks) == sum(each.dates for each in within)
    assert {clock: each.dates for clock, each in found.clocks.items()} == {
        clock: dates for clock in CLOCKS if (dates := sum(each.dates for each in within if each.clock == clock))
    }
    for each in (*(one for _, one in found.weeks), *found.clocks.values()):
        assert each.in_time + each.at_risk + each.not_known == each.dates
        assert min(each.in_time, each.at_risk, each.not_known) >= 0


@given(running, ended, st.sampled_from(CLOCKS), st.integers(1, 50))
def test_the_more_were_missed_the_more_are_at_risk(
    runs: Sequence[Running], past: Ended, clock: str, missed: int
) -> None:
    """Of dates of which something is known."""
    enough = [*past, *((name, 0, FEWEST) for name in CLOCKS)]
    assert at_risk(runs, [*enough, (clock, -1, missed)]) >= at_risk(runs, enough)


@given(running, st.lists(st.tuples(st.sampled_from(CLOCKS), st.integers(0, 40), st.integers(1, 30)), max_size=20))
def test_where_none_was_missed_none_is_at_risk(runs: Sequence[Running], met: Ended) -> None:
    """However few days were left."""
    assert at_risk(runs, met) == 0


@given(running)
def test_where_none_was_met_all_are_at_risk(runs: Sequence[Running]) -> None:
    """Every one that comes."""
    none_met = [(clock, -1, FEWEST) for clock in CLOCKS]
    assert at_risk(runs, none_met) == sum(each.dates for _, each in expected(runs, none_met).weeks)


@given(running, ended)
def test_nothing_is_known_of_a_kind_of_which_nothing_has_ended(runs: Sequence[Running], past: Ended) -> None:
    """It is not told to be safe, and another kind says nothing of it."""
    others = [(clock, left, dates) for clock, left, dates in past if clock != CLOCKS[0]]
    found = expected(runs, others).clocks.get(CLOCKS[0])
    assert found is None or (found.not_known, found.at_risk) == (found.dates, 0)


def test_one_that_is_near_has_less_chance_than_one_that_is_far() -> None:
    """Of twenty, ten were met with ten days left, five on the last day, five not. Near ones are like the last ten."""
    past = [(CLOCKS[0], 10, 10), (CLOCKS[0], 0, 5), (CLOCKS[0], -1, 5)]
    assert at_risk([runs_in(9)], past) == 5
    assert at_risk([runs_in(10)], past) == 3  # 10 * 5 / 20, halves up


@pytest.mark.parametrize(("known", "not_known"), [(FEWEST - 1, 10), (FEWEST, 0)])
def test_few_dates_say_nothing(known: int, not_known: int) -> None:
    """As of how many on it is known."""
    found = expected([runs_in(3)], [(CLOCKS[0], 0, known)])
    assert found.clocks[CLOCKS[0]].not_known == not_known


def test_the_first_week_begins_today() -> None:
    """The last day of the law still counts; what is due in seven days is of the next week."""
    found = expected([runs_in(0, 1), runs_in(6, 2), runs_in(7, 4), runs_in(27, 8), runs_in(28, 16)], [])
    assert [(first, each.dates) for first, each in found.weeks] == [
        (TODAY, 3),
        (TODAY + WEEK, 4),
        (TODAY + WEEK * 2, 0),
        (TODAY + WEEK * 3, 8),
    ]
