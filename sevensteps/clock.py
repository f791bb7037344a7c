"""The time. Always UTC with a zone; legal dates are plain dates."""

from datetime import UTC, datetime
from functools import lru_cache


def now() -> datetime:
    """This moment in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@lru_cache(maxsize=16)  # one moment goes into every row of a transaction
def as_text(moment: datetime) -> str:
    """A moment as fixed-width ISO text, which sorts as time does: 2026-06-01T09:30:00.000Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_text(text: str) -> datetime:
    """The moment that `as_text` wrote."""
    return datetime.fromisoformat(text)
