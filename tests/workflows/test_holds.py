"""A hold moves dates of practice, never dates of law, and keeps back the next step, except steps 6 and 7."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from fakes.trip import Trip, to_life, to_plan
from sevensteps.events import HoldPlaced, HoldReleased, PlanSubmitted, ReviewCompleted, ReviewRequested
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenApproval, OpenReview

Days = Callable[[int], str]


async def test_next_step_waits(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """What people do during a hold counts; the next step opens on its release, and is dated from that day."""
    await trip.happens(*to_plan(), HoldPlaced("hospital"), PlanSubmitted(1, "80.00", ""))
    stands = await trip.reaches(WaitingFor.RELEASE)
    assert (stands.on_hold, stands.stage, stands.due_on) == (True, Stage.PLAN_AGREED, None)
    assert "OpenApproval" not in trip.services.operations

    await skipping.sleep(timedelta(days=5))
    await trip.happens(HoldReleased())
    stands = await trip.reaches(WaitingFor.DECISION)
    assert (stands.on_hold, stands.due_on) == (False, days(5 + 14))
    assert [ask.opened_on for ask in trip.services.asked if isinstance(ask, OpenApproval)] == [days(5)]


async def test_soft_date_moves(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """A review date of practice moves by the days on hold; while the hold lasts there is no date."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)))
    await skipping.sleep(timedelta(days=10))
    await trip.happens(HoldPlaced("hospital"))
    stands = await trip.reaches(WaitingFor.RELEASE)
    assert (stands.stage, stands.due_on) == (Stage.LIFE_LIVED, None)

    await skipping.sleep(timedelta(days=400))
    assert (await trip.has_heard()).stage is Stage.LIFE_LIVED
    await trip.happens(HoldReleased())
    assert (await trip.reaches(WaitingFor.REVIEW_DATE)).due_on == days(365 + 400)

    await skipping.sleep(timedelta(days=350))
    assert (await trip.has_heard()).stage is Stage.LIFE_LIVED
    await skipping.sleep(timedelta(days=10))
    await trip.reaches(WaitingFor.REVIEW)
    assert trip.services.asked[-1] == OpenReview(1, days(365 + 400))


async def test_hard_date_stands(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """A review date of law does not move, and opens the review even on hold; then life goes on with the next date."""
    trip.services.review_kind = DueKind.HARD
    await trip.happens(*to_plan(), *to_life(starts_on=days(0), direct_payment=True), HoldPlaced("hospital"))
    stands = await trip.reaches(WaitingFor.RELEASE)
    assert (stands.due_on, stands.due_kind) == (days(365), DueKind.HARD)

    await skipping.sleep(timedelta(days=366))
    await trip.reaches(WaitingFor.RELEASE)
    assert trip.services.asked[-1] == OpenReview(1, days(365))
    await trip.happens(ReviewCompleted(1, "continue"))
    stands = await trip.reaches(WaitingFor.RELEASE)
    assert (stands.life_round, stands.due_on, stands.due_kind) == (2, days(366 + 365), DueKind.HARD)
    await trip.happens(HoldReleased())
    assert (await trip.reaches(WaitingFor.REVIEW_DATE)).life_round == 2


async def test_date_of_law_behind_one_of_practice(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """A hold moves a date of practice no further than the law's date, which is kept while the hold lasts."""
    trip.services.law_in = timedelta(days=400)
    await trip.happens(*to_plan(), *to_life(starts_on=days(0), direct_payment=True))
    assert (await trip.reaches(WaitingFor.REVIEW_DATE)).due_on == days(365)
    await trip.happens(HoldPlaced("hospital"))
    stands = await trip.reaches(WaitingFor.RELEASE)
    assert (stands.due_on, stands.due_kind) == (days(400), DueKind.HARD)

    await skipping.sleep(timedelta(days=390))
    assert (await trip.has_heard()).stage is Stage.LIFE_LIVED
    await skipping.sleep(timedelta(days=11))
    await trip.reaches(WaitingFor.RELEASE)
    assert trip.services.asked[-1] == OpenReview(1, days(400))


async def test_life_is_opened_on_hold(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """A hold placed while support was organised keeps back neither step 6 nor the law's clock."""
    trip.services.review_kind = DueKind.HARD
    *before, support = to_life(starts_on=days(0), direct_payment=True)
    await trip.happens(*to_plan(), *before, HoldPlaced("hospital"), support)
    stands = await trip.reaches(WaitingFor.RELEASE)
    assert (stands.stage, stands.due_on) == (Stage.LIFE_LIVED, days(365))
    await skipping.sleep(timedelta(days=366))
    assert (await trip.reaches(WaitingFor.RELEASE)).stage is Stage.SEEN_HOW_IT_WORKED


@pytest.mark.parametrize("at_once", [False, True])
async def test_on_hold_again(trip: Trip, *, at_once: bool) -> None:
    """A hold keeps back only what was done during it: one placed after its release comes too late."""
    await trip.happens(*to_plan(), HoldPlaced("hospital"), PlanSubmitted(1, "80.00", ""))
    if at_once:
        await trip.happens_at_once(HoldReleased(), HoldPlaced("away"))
    else:
        await trip.happens(HoldReleased(), HoldPlaced("away"))
    stands = await trip.reaches(WaitingFor.RELEASE)
    assert (stands.stage, trip.services.operations[-1]) == (Stage.PLAN_AGREED, "OpenApproval")


async def test_earlier_hold_moves_nothing(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """A hold moves the date of the step in which it was placed, not of later steps."""
    await trip.happens(*to_plan(), HoldPlaced("away"))
    await skipping.sleep(timedelta(days=20))
    await trip.happens(HoldReleased())
    assert (await trip.reaches(WaitingFor.PLAN)).due_on == days(14 + 20)
    await trip.happens(PlanSubmitted(1, "80.00", ""))
    assert (await trip.reaches(WaitingFor.DECISION)).due_on == days(20 + 14)


@pytest.mark.parametrize("placed_twice", [False, True])
async def test_asked_for_on_hold(trip: Trip, days: Days, *, placed_twice: bool) -> None:
    """A review requested during a hold is owed, and opens; its date has stopped, also if the hold was placed twice."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)), HoldPlaced("hospital"))
    if placed_twice:
        await trip.happens(HoldPlaced("away"))
    await trip.happens(ReviewRequested(1))
    stands = await trip.reaches(WaitingFor.RELEASE)
    assert (stands.stage, stands.due_on) == (Stage.SEEN_HOW_IT_WORKED, None)
    assert trip.services.operations[-1] == "OpenReview"
    await trip.happens(HoldReleased())
    await trip.reaches(WaitingFor.REVIEW)
