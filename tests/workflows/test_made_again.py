"""A journey that Temporal has lost is rebuilt from the facts of its case, and stands where it stood."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from fakes.services import no_trouble, refuse
from fakes.trip import Trip, to_life, to_plan
from sevensteps.events import (
    CaseResumed,
    DeterminationConfirmed,
    HoldPlaced,
    HoldReleased,
    Payload,
    PlanReturned,
    PlanSubmitted,
    ReviewCompleted,
    ReviewRequested,
)
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import Standing, WaitingFor

Days = Callable[[int], str]
FAR = "2199-01-01"


def stories() -> list[list[Payload]]:
    """One story for every place where a case can stand, and for every way back to an earlier step."""
    once_round = [*to_plan(), *to_life(starts_on=FAR, direct_payment=True), ReviewRequested(1)]
    straight: list[list[Payload]] = [once_round[:count] for count in range(len(once_round) + 1)]
    reviewed: list[list[Payload]] = [
        [*once_round, ReviewCompleted(1, outcome)] for outcome in ("continue", "change_plan", "reassess")
    ]
    return [
        *straight,
        *reviewed,
        [*to_plan(), PlanSubmitted(1, "90.00", ""), PlanReturned(1, ["LEGAL-1"])],
        [DeterminationConfirmed(1, "determination", eligible=False, needs=[], assessed_by=["ann"])],
        [*to_plan(), HoldPlaced("away")],
        [*to_plan(), HoldPlaced("away"), PlanSubmitted(1, "80.00", "")],
        [*to_plan(), HoldPlaced("away"), PlanSubmitted(1, "80.00", ""), HoldReleased()],
        [*once_round, ReviewCompleted(1, "change_plan"), *to_life(2, starts_on=FAR), ReviewRequested(2)],
    ]


async def rebuilt(trip: Trip) -> Standing:
    """Lose the journey, rebuild it from the facts, and see where it stands."""
    await trip.lose()
    await trip.begin_again()
    return await trip.has_heard()


def place(stands: Standing) -> tuple[object, ...]:
    """Where a journey stands, apart from how far it has heard."""
    return (
        stands.stage,
        stands.assessment_round,
        stands.plan_version,
        stands.life_round,
        stands.waiting_for,
        stands.due_on,
        stands.due_kind,
        stands.on_hold,
    )


@pytest.mark.parametrize("story", stories(), ids=lambda story: story[-1].TYPE if story else "case.opened.v1")
async def test_stands_where_it_stood(trip: Trip, story: list[Payload]) -> None:
    """Same step, same wait, same date; nothing is requested again."""
    await trip.happens(*story)
    stood = await trip.has_heard()
    asked = list(trip.services.attempts)
    assert place(await rebuilt(trip)) == place(stood)
    assert trip.services.attempts == asked


async def test_opened_but_not_yet_in_the_feed(trip: Trip) -> None:
    """A step whose opening has not reached the feed is requested again, and answered as before."""
    await trip.happens(*to_plan(), PlanSubmitted(1, "80.00", ""))
    stood = await trip.reaches(WaitingFor.DECISION)
    records = trip.services.records
    records.facts = [fact for fact in records.facts if fact.type != "plan.checked.v1"]
    assert place(await rebuilt(trip)) == place(stood)
    assert trip.services.operations == ["OpenPlan", "OpenApproval"]


@pytest.mark.parametrize("kind", list(DueKind))
async def test_review_opened_by_its_date(trip: Trip, days: Days, skipping: WorkflowEnvironment, kind: DueKind) -> None:
    """A date that comes leaves no fact but the opening of the review, which is enough, for later reviews too."""
    trip.services.review_kind = kind
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)))
    for turn in (1, 2):
        await skipping.sleep(timedelta(days=366))
        trip.services.records.now = await skipping.get_current_time()
        stood = await trip.reaches(WaitingFor.REVIEW)
        assert place(await rebuilt(trip)) == place(stood)
        await trip.happens(ReviewCompleted(turn, "continue"))
    stands = await trip.reaches(WaitingFor.REVIEW_DATE)
    assert stands.life_round == 3
    assert trip.services.operations.count("OpenReview") == 2


async def test_date_that_passed_while_temporal_was_lost(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """A date that passed meanwhile opens the review as soon as the journey is rebuilt."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)))
    await trip.lose()
    await skipping.sleep(timedelta(days=400))
    await trip.begin_again()
    stands = await trip.reaches(WaitingFor.REVIEW)
    assert stands.stage is Stage.SEEN_HOW_IT_WORKED


async def test_fact_before_a_date_that_passed(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """A fact counts before a date that passed meanwhile, because the case has long gone on."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)), ReviewRequested(1), ReviewCompleted(1, "change_plan"))
    stood = await trip.reaches(WaitingFor.PLAN)
    await skipping.sleep(timedelta(days=400))
    assert place(await rebuilt(trip)) == place(stood)


async def test_hold_that_moved_a_date(trip: Trip, days: Days, skipping: WorkflowEnvironment) -> None:
    """The days on hold count again, each in the step in which they fell."""
    await trip.happens(*to_plan(), HoldPlaced("away"))
    await skipping.sleep(timedelta(days=5))
    await trip.happens(HoldReleased(), *to_life(starts_on=days(0)), HoldPlaced("hospital"))
    await skipping.sleep(timedelta(days=20))
    await trip.happens(HoldReleased())
    stood = await trip.reaches(WaitingFor.REVIEW_DATE)
    assert stood.due_on == days(365 + 20)
    assert place(await rebuilt(trip)) == place(stood)


@pytest.mark.parametrize("law", [False, True])
async def test_date_that_passed_unseen_and_a_hold_after_it(
    trip: Trip, days: Days, skipping: WorkflowEnvironment, *, law: bool
) -> None:
    """A review that was opened long after its date is dated from that date, in a rebuilt journey too."""
    trip.services.law_in = timedelta(days=360) if law else None
    await trip.happens(*to_plan(), *to_life(starts_on=days(0)))
    await trip.lose()
    await skipping.sleep(timedelta(days=370))
    records = trip.services.records
    records.now = await skipping.get_current_time()
    records.add(trip.case_id, HoldPlaced("hospital"))
    await skipping.sleep(timedelta(days=5))
    records.now = await skipping.get_current_time()
    records.add(trip.case_id, HoldReleased())
    await trip.begin_again()
    stood = await trip.reaches(WaitingFor.REVIEW)
    assert stood.due_on == days((360 if law else 365) + 14 + 5)
    assert place(await rebuilt(trip)) == place(stood)


async def test_parked(trip: Trip) -> None:
    """A parked journey parks again: an earlier resumption does not count."""
    trip.services.trouble = refuse("OpenApproval")
    await trip.happens(*to_plan(), PlanSubmitted(1, "80.00", ""), CaseResumed())
    stood = await trip.reaches(WaitingFor.MEND)
    assert (await rebuilt(trip)).parked == stood.parked
    trip.services.trouble = no_trouble
    await trip.happens(CaseResumed())
    await trip.reaches(WaitingFor.DECISION)
