"""A journey never fails. Trouble that may pass is waited out; a refusal parks the journey."""

from collections.abc import Callable
from datetime import timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from fakes.services import be_silent, no_trouble, refuse
from fakes.trip import Trip, to_life, to_plan
from sevensteps.events import CaseEnded, CaseResumed, PlanSubmitted, ReviewRequested
from sevensteps.steps import Stage
from sevensteps.temporal import Parked, WaitingFor

Days = Callable[[int], str]


async def test_service_down_for_a_day(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """The journey says that it waits for a service, and goes on when that is back; Temporal shows the activity."""
    trip.services.trouble = be_silent
    await trip.happens(*to_plan())
    stands = await trip.reaches(WaitingFor.SERVICE)
    assert stands.stage is Stage.PLAN_MADE
    await skipping.sleep(timedelta(days=1))
    assert (await trip.has_heard()).waiting_for is WaitingFor.SERVICE

    trip.services.trouble = no_trouble
    await skipping.sleep(timedelta(minutes=2))
    await trip.reaches(WaitingFor.PLAN)
    events = [event.event_type for event in (await trip.handle.fetch_history()).events]
    assert events.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) == 1
    assert trip.services.operations == ["OpenPlan"]


async def test_refusal_parks(trip: Trip) -> None:
    """A refusal parks the journey. It says what was refused and why, and tries again when the case is resumed."""
    trip.services.trouble = refuse("OpenApproval")
    await trip.happens(*to_plan(), PlanSubmitted(1, "80.00", ""))
    stands = await trip.reaches(WaitingFor.MEND)
    assert stands.parked == Parked("OpenApproval", "STAGE_ORDER", "A plan must come first.")
    assert "OpenApproval was refused (STAGE_ORDER): A plan must come first." in stands.sentence

    await trip.happens(CaseResumed())
    assert (await trip.reaches(WaitingFor.MEND)).parked == stands.parked
    trip.services.trouble = no_trouble
    await trip.happens(CaseResumed())
    stands = await trip.reaches(WaitingFor.DECISION)
    assert stands.parked is None


async def test_resumption_before_parking_does_not_count(trip: Trip) -> None:
    """Only a resumption after the refusal makes the journey try again."""
    trip.services.trouble = refuse("OpenPlan")
    await trip.happens(CaseResumed(), *to_plan())
    assert (await trip.reaches(WaitingFor.MEND)).stage is Stage.PLAN_MADE


async def test_facts_are_kept_while_parked(trip: Trip, days: Days) -> None:
    """Facts heard while the journey is parked count afterwards."""
    trip.services.trouble = refuse("OpenLife")
    await trip.happens(*to_plan(), *to_life(starts_on=days(30)), ReviewRequested(1))
    await trip.reaches(WaitingFor.MEND)
    trip.services.trouble = no_trouble
    await trip.happens(CaseResumed())
    await trip.reaches(WaitingFor.REVIEW)


async def test_case_ends_while_parked(trip: Trip) -> None:
    """A parked case can end."""
    trip.services.trouble = refuse("OpenPlan")
    await trip.happens(*to_plan())
    await trip.reaches(WaitingFor.MEND)
    await trip.happens(CaseEnded("moved"))
    assert await trip.handle.result() == "moved"


async def test_case_ends_while_a_service_is_down(trip: Trip, skipping: WorkflowEnvironment) -> None:
    """A case can end while its journey waits for a service: the step is not opened, and everything is closed."""
    trip.services.trouble = be_silent
    await trip.happens(*to_plan())
    await trip.reaches(WaitingFor.SERVICE)
    await trip.happens(CaseEnded("died"))
    trip.services.trouble = no_trouble
    await skipping.sleep(timedelta(minutes=2))
    assert await trip.handle.result() == "died"
    assert trip.services.operations == ["ClosePlanning", "CloseApproval", "CloseReview"]


async def test_closing_is_tried_until_it_is_done(trip: Trip) -> None:
    """A refusal to close parks the journey like any other."""
    trip.services.trouble = refuse("CloseApproval")
    await trip.happens(CaseEnded("moved"))
    assert (await trip.reaches(WaitingFor.MEND)).parked is not None
    trip.services.trouble = no_trouble
    await trip.happens(CaseResumed())
    assert await trip.handle.result() == "moved"
