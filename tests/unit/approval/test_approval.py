"""What the domain of approval says by itself."""

from decimal import Decimal

import pytest

from services.approval.domain.authority import authority_facts, percent_over
from services.approval.domain.checks import Checks
from services.approval.domain.plan import Measure
from sevensteps.money import Total


@pytest.mark.parametrize(
    ("amount", "base", "percent"),
    [
        ("100.00", "100.00", 0),
        ("120.00", "100.00", 20),
        ("120.01", "100.00", 21),
        ("99.50", "100.00", 0),
        ("0.00", "100.00", -100),
        ("0.00", "0.00", 0),
        ("0.01", "0.00", 1000),
    ],
)
def test_over_the_indicative_budget_is_counted_in_whole_per_cent_rounded_up(
    amount: str, base: str, percent: int
) -> None:
    """A penny over the tolerance counts as over, and any amount is 1000 per cent over nothing."""
    assert percent_over(Decimal(amount), Decimal(base)) == percent


@pytest.mark.parametrize(
    ("verdict", "met"),
    [("met", True), ("needs_judgement", True), ("not_met", False), ("not_enough_information", False)],
)
def test_the_scheme_of_delegation_hears_of_failed_and_unsettled_checks(verdict: str, *, met: bool) -> None:
    """Only checks that are met, or wait for judgement alone, count as met; a year has 52 weeks."""
    checks = Checks(verdict, findings=(), missing=())
    facts = authority_facts(Total(Decimal("82.91"), Decimal(0)), Decimal("82.91"), checks, parts=("met",), overrides=0)
    assert (facts["checks_met"], facts["annual_cost"], facts["refer"]) == (met, "4311.32", False)


def test_what_is_left_to_judgement_of_safety_law_or_needs_is_referred() -> None:
    """One of the three is enough."""
    checks = Checks("needs_judgement", findings=(), missing=())
    parts = ("met", "needs_judgement", "met")
    budget = Total(Decimal(1), Decimal(0))
    assert authority_facts(budget, Decimal(1), checks, parts=parts, overrides=0)["refer"] is True


@pytest.mark.item(83)
def test_authority_counts_what_is_spent_once() -> None:
    """A year is 52 weeks and what comes once, measured against a year of the indicative budget."""
    checks = Checks("met", findings=(), missing=())
    facts = authority_facts(Total(Decimal(100), Decimal(520)), Decimal(100), checks, parts=("met",), overrides=0)
    assert (facts["annual_cost"], facts["over_indicative_percent"]) == ("5720.00", 10)


def test_a_plan_with_one_line_for_a_care_home_is_in_that_setting() -> None:
    """Whatever else it is for; other uses have no setting, and exceptions are counted."""
    assert Measure.of([("general", True), ("nhs", False)]) == Measure(1, frozenset())
    assert Measure.of([("general", True), ("care_home_long_term", True)]) == Measure(2, frozenset({"care_home"}))
    assert Measure.of([("care_home", False)]) == Measure(0, frozenset({"care_home"}))
    assert Measure.of([]) == Measure(0, frozenset())
