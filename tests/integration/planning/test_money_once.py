"""Money that is spent once, and plans that the person pays for, in steps 2, 4 and 5."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.planning.case import PlanningCase, in_days, new_request
from servers.services import refusal_of
from services.planning.line_messages import line_message, lines_of
from sevensteps.api.money.v1 import money_pb2
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.fields import Fields
from sevensteps.money import Frequency, weekly_of
from sevensteps.steps import Stage

CAR = pb.SpendLine(
    line_id="car",
    text="Hand controls for the car",
    needs=["community"],
    use=pb.USE_GENERAL,
    amount="780.00",
    frequency=money_pb2.FREQUENCY_ONCE,
    starts_on=in_days(14),
)
SEASON = pb.SpendLine(
    line_id="season",
    text="A season ticket",
    needs=["community"],
    use=pb.USE_GENERAL,
    amount="520.00",
    frequency=money_pb2.FREQUENCY_YEARLY,
    starts_on=in_days(0),
    ends_on=in_days(360),
)


async def save(case: PlanningCase, *lines: pb.SpendLine) -> pb.Plan:
    """Save the usual draft with further lines."""
    draft = await case.draft()
    draft.lines.extend(lines)
    return (await case.pat.SavePlan(draft)).planning.plan


async def arranging(case: PlanningCase, **amounts: str) -> pb.ArrangeMoneyResponse:
    """Have the council hold a part of the money."""
    request = pb.ArrangeMoneyRequest(
        request_id=new_request(),
        case_id=case.case_id,
        etag=(await case.stands()).etag,
        kind=pb.MONEY_KIND_COUNCIL_MANAGED,
    )
    for name, amount in amounts.items():
        setattr(request, name, amount)
    return await case.fin.ArrangeMoney(request)


@pytest.mark.item(83)
async def test_what_is_spent_once_stands_apart_from_the_plan_to_its_holder(case: PlanningCase) -> None:
    """The plan, the budget, who holds it and what is left say both; step 4 is done when both have holders."""
    await case.journey.OpenPlan(case.opening_of_plan())
    plan = await save(case, CAR, SEASON)
    assert (plan.weekly, plan.once) == ("70.00", "780.00")
    assert [(line.weekly, line.amount) for line in plan.lines[2:]] == [("0.00", "780.00"), ("10.00", "520.00")]
    assert (plan.lines[2].starts_on, plan.lines[3].ends_on) == (CAR.starts_on, SEASON.ends_on)
    await case.pat.SubmitPlan(await case.submission())
    await case.journey.OpenMoney(case.opening_of_money(budget="70.00"))
    stands = await case.stands()
    assert (stands.personal_budget_weekly, stands.personal_budget_once) == ("70.00", "780.00")
    fault = await refusal_of(arranging(case, once="780.01"))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "OVER_BUDGET")
    assert fault.metadata["left_once"] == "780.00"
    fault = await refusal_of(arranging(case))
    assert [violation.field for violation in fault.violations] == ["weekly"]
    answer = await arranging(case, weekly="70.00")
    assert (answer.left_weekly, answer.left_once, answer.planning.open_stage) == ("0.00", "780.00", "money_organised")
    answer = await arranging(case, once="780.00")
    assert (answer.left_once, answer.planning.open_stage) == ("0.00", "")
    assert [(part.weekly, part.once) for part in answer.planning.money] == [("70.00", "0.00"), ("0.00", "780.00")]
    told = [payload.get("once") for type_, payload in await case.events() if type_ == "money.arranged.v1"]
    assert told == ["0.00", "780.00"]


@pytest.mark.parametrize(
    ("field", "wrong", "path"),
    [
        ("amount", "-1.00", "amount"),
        ("amount", "1.001", "amount"),
        ("frequency", 0, "frequency"),
        ("weekly", "780.00", "weekly"),
        ("starts_on", "soon", "starts_on"),
        ("ends_on", in_days(30), "ends_on"),
    ],
)
async def test_a_wrong_amount_or_day_is_told_by_its_name(
    case: PlanningCase, field: str, wrong: str | int, path: str
) -> None:
    """Its path is told, and nothing is saved."""
    await case.journey.OpenPlan(case.opening_of_plan())
    line = pb.SpendLine()
    line.CopyFrom(CAR)
    setattr(line, field, wrong)
    fault = await refusal_of(save(case, line))
    assert [violation.field for violation in fault.violations] == [f"lines[2].{path}"]


@pytest.mark.item(8)
async def test_a_plan_that_the_person_pays_for_asks_the_council_for_nothing(case: PlanningCase) -> None:
    """It says what it costs; money and support are theirs to arrange, so steps 4 and 5 are done at once."""
    opening = case.opening_of_plan()
    opening.own_money = True
    await case.journey.OpenPlan(opening)
    plan = await save(case, CAR)
    assert plan.own_money
    assert (plan.weekly, plan.once, plan.own_weekly, plan.own_once) == ("0.00", "0.00", "60.00", "780.00")
    await case.pat.SubmitPlan(await case.submission())
    await case.journey.OpenMoney(case.opening_of_money(budget="0.00"))
    await case.journey.OpenSupport(case.opening_of_support())
    stands = await case.stands()
    assert (stands.own_money, stands.open_stage, list(stands.money), list(stands.support)) == (True, "", [], [])


@pytest.mark.item(31)
async def test_without_an_eligible_need_only_own_money_opens_a_plan(case: PlanningCase) -> None:
    """The council does not plan to pay for what is no eligible need."""
    fault = await refusal_of(case.journey.OpenPlan(case.opening_of_plan(needs=())))
    assert [violation.field for violation in fault.violations] == ["eligible_needs"]
    opening = case.opening_of_plan(needs=())
    opening.own_money = True
    await case.journey.OpenPlan(opening)
    assert (await case.stands()).open_stage == Stage.PLAN_MADE.value


FREQUENCIES = st.sampled_from([frequency for frequency in Frequency if frequency is not Frequency.ONCE])


@given(st.decimals("0.01", "9999.99", places=2), FREQUENCIES)
def test_a_line_says_again_what_it_was_told(amount: Decimal, frequency: Frequency) -> None:
    """Its amount and frequency stay, and its week is the converted amount, rounded once."""
    told = pb.SpendLine(line_id="l1", text="-", use=pb.USE_GENERAL, amount=str(amount))
    told.frequency = money_pb2.Frequency.Value(f"FREQUENCY_{frequency.name}")
    fields = Fields()
    (line,) = lines_of([told], fields)
    fields.check()
    said = line_message(line)
    assert (said.amount, said.frequency) == (told.amount, told.frequency)
    assert Decimal(said.weekly) == weekly_of(amount, frequency)
