"""Facts that come twice, early or all at once, and facts of an earlier round or version."""

from collections.abc import Callable

from fakes.trip import Trip, to_life, to_plan
from sevensteps.events import (
    DeterminationConfirmed,
    IndicativeBudgetGiven,
    PlanApproved,
    PlanReturned,
    PlanSubmitted,
    ReviewCompleted,
    ReviewRequested,
    ReviewTriggered,
    SelfAssessmentRecorded,
)
from sevensteps.temporal import HEAR, WaitingFor

Days = Callable[[int], str]


async def test_twice(trip: Trip, days: Days) -> None:
    """A fact that comes again changes nothing, however often."""
    story = [*to_plan(), *to_life(starts_on=days(30)), ReviewRequested(1), ReviewCompleted(1, "continue")]
    for payload in story:
        await trip.happens(payload)
        await trip.hears_all_again()
    await trip.reaches(WaitingFor.REVIEW_DATE)
    asked = list(trip.services.operations)
    await trip.hears_all_again()
    stands = await trip.has_heard()
    assert (stands.waiting_for, stands.life_round) == (WaitingFor.REVIEW_DATE, 2)
    assert trip.services.operations == asked
    assert asked.count("OpenLife") == 2


async def test_all_at_once(trip: Trip, days: Days) -> None:
    """Facts that come all at once, as after an outage, lead to the same place as one by one."""
    await trip.happens_at_once(*to_plan(), *to_life(starts_on=days(30)), ReviewRequested(1))
    stands = await trip.reaches(WaitingFor.REVIEW)
    assert (stands.plan_version, stands.life_round) == (1, 1)
    operations = ["OpenPlan", "OpenApproval", "OpenMoney", "OpenSupport", "OpenLife", "OpenReview"]
    assert trip.services.operations == operations


async def test_early(trip: Trip) -> None:
    """A fact that comes before its step is kept until the step begins."""
    await trip.happens(IndicativeBudgetGiven(1, "82.91"), PlanApproved(1, "80.00", "L0"), PlanSubmitted(1, "80.00", ""))
    stands = await trip.reaches(WaitingFor.DETERMINATION)
    assert stands.plan_version == 0
    await trip.happens(DeterminationConfirmed(1, "determination", eligible=True, needs=["toilet"], assessed_by=["ann"]))
    await trip.reaches(WaitingFor.MONEY)


async def test_of_another_version(trip: Trip) -> None:
    """A decision on one version of the plan says nothing about another, before or after."""
    await trip.happens(*to_plan(), PlanSubmitted(1, "80.00", ""), PlanApproved(2, "90.00", "L0"))
    await trip.reaches(WaitingFor.DECISION)
    await trip.happens(PlanReturned(1, ["MEET-1"]), PlanApproved(1, "80.00", "L0"))
    stands = await trip.reaches(WaitingFor.PLAN)
    assert stands.plan_version == 2
    await trip.happens(PlanSubmitted(2, "90.00", ""))
    await trip.reaches(WaitingFor.MONEY)


async def test_of_an_earlier_round(trip: Trip, days: Days) -> None:
    """A second reason for a review that has been completed does not lead to another one."""
    await trip.happens(*to_plan(), *to_life(starts_on=days(30)), ReviewRequested(1), ReviewTriggered(1, "carer"))
    await trip.happens(ReviewCompleted(1, "continue"))
    stands = await trip.reaches(WaitingFor.REVIEW_DATE)
    assert stands.life_round == 2


async def test_not_for_journeys(trip: Trip) -> None:
    """A fact for other readers, or of an unknown type, changes only the position that the journey has heard."""
    records = trip.services.records
    before = await trip.reaches(WaitingFor.DETERMINATION)
    fact = records.add(trip.case_id, SelfAssessmentRecorded(1, "alone"))
    await trip.handle.signal(HEAR, fact)
    unknown = type(fact)(fact.position + 1, "case.praised.v1", fact.case_id, fact.at, "{}")
    await trip.handle.signal(HEAR, unknown)
    records.facts.append(unknown)
    await trip.happens(IndicativeBudgetGiven(1, "82.91"))
    after = await trip.has_heard()
    assert after.heard == before.heard + 3
    assert after.waiting_for is WaitingFor.DETERMINATION
