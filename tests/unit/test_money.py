"""What amounts of any frequency come to a week: converted in one place, and rounded once, at the end."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevensteps.money import TIMES_A_WEEK, Frequency, Money, Rounding, Total, pounds, weekly_of, yearly_of

AMOUNTS = st.integers(0, 10**11 - 1).map(lambda pence: Decimal(pence) / 100)
REGULAR = st.sampled_from(sorted(TIMES_A_WEEK))
MONEY = st.builds(Money, AMOUNTS, st.sampled_from(Frequency))
PENNY, HALF_A_PENNY = Fraction(1, 100), Fraction(1, 200)


def exactly(amount: Decimal, frequency: Frequency) -> Fraction:
    """What an amount comes to a week before anything is rounded."""
    return Fraction(amount) * TIMES_A_WEEK[frequency]


@pytest.mark.parametrize(
    ("amount", "frequency", "weekly"),
    [
        ("82.91", Frequency.WEEKLY, "82.91"),
        ("100.00", Frequency.FORTNIGHTLY, "50.00"),
        ("100.00", Frequency.FOUR_WEEKLY, "25.00"),
        ("100.00", Frequency.MONTHLY, "23.08"),
        ("100.00", Frequency.QUARTERLY, "7.69"),
        ("100.00", Frequency.YEARLY, "1.92"),
        ("0.01", Frequency.FORTNIGHTLY, "0.01"),
    ],
)
def test_each_frequency_has_its_part_of_a_week(amount: str, frequency: Frequency, weekly: str) -> None:
    """A fortnight is halved, four weeks quartered; months, quarters and years go by 52 weeks; half a penny goes up."""
    assert pounds(weekly_of(Decimal(amount), frequency)) == weekly


def test_what_somebody_is_charged_is_rounded_down() -> None:
    """A part of a penny is left out in the person's favour."""
    assert weekly_of(Decimal("100.00"), Frequency.MONTHLY, Rounding.DOWN) == Decimal("23.07")


def test_what_comes_once_is_no_amount_a_week() -> None:
    """Nobody is told that a car costs so much a week."""
    with pytest.raises(ValueError, match="once"):
        weekly_of(Decimal("8000.00"), Frequency.ONCE)


def test_parts_are_rounded_together_and_not_one_by_one() -> None:
    """Three amounts of less than half a penny are a penny, where each alone would be none."""
    less = Money(Decimal("0.02"), Frequency.MONTHLY)
    assert weekly_of(less.amount, less.frequency) == Decimal("0.00")
    assert Total.of([less] * 3).weekly == Decimal("0.01")


@given(AMOUNTS, REGULAR)
def test_a_week_is_at_most_half_a_penny_from_the_exact_amount(amount: Decimal, frequency: Frequency) -> None:
    """Half up never errs by more than half a penny; down never more than a penny, and never upwards."""
    exact = exactly(amount, frequency)
    assert -HALF_A_PENNY < Fraction(weekly_of(amount, frequency)) - exact <= HALF_A_PENNY
    assert -PENNY < Fraction(weekly_of(amount, frequency, Rounding.DOWN)) - exact <= 0


@given(AMOUNTS)
def test_a_weekly_amount_stays_as_it_is(amount: Decimal) -> None:
    """Weekly is canonical: nothing happens to it."""
    assert weekly_of(amount, Frequency.WEEKLY) == amount
    assert weekly_of(yearly_of(amount), Frequency.YEARLY) == amount


@given(st.lists(MONEY, max_size=8))
def test_a_total_keeps_once_and_weekly_apart(parts: list[Money]) -> None:
    """What comes once is added to the penny, and nothing of it is in the amount a week."""
    total = Total.of(parts)
    assert total.once == sum((part.amount for part in parts if part.once), Decimal(0))
    exact = sum((exactly(part.amount, part.frequency) for part in parts if not part.once), Fraction(0))
    assert -HALF_A_PENNY < Fraction(total.weekly) - exact <= HALF_A_PENNY


@given(st.lists(MONEY, max_size=6))
def test_the_order_of_the_parts_does_not_matter(parts: list[Money]) -> None:
    """The same amounts come to the same, however they are listed."""
    assert Total.of(parts) == Total.of(sorted(parts, key=lambda part: (part.amount, part.frequency)))


@given(st.lists(MONEY, max_size=6), MONEY)
def test_more_money_never_comes_to_less(parts: list[Money], more: Money) -> None:
    """Adding an amount never lowers a total."""
    before, after = Total.of(parts), Total.of([*parts, more])
    assert after.weekly >= before.weekly
    assert after.once >= before.once
