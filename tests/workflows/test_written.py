"""What a person is owed in writing has a clock of its own, from the determination, whatever step comes after it."""

from datetime import timedelta

from temporalio.testing import WorkflowEnvironment

from fakes.trip import NEEDS, Trip
from sevensteps.events import (
    AdviceGiven,
    DeterminationConfirmed,
    HoldPlaced,
    IndicativeBudgetGiven,
    WrittenRecordGiven,
)
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import RecordOverdue


def told(trip: Trip) -> list[RecordOverdue]:
    """The dates of what is owed in writing that were told, in order."""
    return [request for request in trip.services.told if isinstance(request, RecordOverdue) and request.clock]


async def in_days(skipping: WorkflowEnvironment, days: int) -> str:
    """The day so many days from now."""
    return (await skipping.get_current_time() + timedelta(days=days)).date().isoformat()


def eligible(record_due: str, turn: int = 1) -> DeterminationConfirmed:
    """A determination whose record is due on a day."""
    return DeterminationConfirmed(turn, f"d-{turn}", eligible=True, needs=NEEDS, assessed_by=[], record_due=record_due)


def overdue(due_on: str, clock: str = "written_record") -> RecordOverdue:
    """What the service is told."""
    return RecordOverdue(Stage.MONEY_FOUND, 1, due_on, by_law=True, ahead=False, clock=clock)


async def test_a_record_that_is_not_given_in_time_is_told_once(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """Although the case has gone on to step 2 and to a hold: the duty waits for neither."""
    due_on = await in_days(skipping, 7)
    await trip.happens(eligible(due_on), IndicativeBudgetGiven(1, "82.91"))
    await trip.reaches(WaitingFor.PLAN)
    await trip.happens(HoldPlaced("hospital"))
    await skipping.sleep(timedelta(days=7))
    assert told(trip) == [], "the day is not over"
    await skipping.sleep(timedelta(days=30))
    assert told(trip) == [overdue(due_on)]


async def test_a_date_told_in_one_step_is_not_told_in_the_next(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """It is remembered for as long as it is owed."""
    due_on = await in_days(skipping, 7)
    await trip.happens(eligible(due_on))
    await skipping.sleep(timedelta(days=9))
    assert told(trip) == [overdue(due_on)]
    await trip.happens(IndicativeBudgetGiven(1, "82.91"))
    await trip.reaches(WaitingFor.PLAN)
    await skipping.sleep(timedelta(days=9))
    assert told(trip) == [overdue(due_on)]


async def test_a_record_that_is_given_is_never_told(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """The fact that it was given closes its clock, and no step takes it for something else."""
    due_on = await in_days(skipping, 7)
    await trip.happens(eligible(due_on), WrittenRecordGiven(1, due_on, "post"), IndicativeBudgetGiven(1, "82.91"))
    await trip.reaches(WaitingFor.PLAN)
    await skipping.sleep(timedelta(days=40))
    assert told(trip) == []


async def test_advice_has_its_own_clock(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """Record and advice are told each by its date; the advice closes what is left, and ends the case."""
    record_due, advice_due = await in_days(skipping, 5), await in_days(skipping, 9)
    not_eligible = DeterminationConfirmed(
        1, "d-1", eligible=False, needs=[], assessed_by=[], record_due=record_due, advice_due=advice_due
    )
    await trip.happens(not_eligible)
    await trip.reaches(WaitingFor.ADVICE)
    await skipping.sleep(timedelta(days=20))
    assert told(trip) == [overdue(record_due), overdue(advice_due, "advice")]
    await trip.happens(AdviceGiven(1))
    assert await trip.ends() == "not_eligible"


async def test_a_rebuilt_journey_owes_what_is_not_given(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """The facts say what was given, in their order: the record of a case is not opened again by rebuilding."""
    due_on = await in_days(skipping, 7)
    await trip.happens(eligible(due_on), WrittenRecordGiven(1, due_on, "post"))
    await trip.reaches(WaitingFor.INDICATIVE_BUDGET)
    await trip.lose()
    await trip.begin_again()
    await trip.reaches(WaitingFor.INDICATIVE_BUDGET)
    await skipping.sleep(timedelta(days=20))
    assert told(trip) == []
