"""The three numbers of a personal budget: what meeting the needs costs is what the adult and the council pay."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.approval.domain.personal_budget import BudgetBasis, numbers_of
from sevensteps.budget_numbers import BudgetNumbers, Charge

AMOUNTS = st.integers(0, 10**8).map(lambda pence: Decimal(pence) / 100)
UNKNOWN_OR = st.none() | AMOUNTS
CHARGES = st.builds(Charge, st.just("met"), UNKNOWN_OR, UNKNOWN_OR, UNKNOWN_OR)


@given(AMOUNTS, AMOUNTS)
def test_the_first_number_is_the_sum_of_the_others(cost: Decimal, charge: Decimal) -> None:
    """To the penny, whatever the cost and the charge; nobody pays more than it costs (s.14(4))."""
    numbers = BudgetNumbers.of(cost, charge)
    assert numbers.cost == cost == numbers.adult_pays + numbers.council_pays
    assert numbers.adult_pays == min(cost, charge)


@given(AMOUNTS, CHARGES, UNKNOWN_OR)
def test_it_is_so_of_every_plan(cost: Decimal, charge: Charge, judged: Decimal | None) -> None:
    """Assessed, judged or neither: the numbers add up, and without an assessment the person pays nothing."""
    numbers, basis = numbers_of(cost, charge, judged)
    assert numbers.adult_pays + numbers.council_pays == numbers.cost
    assert numbers.cost == (cost if charge.cost is None else charge.cost)
    if basis is BudgetBasis.NOT_ASSESSED:
        assert numbers.adult_pays == 0


@pytest.mark.parametrize("numbers", [("40.00", "30.00", "20.00"), ("40.00", "50.00", "-10.00")])
def test_numbers_that_contradict_each_other_are_none(numbers: tuple[str, str, str]) -> None:
    """They cannot even be made."""
    with pytest.raises(ValueError, match="what the adult pays"):
        BudgetNumbers(*map(Decimal, numbers))


def test_a_pack_of_before_says_nothing_of_the_budget() -> None:
    """What it does not say is not known, and is not taken for nothing."""
    charge = Charge.of("met", {"weekly_charge": "12.00"})
    assert (charge.weekly, charge.cost, charge.within_limit) == (Decimal("12.00"), None, None)
