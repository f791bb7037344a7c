"""Who holds the money, and who may be paid directly."""

from decimal import Decimal

import pytest

from services.planning.domain.money import Holding, MoneyArrangement, PersonalBudget, conditions_not_met, wrong_payee
from sevensteps.errors import Fault
from sevensteps.money import Total


def budget(weekly: str, *arranged: str) -> PersonalBudget:
    arrangements = tuple(
        MoneyArrangement("money-1", "council_managed", "", Decimal(part), None, "fin", "") for part in arranged
    )
    return PersonalBudget(Decimal(weekly), Decimal("500.00"), arrangements)


def holding(weekly: str, once: str = "0.00") -> Holding:
    return Holding("council_managed", "", Decimal(weekly), {}, Decimal(once))


def test_what_is_left_is_exact() -> None:
    """Pounds and pence, no rounding."""
    assert budget("82.91", "0.10", "0.20").left.weekly == Decimal("82.61")
    assert budget("0.30", "0.10", "0.20").left == Total(Decimal(0), Decimal(500))


def test_all_that_is_left_may_be_arranged_and_not_a_penny_more() -> None:
    """The refusal says what is left."""
    budget("10.00").ensure_left(holding("10.00", "500.00"), "case-1")
    with pytest.raises(Fault, match=r"OVER_BUDGET: Only 10\.00 pounds"):
        budget("10.00").ensure_left(holding("10.01"), "case-1")
    with pytest.raises(Fault, match=r"OVER_BUDGET: Only 10\.00 pounds a week and 500\.00 pounds"):
        budget("10.00").ensure_left(holding("10.00", "500.01"), "case-1")


@pytest.mark.parametrize(
    ("payee", "has_capacity", "fits"),
    [
        ("person", True, True),
        ("nominated_person", True, True),
        ("attorney", True, False),
        ("person", False, False),
        ("nominated_person", False, False),
        ("attorney", False, True),
        ("deputy", False, True),
        ("suitable_person", False, True),
        ("suitable_person_nobody_authorised", False, True),
        ("suitable_person_nobody_authorised", True, False),
        ("person", None, True),
        ("attorney", None, True),
    ],
)
def test_the_payee_fits_the_capacity(payee: str, has_capacity: bool | None, fits: bool) -> None:  # noqa: FBT001
    """Section 31 with capacity, section 32 without; where capacity is unknown the pack says that it must be known."""
    assert (wrong_payee(payee, has_capacity=has_capacity) == "") is fits


def test_a_refusal_tells_what_failed_apart_from_what_is_unknown() -> None:
    """Unknown is never adverse: it stands in a sentence of its own."""
    refusal = conditions_not_met(["It is not appropriate."], ["best_interests"], "case-1")
    assert refusal.detail.endswith("must be met. It is not appropriate. Not known yet: best_interests.")
    assert "Not met" not in conditions_not_met([], ["best_interests"], "case-1").detail
