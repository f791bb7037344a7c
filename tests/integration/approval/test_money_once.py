"""Plans with money that is spent once, and plans that the person pays for, at the desk where plans are signed."""

import pytest

from integration.approval.desk import Desk, approving, line, plan
from servers.services import refusal_of
from sevensteps.api.money.v1 import money_pb2
from sevensteps.api.planning.v1 import planning_pb2 as planning
from sevensteps.api.policy.v1.decision_pb2 import VERDICT_MET, VERDICT_NOT_MET
from sevensteps.events import PlanApproved
from sevensteps.identity.actor import Role


def bought_once(amount: str) -> planning.Plan:
    """The usual plan of 40 pounds a week, and something that is bought once."""
    once = line("car")
    once.weekly, once.amount, once.frequency = "0.00", amount, money_pb2.FREQUENCY_ONCE
    made = plan(line("l1"), once)
    made.weekly, made.once = "40.00", amount
    return made


def paid_by_the_person() -> planning.Plan:
    """A plan for which the council is asked for nothing."""
    made = plan()
    made.weekly, made.own_money, made.own_weekly = "0.00", True, "40.00"
    return made


@pytest.mark.item(83)
async def test_authority_counts_what_is_spent_once(desk: Desk) -> None:
    """2,080 pounds a year are level L0; with a car of 9,000 once they are not, and who may sign L0 may not sign it."""
    small = await desk.open(bought_once("100.00"), indicative="40.00")
    assert (small.level, small.personal_budget_weekly, small.personal_budget_once) == ("L0", "40.00", "100.00")
    other = Desk(desk.running)
    large = await other.open(bought_once("9000.00"), indicative="40.00")
    assert large.level != "L0"
    fault = await refusal_of(other.by("olu", Role.ASSISTANT_TEAM_MANAGER).ApprovePlan(approving(large)))
    assert fault.reason == "AUTHORITY_LACKING"
    await desk.by("olu", Role.HEAD_OF_SERVICE).ApprovePlan(approving(small))
    (signed,) = [event for event in await desk.events() if isinstance(event, PlanApproved)]
    assert (signed.personal_budget_weekly, signed.personal_budget_once, signed.own_money) == ("40.00", "100.00", False)


@pytest.mark.item(8)
async def test_a_plan_that_the_person_pays_for_is_checked_and_not_funded(desk: Desk) -> None:
    """It is safe, legal and meets the needs, is signed, and the personal budget is nothing."""
    checked = await desk.open(paid_by_the_person(), indicative="82.91")
    assert [checked.safe, checked.legal, checked.meets_needs, checked.sufficient] == [VERDICT_MET] * 4
    assert (checked.own_money, checked.personal_budget_weekly, checked.level) == (True, "0.00", "L0")
    await desk.by("olu").ApprovePlan(approving(checked))
    (signed,) = [event for event in await desk.events() if isinstance(event, PlanApproved)]
    assert (signed.personal_budget_weekly, signed.own_money) == ("0.00", True)


@pytest.mark.item(31)
async def test_the_plan_of_somebody_who_is_not_eligible_is_checked(desk: Desk) -> None:
    """Its lines are for needs that are not eligible, which is for nobody to judge: the council pays for none."""
    opening = desk.opening(paid_by_the_person(), indicative="0.00")
    del opening.eligible_needs[:]
    await desk.journey.OpenApproval(opening)
    checked = await desk.read()
    assert [checked.safe, checked.legal, checked.meets_needs, checked.sufficient] == [VERDICT_MET] * 4
    refused = Desk(desk.running)
    opening = refused.opening(plan())
    del opening.eligible_needs[:]
    fault = await refusal_of(refused.journey.OpenApproval(opening))
    assert [violation.field for violation in fault.violations] == ["eligible_needs"]


async def test_who_pays_asks_the_council_for_nothing(desk: Desk) -> None:
    """A plan of own money that asks for money too is not signed."""
    asks = paid_by_the_person()
    asks.weekly = "10.00"
    checked = await desk.open(asks, indicative="82.91")
    assert checked.sufficient == VERDICT_NOT_MET
    assert (await refusal_of(desk.by("olu").ApprovePlan(approving(checked)))).reason == "CHECKS_NOT_MET"
