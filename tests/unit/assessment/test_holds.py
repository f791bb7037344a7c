"""How often a case may be put on hold or released."""

from datetime import UTC, datetime, timedelta

import pytest

from services.assessment.domain import holds
from services.assessment.domain.holds import HoldChanges
from sevensteps.errors import Fault

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_an_hour_later_there_is_room_again() -> None:
    """Each hold and release counts for an hour, and the refusal says when there is room; it does not count itself."""
    changes = HoldChanges(most=2)
    changes.count("case-a", NOON)
    changes.count("case-a", NOON + timedelta(minutes=10))
    for minutes in (20, 59):
        with pytest.raises(Fault, match="Try again after 13:00:00 UTC"):
            changes.count("case-a", NOON + timedelta(minutes=minutes))
    changes.count("case-b", NOON + timedelta(minutes=20))
    changes.count("case-a", NOON + timedelta(minutes=60))
    with pytest.raises(Fault, match="Try again after 13:10:00 UTC"):
        changes.count("case-a", NOON + timedelta(minutes=61))


def test_what_is_over_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cases are put on hold, the times of those whose hour is over are not kept."""
    monkeypatch.setattr(holds, "CASES", 10)
    changes = HoldChanges(most=1)
    for number in range(100):
        changes.count(f"case-{number}", NOON + timedelta(minutes=10 * number))
    assert len(vars(changes)["_times"]) <= 11
