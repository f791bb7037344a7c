"""What the domain of review says by itself."""

from datetime import date

import pytest

from services.review.domain import ReviewReason, reason_for, schedule_facts

STARTED = date(2026, 6, 1)
REVIEWED = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("calls", "reason"),
    [
        (set(), ReviewReason.PLANNED),
        ({"hospital"}, ReviewReason.TRIGGERED),
        ({""}, ReviewReason.REQUESTED),
        ({"hospital", ""}, ReviewReason.REQUESTED),
    ],
)
def test_a_request_comes_before_a_trigger_and_a_trigger_before_the_date(calls: set[str], reason: ReviewReason) -> None:
    """A review has one reason: the one that weighs most in law."""
    assert reason_for(calls) is reason


def test_a_life_that_goes_on_was_reviewed_on_the_day_it_goes_on() -> None:
    """The rules hear of as many reviews as there were rounds before, and of the last one's day."""
    facts = schedule_facts(
        round_=3,
        started_on=STARTED,
        continues=True,
        last_review_on=REVIEWED,
        direct_payment_since=None,
        own_date=None,
    )
    assert (facts["round"], facts["last_review_on"], facts["direct_payment"]) == (2, "2026-06-01", False)


def test_a_new_plan_was_never_reviewed_though_the_person_was() -> None:
    """After a changed plan the count begins again; the day of the last review stays known."""
    facts = schedule_facts(
        round_=3,
        started_on=STARTED,
        continues=False,
        last_review_on=REVIEWED,
        direct_payment_since=STARTED,
        own_date=STARTED,
    )
    assert (facts["round"], facts["last_review_on"], facts["own_date"]) == (0, "2026-05-20", "2026-06-01")
    assert (facts["direct_payment"], facts["direct_payment_started_on"]) == (True, "2026-06-01")
