"""What the suite owes a case, and from when on that is missed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.operations.domain.effects import owed
from sevensteps import clock
from sevensteps.deadlines import Due, Hold, Moment
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from unit.operations.standings import NOON, OPENED, standing

SECONDS = st.integers(0, 1000)


def ago(seconds: int) -> Moment:
    """A moment before noon."""
    return Moment(8, clock.as_text(NOON - timedelta(seconds=seconds)))


@given(seconds=SECONDS)
def test_the_next_step_is_asked_for_before_it_is_missed(seconds: int) -> None:
    """After 20 seconds it is asked why, after 45 it is late."""
    case = standing(WaitingFor.SERVICE, since=ago(seconds), next_stage=Stage.PLAN_AGREED)
    found = owed(case, NOON)
    assert (found is not None) == (seconds >= 20)
    assert found is None or found.is_late(NOON) == (seconds >= 45)
    assert found is None or (found.key, found.effect) == ("plan_agreed", "Step 3 (getting your plan agreed)")


def test_the_end_of_a_case_is_owed_too() -> None:
    """Where no step comes next, the case is to be ended."""
    found = owed(standing(WaitingFor.SERVICE, since=ago(60)), NOON)
    assert found
    assert (found.key, found.effect) == ("end", "The end of the case")


def test_a_step_that_a_hold_keeps_back_is_not_owed() -> None:
    """It waits for the release of the hold."""
    held = standing(WaitingFor.SERVICE, since=ago(600), next_stage=Stage.PLAN_AGREED)
    assert owed(replace(held, holds=(Hold(OPENED),)), NOON) is None


@pytest.mark.parametrize(
    ("now", "is_owed"),
    [
        ("2026-06-20T00:59:59+00:00", False),
        ("2026-06-20T01:00:00+00:00", True),
        ("2026-06-19T23:59:59+00:00", False),
    ],
)
def test_a_review_is_owed_an_hour_after_its_date_has_begun(now: str, *, is_owed: bool) -> None:
    """The journey opens it in the first moment of the day."""
    case = standing(WaitingFor.REVIEW_DATE, stage=Stage.LIFE_LIVED, due=Due("2026-06-20"))
    assert (owed(case, datetime.fromisoformat(now)) is not None) == is_owed


@pytest.mark.parametrize(
    ("told", "now", "is_owed"),
    [
        ("", "2026-06-21T00:59:59+00:00", False),
        ("", "2026-06-21T01:00:00+00:00", True),
        ("2026-06-20", "2026-06-21T01:00:00+00:00", False),
        ("2026-06-18", "2026-06-21T01:00:00+00:00", True),
    ],
)
def test_somebody_is_told_of_a_date_that_has_passed(told: str, now: str, *, is_owed: bool) -> None:
    """Within an hour after its day is over; a date that a hold has moved is told anew."""
    case = standing(WaitingFor.PLAN, due=Due("2026-06-20"), told=told)
    found = owed(case, datetime.fromisoformat(now))
    assert (found is not None) == is_owed
    assert found is None or (found.key, found.sender) == ("told", "planning")


def test_nothing_is_owed_to_a_case_that_has_ended() -> None:
    """Whatever it has waited for."""
    assert owed(standing(WaitingFor.NOTHING, due=Due("2026-01-01"), ending="person_died"), NOON) is None
