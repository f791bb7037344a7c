"""What the domain of review says by itself."""

from datetime import date

import pytest

from services.review.domain.life import LASTING_FACTS, Call, LifeOpening, ReviewReason, reason_for

STARTED = date(2026, 6, 1)
REVIEWED = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("calls", "reason"),
    [
        ([], ReviewReason.PLANNED),
        (["hospital"], ReviewReason.TRIGGERED),
        ([""], ReviewReason.REQUESTED),
        (["hospital", ""], ReviewReason.REQUESTED),
    ],
)
def test_a_request_comes_before_a_trigger_and_a_trigger_before_the_date(calls: list[str], reason: ReviewReason) -> None:
    """A review has one reason: the one that weighs most in law."""
    assert reason_for([Call(trigger, STARTED) for trigger in calls]) is reason


def opening(*, continues: bool, direct_payment_since: date | None, own_date: date | None) -> LifeOpening:
    return LifeOpening(
        case_id="case-1",
        council="example",
        round=3,
        plan_version=2,
        started_on=STARTED,
        continues=continues,
        direct_payment_since=direct_payment_since,
        own_date=own_date,
        in_force=None,
    )


def test_a_life_that_goes_on_was_reviewed_on_the_day_it_goes_on() -> None:
    """The rules are told of as many reviews as there were rounds before, and of the last one's day."""
    facts = opening(continues=True, direct_payment_since=None, own_date=None).schedule_facts(REVIEWED)
    assert (facts["round"], facts["last_review_on"], facts["direct_payment"]) == (2, "2026-06-01", False)


def test_a_new_plan_was_never_reviewed_though_the_person_was() -> None:
    """After a changed plan the count begins again; the day of the last review still counts."""
    facts = opening(continues=False, direct_payment_since=STARTED, own_date=STARTED).schedule_facts(REVIEWED)
    assert (facts["round"], facts["last_review_on"], facts["own_date"]) == (0, "2026-05-20", "2026-06-01")
    assert (facts["direct_payment"], facts["direct_payment_started_on"]) == (True, "2026-06-01")


def test_the_lasting_facts_are_those_with_which_a_life_opens() -> None:
    """Whatever dates a review anew goes by all of them, and by no other that an older pack may have had."""
    facts = opening(continues=True, direct_payment_since=STARTED, own_date=STARTED).schedule_facts(REVIEWED)
    assert tuple(facts) == LASTING_FACTS
