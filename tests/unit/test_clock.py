"""Moments as text, and what day it is."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

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


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 1, 22, 59, tzinfo=UTC), date(2026, 6, 1)),
        (datetime(2026, 6, 1, 23, 0, tzinfo=UTC), date(2026, 6, 2)),
        (datetime(2026, 1, 1, 23, 59, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 28)),  # the night in which summer time begins
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),  # the night in which it ends
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_today_is_the_day_in_the_united_kingdom(monkeypatch: pytest.MonkeyPatch, moment: datetime, day: date) -> None:
    """In summer time, the next day begins there an hour before it does in UTC; in winter at the same moment."""
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert clock.today() == day
    assert clock.in_years(1) == day + timedelta(days=366)


@given(st.datetimes(datetime(1996, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - UTC is drawn
def test_the_day_is_that_of_the_table_of_time_zones(moment: datetime) -> None:
    """The rule that is written out here says the same, at every moment for which both know it."""
    assert clock.uk_day(moment) == moment.astimezone(ZoneInfo("Europe/London")).date()


def test_now_has_whole_milliseconds_and_a_zone() -> None:
    """Written as text and read again, it is the same moment."""
    moment = clock.now()
    assert moment.tzinfo is UTC
    assert clock.from_text(clock.as_text(moment)) == moment
