"""How far spending is ahead of the money that has come in, against sums made week by week."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.plan_in_force import LivedPlans, PlanInForce
from services.review.domain.spending import MOST_WEEKS, Spend, Totals, facts_of, weeks_ahead

FIRST = date(2026, 1, 5)
WEEK = timedelta(days=7)

pence = st.integers(1, 20_000)
weekly = st.integers(0, 20_000)


def pounds(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)


def plan(since: date, **lines: int) -> PlanInForce:
    return PlanInForce({line: pounds(amount) for line, amount in lines.items()}, since, ("nutrition",), complex=None)


def weeks_begun(first: date, last: date) -> int:
    """The weeks that have begun on a day, counted one by one."""
    return next(weeks for weeks in count() if first + weeks * WEEK > last)


def weeks_until_paid(spent: int, each_week: int, weeks: int) -> int:
    """After how many weeks more what is spent has come in, tried one by one."""
    return next(more for more in range(MOST_WEEKS + 1) if more == MOST_WEEKS or spent <= each_week * (weeks + more))


@given(
    spent=st.lists(
        st.tuples(st.sampled_from(["a", "b"]), pence | pence.map(lambda each: -each)), min_size=1, max_size=12
    ),
    a=weekly,
    b=weekly,
    days=st.integers(0, 100),
)
def test_one_plan(spent: list[tuple[str, int]], a: int, b: int, days: int) -> None:
    """Line and balance are as far ahead as counting week by week says, refunds included, to the penny."""
    today = FIRST + timedelta(days=days)
    said = plan(FIRST, a=a, b=b)
    plans = LivedPlans.of([(1, said)])
    lived = plans.on(today)
    totals: dict[tuple[int, str], Decimal] = {}
    paid = {"a": 0, "b": 0}
    for line, amount in spent:
        facts = facts_of(Spend(line, pounds(amount), today, ""), plans, (lived, said), totals, today)
        totals[1, line] = totals.get((1, line), Decimal(0)) + pounds(amount)
        paid[line] += amount
        weeks = weeks_begun(FIRST, today)
        assert facts == {
            "refund": amount < 0,
            "line_weeks_ahead": weeks_until_paid(paid[line], {"a": a, "b": b}[line], weeks),
            "balance_weeks_ahead": weeks_until_paid(sum(paid.values()), a + b, weeks),
            "more_back_than_spent": paid[line] < 0,
        }


@given(
    old=pence,
    new=pence,
    spent_old=st.integers(-5000, 90_000),
    spent_new=pence,
    length=st.integers(0, 60),
    days=st.integers(0, 60),
)
def test_two_plans(*, old: int, new: int, spent_old: int, spent_new: int, length: int, days: int) -> None:
    """Each plan brings in money from its first day to the day before the next; what is unspent is carried over."""
    second = FIRST + timedelta(days=length)
    today = second + timedelta(days=days)
    now = plan(second, l=new)
    plans = LivedPlans.of([(1, plan(FIRST, l=old)), (1, None), (2, now)])
    spent: Totals = {(1, "l"): pounds(spent_old)}
    facts = facts_of(Spend("l", pounds(spent_new), today, ""), plans, (plans.on(today), now), spent, today)
    weeks_of_old = weeks_begun(FIRST, second - timedelta(days=1)) if length else 0
    weeks_of_new = weeks_begun(second, today)
    assert facts["line_weeks_ahead"] == weeks_until_paid(spent_new, new, weeks_of_new)
    left_over = spent_old - old * weeks_of_old
    assert facts["balance_weeks_ahead"] == weeks_until_paid(spent_new + left_over, new, weeks_of_new)


def test_the_plan_of_a_day() -> None:
    """A plan is in force from its first day until the next begins; one of which nothing is known was so on any day."""
    plans = LivedPlans.of([(1, None), (2, plan(FIRST)), (2, None), (4, plan(FIRST + WEEK))])
    days = {-1: 1, 0: 2, 6: 2, 7: 4, 700: 4}
    assert {ahead: plans.on(FIRST + timedelta(days=ahead)).version for ahead in days} == days
    assert [lived.last_day for lived in plans.plans] == [FIRST - timedelta(days=1), FIRST + timedelta(days=6), None]


def test_weeks_ahead_have_an_end() -> None:
    """However much it is, and for a line that brings in nothing."""
    assert weeks_ahead(Decimal("999999999.99"), Decimal("0.01")) == MOST_WEEKS
    assert weeks_ahead(Decimal("0.01"), Decimal("0.00")) == MOST_WEEKS
    assert weeks_ahead(Decimal("0.00"), Decimal("0.00")) == 0


@pytest.mark.item(83)
def test_what_is_spent_once_has_come_in_on_the_first_day() -> None:
    """All of it may be spent on its line then, and not a penny more without a look; it counts in the balance."""
    said = PlanInForce({"a": pounds(1000), "car": pounds(0)}, FIRST, (), complex=None, once={"car": pounds(78_000)})
    plans = LivedPlans.of([(1, said)])
    lived = plans.on(FIRST)

    def ahead(amount: int) -> tuple[object, object]:
        facts = facts_of(Spend("car", pounds(amount), FIRST, ""), plans, (lived, said), {}, FIRST)
        return facts["line_weeks_ahead"], facts["balance_weeks_ahead"]

    assert ahead(78_000) == (0, 0)
    assert ahead(78_001) == (MOST_WEEKS, 0), "no more money comes to the line; the other line has some"
    assert ahead(80_000) == (MOST_WEEKS, 1)
