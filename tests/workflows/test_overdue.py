"""Dates that pass are told once, by the journey, which alone knows those that a hold has moved."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio.testing import WorkflowEnvironment

from fakes.services import be_silent, no_trouble
from fakes.trip import Trip, to_life, to_plan
from sevensteps.events import HoldPlaced, HoldReleased, ReviewRequested
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import RecordOverdue

Days = Callable[[int], str]


def told(trip: Trip) -> list[RecordOverdue]:
    """The dates that the services have recorded, in order, but for that of step 1, which may have passed long ago."""
    dates = [request for request in trip.services.told if isinstance(request, RecordOverdue)]
    return [date for date in dates if date.stage is not Stage.MONEY_FOUND]


async def test_a_step_that_is_not_done_in_time_is_overdue_once(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """When the day is over, and not again; the step goes on waiting."""
    await trip.happens(*to_plan())
    due_on = (await trip.reaches(WaitingFor.PLAN)).due_on or ""
    await skipping.sleep(timedelta(days=14))
    assert told(trip) == [], "the day is not over"
    await skipping.sleep(timedelta(days=40))
    assert told(trip) == [RecordOverdue(Stage.PLAN_MADE, 1, due_on, by_law=False, ahead=False)]
    assert (await trip.reaches(WaitingFor.PLAN)).due_on == due_on


async def test_a_step_that_is_done_in_time_is_never_overdue(
    trip: Trip, days: Days, skipping: WorkflowEnvironment
) -> None:
    """Its date comes while a later step is under way: only that of the later step is told."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)))
    await trip.reaches(WaitingFor.REVIEW_DATE)
    await skipping.sleep(timedelta(days=60))
    assert told(trip) == []


async def test_a_date_that_a_hold_has_moved_is_told_anew(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """While the clock is stopped nothing is overdue; after that the moved date counts."""
    await trip.happens(*to_plan())
    await trip.happens(HoldPlaced("hospital"))
    await skipping.sleep(timedelta(days=30))
    assert told(trip) == []
    await trip.happens(HoldReleased())
    due_on = (await trip.reaches(WaitingFor.PLAN)).due_on or ""
    await skipping.sleep(timedelta(days=30))
    assert [date.due_on for date in told(trip)] == [due_on]


async def test_the_laws_date_of_a_review_is_told_before_and_after(
    trip: Trip, days: Days, skipping: WorkflowEnvironment
) -> None:
    """Four weeks before, when the review is overdue by practice, and when the law's day is over."""
    trip.services.review_kind = DueKind.HARD
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)))
    law = (await trip.reaches(WaitingFor.REVIEW_DATE)).due_on or ""
    await skipping.sleep(timedelta(days=340))
    near = RecordOverdue(Stage.LIFE_LIVED, 1, law, by_law=True, ahead=True)
    assert told(trip) == [near]
    await skipping.sleep(timedelta(days=26))
    practice = (await trip.reaches(WaitingFor.REVIEW)).due_on or ""
    await skipping.sleep(timedelta(days=30))
    assert told(trip) == [
        near,
        RecordOverdue(Stage.SEEN_HOW_IT_WORKED, 1, law, by_law=True, ahead=True),
        RecordOverdue(Stage.SEEN_HOW_IT_WORKED, 1, law, by_law=True, ahead=False),
        RecordOverdue(Stage.SEEN_HOW_IT_WORKED, 1, practice, by_law=False, ahead=False),
    ]


async def test_a_service_that_is_silent_hears_of_the_date_later_and_nobody_waits(
    trip: Trip, days: Days, skipping: WorkflowEnvironment
) -> None:
    """The case goes on meanwhile, and is not parked."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)), ReviewRequested(1))
    due_on = (await trip.reaches(WaitingFor.REVIEW)).due_on or ""
    trip.services.trouble = be_silent
    over = datetime.fromisoformat(due_on).replace(tzinfo=UTC) + timedelta(days=1)
    await skipping.sleep(over - await skipping.get_current_time() + timedelta(minutes=3))
    assert told(trip) == []
    assert (await trip.reaches(WaitingFor.REVIEW)).parked is None
    trip.services.trouble = no_trouble
    await skipping.sleep(timedelta(minutes=2))
    assert [date.due_on for date in told(trip)] == [due_on]


async def test_a_rebuilt_journey_tells_the_same_date_by_the_same_request(
    trip: Trip, skipping: WorkflowEnvironment
) -> None:
    """So the service records it once."""
    await trip.happens(*to_plan())
    await trip.reaches(WaitingFor.PLAN)
    await skipping.sleep(timedelta(days=20))
    assert len(told(trip)) == 1
    await trip.lose()
    await trip.begin_again()
    await trip.reaches(WaitingFor.PLAN)
    await skipping.sleep(timedelta(days=1))
    assert len(told(trip)) == 1
    attempts = [request for request in trip.services.attempts if isinstance(request, RecordOverdue)]
    assert [attempt.stage for attempt in attempts].count(Stage.PLAN_MADE) == 2
