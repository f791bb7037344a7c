"""Moments as text, and what day it is."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevensteps import clock

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=ZONES)  # noqa: DTZ001 - zones are drawn


@given(MOMENTS)
def test_a_moment_written_and_read_again_is_the_same(moment: datetime) -> None:
    """To the millisecond, in UTC, whatever the zone."""
    read = clock.from_text(clock.as_text(moment))
    assert read.tzinfo == UTC
    assert timedelta(0) <= moment - read < timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_text_sorts_in_the_order_of_time(one: datetime, other: datetime) -> None:
    """A database can order moments by their text."""
    one_text, other_text = clock.as_text(one), clock.as_text(other)
    assert len(one_text) == len(other_text) == 24
    if one_text != other_text:
        assert (one_text < other_text) is (one < other)


@pytest.mark.parametrize(("hour", "day"), [(22, date(2026, 6, 1)), (23, date(2026, 6, 2))])
def test_today_is_the_latest_day_that_it_can_be_in_the_united_kingdom(
    monkeypatch: pytest.MonkeyPatch, hour: int, day: date
) -> None:
    """In summer time, the next day begins there an hour before it does in UTC."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, hour, 59, tzinfo=UTC))
    assert clock.latest_today() == day


def test_now_has_whole_milliseconds_and_a_zone() -> None:
    """Written as text and read again, it is the same moment."""
    moment = clock.now()
    assert moment.tzinfo is UTC
    assert clock.from_text(clock.as_text(moment)) == moment
