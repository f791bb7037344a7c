"""The time. Always UTC with a zone; legal dates are plain dates."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

UK_AHEAD = timedelta(hours=1)
"""The most that clocks in the United Kingdom are ahead of UTC: British Summer Time."""


def now() -> datetime:
    """The present moment in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def in_years(years: int) -> date:
    """The day so many years after today, or before it where `years` is negative. A year counts as 366 days."""
    return now().date() + timedelta(days=366 * years)


def latest_today() -> date:
    """The latest day that can be today in the United Kingdom. It needs no table of time zones."""
    return (now() + UK_AHEAD).date()


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
