"""The time. Always UTC with a zone; legal dates are plain dates."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

UK_AHEAD = timedelta(hours=1)
"""How far clocks in the United Kingdom are ahead of UTC at most: in British Summer Time."""


def now() -> datetime:
    """This moment in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def in_years(years: int) -> date:
    """The day so many years from today, or before it where they are negative; a year has 366 days here."""
    return now().date() + timedelta(days=366 * years)


def latest_today() -> date:
    """The latest day that anybody in the United Kingdom may call today. It asks no table of time zones."""
    return (now() + UK_AHEAD).date()


@lru_cache(maxsize=16)  # one moment goes into every row of a transaction
def as_text(moment: datetime) -> str:
    """A moment as fixed-width ISO text, which sorts as time does: 2026-06-01T09:30:00.000Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_text(text: str) -> datetime:
    """The moment that `as_text` wrote."""
    return datetime.fromisoformat(text)
