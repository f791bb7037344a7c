"""The journey of somebody who plans with their own money, eligible or not."""

import pytest

from fakes.trip import NEEDS, Trip
from sevensteps.events import (
    AdviceGiven,
    DeterminationConfirmed,
    IndicativeBudgetGiven,
    MoneyOrganised,
    PlanApproved,
    PlanSubmitted,
    SupportOrganised,
)
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenApproval, OpenPlan


@pytest.mark.item(31)
async def test_who_is_not_eligible_may_plan_with_their_own_money(trip: Trip) -> None:
    """The case does not end after the advice: there are no eligible needs, and nothing is expected of the council."""
    await trip.happens(
        DeterminationConfirmed(1, "d-1", eligible=False, needs=[], assessed_by=["ann"]), AdviceGiven(1, own_money=True)
    )
    await trip.reaches(WaitingFor.PLAN)
    opening = trip.services.asked[-1]
    assert isinstance(opening, OpenPlan)
    assert (opening.eligible_needs, opening.indicative_weekly, opening.own_money) == ([], "0.00", True)
    await trip.happens(PlanSubmitted(1, "0.00", ""))
    await trip.reaches(WaitingFor.DECISION)
    checking = trip.services.asked[-1]
    assert isinstance(checking, OpenApproval)
    assert (checking.eligible_needs, checking.assessed_by) == ([], ["ann"])
    await trip.happens(
        PlanApproved(1, "0.00", "L0", own_money=True),
        MoneyOrganised(1, direct_payment=False),
        SupportOrganised(1, "2099-07-01"),
    )
    assert (await trip.reaches(WaitingFor.REVIEW_DATE)).stage is Stage.LIFE_LIVED


@pytest.mark.item(8)
async def test_a_self_funder_plans_for_the_needs_that_were_found(trip: Trip) -> None:
    """Planning hears that the council does not pay; the indicative budget is there to plan with."""
    await trip.happens(
        DeterminationConfirmed(1, "d-1", eligible=True, needs=NEEDS, assessed_by=["ann"]),
        IndicativeBudgetGiven(1, "82.91", own_money=True),
    )
    await trip.reaches(WaitingFor.PLAN)
    opening = trip.services.asked[-1]
    assert isinstance(opening, OpenPlan)
    assert (opening.eligible_needs, opening.indicative_weekly, opening.own_money) == (NEEDS, "82.91", True)


async def test_who_is_not_eligible_and_says_nothing_of_it_is_at_the_end(trip: Trip) -> None:
    """As before."""
    await trip.happens(DeterminationConfirmed(1, "d-1", eligible=False, needs=[], assessed_by=["ann"]), AdviceGiven(1))
    assert await trip.ends() == "not_eligible"
