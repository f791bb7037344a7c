"""Moments as text."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevensteps import clock

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=ZONES)  # noqa: DTZ001 - zones are drawn


@given(MOMENTS)
def test_a_moment_is_read_as_it_was_written(moment: datetime) -> None:
    """To the millisecond, in UTC, whatever the zone."""
    read = clock.from_text(clock.as_text(moment))
    assert read.tzinfo == UTC
    assert timedelta(0) <= moment - read < timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    """So that a database can order by it."""
    one_text, other_text = clock.as_text(one), clock.as_text(other)
    assert len(one_text) == len(other_text) == 24
    if one_text != other_text:
        assert (one_text < other_text) is (one < other)


@pytest.mark.parametrize(("hour", "day"), [(22, date(2026, 6, 1)), (23, date(2026, 6, 2))])
def test_today_is_the_latest_day_that_it_may_be_in_the_united_kingdom(
    monkeypatch: pytest.MonkeyPatch, hour: int, day: date
) -> None:
    """In summer time it is the next day an hour before it is in UTC."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, hour, 59, tzinfo=UTC))
    assert clock.latest_today() == day


def test_now_has_whole_milliseconds_and_a_zone() -> None:
    """What is stored is what was meant."""
    moment = clock.now()
    assert moment.tzinfo is UTC
    assert clock.from_text(clock.as_text(moment)) == moment
