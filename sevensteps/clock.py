"""The time. Moments are in UTC with a zone; days, on which the law counts, are those of the United Kingdom."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

_SUMMER_AHEAD = timedelta(hours=1)
"""How far clocks in the United Kingdom are ahead of UTC in summer time."""
_SUNDAY = 6


def now() -> datetime:
    """The present moment in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def in_years(years: int) -> date:
    """The day so many years after today, or before it where `years` is negative. A year counts as 366 days."""
    return today() + timedelta(days=366 * years)


def today() -> date:
    """The present day in the United Kingdom."""
    return uk_day(now())


def uk_day(moment: datetime) -> date:
    """The day of a moment in the United Kingdom, by its rule for summer time, which needs no table of time zones."""
    in_utc = moment.astimezone(UTC)
    begins, ends = (_last_sunday_at_one(in_utc.year, month) for month in (3, 10))
    return (in_utc + _SUMMER_AHEAD if begins <= in_utc < ends else in_utc).date()


def begin_of_uk_day(day: date) -> datetime:
    """When a day begins in the United Kingdom: in summer time an hour before it does in UTC."""
    midnight = datetime.combine(day, time(), UTC)
    earlier = midnight - _SUMMER_AHEAD
    return earlier if uk_day(earlier) == day else midnight


@lru_cache(maxsize=16)
def _last_sunday_at_one(year: int, month: int) -> datetime:
    """When clocks change: at 01:00 UTC on the last Sunday of a month of 31 days."""
    last_day = datetime(year, month, 31, 1, tzinfo=UTC)
    return last_day - timedelta(days=(last_day.weekday() - _SUNDAY) % 7)


def day_in_words(day: date) -> str:
    """A day as people write it, the one form in which they read dates: 2 June 2026."""
    return f"{day.day} {day:%B} {day.year}"


def moment_in_words(moment: datetime) -> str:
    """A moment in UTC to the minute: 2 June 2026, 09:30 UTC."""
    return f"{day_in_words(moment.date())}, {moment:%H:%M} UTC"


@lru_cache(maxsize=16)  # every row of a transaction has the same moment
def as_text(moment: datetime) -> str:
    """A moment as ISO text of fixed width, which sorts in the order of time: 2026-06-01T09:30:00.000Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_text(text: str) -> datetime:
    """The moment of a text that `as_text` made."""
    return datetime.fromisoformat(text)
