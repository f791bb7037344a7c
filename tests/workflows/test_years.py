"""A journey over the years: reviews fall due, and its history does not grow."""

from collections.abc import Callable
from datetime import timedelta

from temporalio.testing import WorkflowEnvironment

from fakes.trip import Trip, to_life, to_plan
from sevensteps.events import PlanApproved, PlanSubmitted, ReviewCompleted, ReviewRequested
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenLife, OpenReview

Days = Callable[[int], str]


async def test_ten_years_of_reviews(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """Each year step 7 opens on the date of the review and is dated from it; the history of a run stays short."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)))
    lengths = []
    for turn in range(1, 11):
        stands = await trip.reaches(WaitingFor.REVIEW_DATE)
        due_on = stands.due_on
        await skipping.sleep(timedelta(days=366))
        stands = await trip.reaches(WaitingFor.REVIEW)
        assert (stands.stage, stands.life_round) == (Stage.SEEN_HOW_IT_WORKED, turn)
        assert trip.services.asked[-1] == OpenReview(turn, due_on or "")
        lengths.append(len((await trip.handle.fetch_history()).events))
        await trip.happens(ReviewCompleted(turn, "continue"))
    stands = await trip.reaches(WaitingFor.REVIEW_DATE)
    assert stands.life_round == 11
    assert len([ask for ask in trip.services.asked if isinstance(ask, OpenLife)]) == 11
    assert max(lengths[1:]) < 30
    assert lengths[1] == lengths[-1]


async def test_old_run_hands_over(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """A run older than a day continues as new at the next step, and hands over the facts that came early."""
    await trip.happens(*to_plan(), PlanApproved(1, "80.00", "L0"))
    first_run = (await trip.handle.fetch_history()).run_id
    await skipping.sleep(timedelta(days=2))
    await trip.happens(PlanSubmitted(1, "80.00", ""))
    stands = await trip.reaches(WaitingFor.MONEY)
    assert stands.stage is Stage.MONEY_ORGANISED
    assert (await trip.handle.describe()).run_id != first_run
    assert trip.services.operations == ["OpenPlan", "OpenApproval", "OpenMoney"]


async def test_young_run_goes_on(trip: Trip, days: Days) -> None:
    """Within a day all steps share one run, because the server waits a second between two runs."""
    first_run = (await trip.handle.describe()).run_id
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)), ReviewRequested(1))
    await trip.reaches(WaitingFor.REVIEW)
    assert (await trip.handle.describe()).run_id == first_run
