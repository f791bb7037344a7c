"""While a plan is changed or needs are reassessed, the law's date for the next review runs, and is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from fakes.trip import Trip, to_life, to_plan
from sevensteps.events import HoldPlaced, HoldReleased, PlanSubmitted, ReviewCompleted, ReviewRequested, ReviewTriggered
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenLife, RecordOverdue

Days = Callable[[int], str]


def law_told(trip: Trip) -> list[tuple[Stage, int, str, bool]]:
    """The dates of the law that the services have recorded, in order: of which step and round, and whether ahead."""
    return [
        (date.stage, date.turn, date.due_on, date.ahead)
        for date in trip.services.told
        if isinstance(date, RecordOverdue) and date.by_law
    ]


async def review(trip: Trip, days: Days, outcome: str, law_due: str) -> None:
    """Through the seven steps to a review, and on."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(0), direct_payment=True), ReviewRequested(1))
    await trip.happens(ReviewCompleted(1, outcome, law_due))


@pytest.mark.parametrize(
    ("outcome", "waiting_for"),
    [("change_plan", WaitingFor.PLAN), ("reassess", WaitingFor.DETERMINATION)],
)
async def test_the_laws_date_is_told_before_and_after(
    trip: Trip, days: Days, skipping: WorkflowEnvironment, outcome: str, waiting_for: WaitingFor
) -> None:
    """Four weeks before and when its day is over, whatever step the case is in: once each, as a date of the life."""
    law = days(60)
    await review(trip, days, outcome, law)
    await trip.reaches(waiting_for)
    await skipping.sleep(timedelta(days=31))
    assert law_told(trip) == []
    await skipping.sleep(timedelta(days=2))
    assert law_told(trip) == [(Stage.LIFE_LIVED, 1, law, True)]
    await skipping.sleep(timedelta(days=29))
    assert law_told(trip) == [(Stage.LIFE_LIVED, 1, law, True), (Stage.LIFE_LIVED, 1, law, False)]
    assert (await trip.reaches(waiting_for)).parked is None


async def test_a_hold_does_not_stop_it(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """It is law: the step under way waits, and the date does not."""
    law = days(30)
    await review(trip, days, "change_plan", law)
    await trip.happens(HoldPlaced("hospital"))
    await skipping.sleep(timedelta(days=32))
    await trip.happens(HoldReleased())
    assert law_told(trip) == [(Stage.LIFE_LIVED, 1, law, True), (Stage.LIFE_LIVED, 1, law, False)]


async def test_it_is_told_though_the_step_is_due_on_the_same_day(
    trip: Trip, days: Days, skipping: WorkflowEnvironment
) -> None:
    """The plan's date by practice and the life's by law are two dates, of two services."""
    await review(trip, days, "change_plan", days(14))
    due_on = (await trip.reaches(WaitingFor.PLAN)).due_on
    assert due_on == days(14)
    await skipping.sleep(timedelta(days=16))
    passed = [date for date in trip.services.told if isinstance(date, RecordOverdue) and not date.ahead]
    assert {(date.stage, date.by_law, date.due_on) for date in passed} >= {
        (Stage.PLAN_MADE, False, due_on),
        (Stage.LIFE_LIVED, True, due_on),
    }


async def test_a_trigger_that_binds_by_law_brings_it_forward(
    trip: Trip, days: Days, skipping: WorkflowEnvironment
) -> None:
    """Misuse that comes to notice while the plan is changed is due at once, and told when the day is over."""
    await review(trip, days, "change_plan", days(365))
    await trip.happens(ReviewTriggered(1, "hospital", days(365)), ReviewTriggered(1, "misuse", days(0)))
    await skipping.sleep(timedelta(days=3))
    assert law_told(trip) == [(Stage.LIFE_LIVED, 1, days(0), True), (Stage.LIFE_LIVED, 1, days(0), False)]


async def test_without_a_date_of_the_law_there_is_nothing_to_tell(
    trip: Trip, days: Days, skipping: WorkflowEnvironment
) -> None:
    """As without a direct payment."""
    await review(trip, days, "change_plan", "")
    await skipping.sleep(timedelta(days=400))
    assert law_told(trip) == []


async def test_it_ends_with_the_new_life(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """The changed plan has its own dates, and its opening carries the needs of the case."""
    await review(trip, days, "change_plan", days(60))
    await trip.happens(*to_life(2, starts_on=days(0), direct_payment=True))
    await trip.reaches(WaitingFor.REVIEW_DATE)
    await skipping.sleep(timedelta(days=90))
    assert law_told(trip) == []
    lives = [request for request in trip.services.asked if isinstance(request, OpenLife)]
    assert [life.needs for life in lives] == [["nutrition", "home_safe"]] * 2


async def test_a_rebuilt_journey_waits_for_the_same_date(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """It comes from the facts: that of the review, and that of the trigger."""
    await review(trip, days, "change_plan", days(365))
    await trip.happens(ReviewTriggered(1, "misuse", days(40)), PlanSubmitted(2, "80.00", ""))
    await trip.reaches(WaitingFor.DECISION)
    await trip.lose()
    await trip.begin_again()
    await trip.reaches(WaitingFor.DECISION)
    await skipping.sleep(timedelta(days=42))
    assert law_told(trip) == [(Stage.LIFE_LIVED, 1, days(40), True), (Stage.LIFE_LIVED, 1, days(40), False)]


async def test_no_hold_moves_a_review_past_the_laws_date(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """A review that the law wants at once stands with that date, which is told."""
    trip.services.review_law_due = days(1)
    await trip.happens(*to_plan(), *to_life(starts_on=days(0), direct_payment=True))
    await trip.happens(ReviewTriggered(1, "misuse", days(1)), HoldPlaced("hospital"))
    stands = await trip.reaches(WaitingFor.RELEASE)
    assert (stands.stage, stands.due_on, stands.due_kind) == (Stage.SEEN_HOW_IT_WORKED, days(1), DueKind.HARD)
    await skipping.sleep(timedelta(days=3))
    law = [date for date in law_told(trip) if not date[-1]]
    assert law == [(Stage.SEEN_HOW_IT_WORKED, 1, days(1), False)]


async def test_a_trigger_during_a_review_brings_the_laws_date_forward(
    trip: Trip, days: Days, skipping: WorkflowEnvironment
) -> None:
    """Capacity that is lost while a planned review is under way wants it at once; the review answers that."""
    trip.services.review_law_due = days(300)
    await trip.happens(*to_plan(), *to_life(starts_on=days(0), direct_payment=True), ReviewRequested(1))
    await trip.reaches(WaitingFor.REVIEW)
    await trip.happens(ReviewTriggered(1, "hospital", days(300)), ReviewTriggered(1, "capacity_lost", days(0)))
    await skipping.sleep(timedelta(days=3))
    told = [(Stage.SEEN_HOW_IT_WORKED, 1, days(0), True), (Stage.SEEN_HOW_IT_WORKED, 1, days(0), False)]
    assert law_told(trip) == told
    await trip.happens(ReviewCompleted(1, "change_plan", days(370)))
    await trip.reaches(WaitingFor.PLAN)
    await skipping.sleep(timedelta(days=300))
    assert law_told(trip) == told, "what called for the review that is done calls for no other"


async def test_a_rebuilt_journey_knows_what_came_during_its_review(
    trip: Trip, days: Days, skipping: WorkflowEnvironment
) -> None:
    """By the fact that the review was open then."""
    trip.services.review_law_due = days(300)
    await trip.happens(*to_plan(), *to_life(starts_on=days(0), direct_payment=True), ReviewRequested(1))
    await trip.reaches(WaitingFor.REVIEW)
    await trip.happens(ReviewTriggered(1, "misuse", days(40)))
    await trip.lose()
    await trip.begin_again()
    await trip.reaches(WaitingFor.REVIEW)
    await skipping.sleep(timedelta(days=42))
    assert law_told(trip) == [
        (Stage.SEEN_HOW_IT_WORKED, 1, days(40), True),
        (Stage.SEEN_HOW_IT_WORKED, 1, days(40), False),
    ]
