"""What a council may choose about charging, each choice on both sides, in a pack of its own."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy import Library
from sevensteps.policy.model.verdict import Json

POLICIES = Path(__file__).parents[2] / "policies"
ON = date(2025, 6, 1)
CARE: Json = {"id": "care", "kind": "care", "weekly_cost": "400.00"}
FACTS: dict[str, Json] = {
    "born": "1985-03-01", "couple": False, "children": 0, "weekly_income": "312.50", "capital": "0.00",
    "housing_costs": "0.00", "disability_benefit": True, "disability_expenditure": "20.00", "disability_premium": False,
    "enhanced_disability_premium": False, "carer_premium": False, "assessment": "full", "consent": True,
    "council_arranges": True, "services": [CARE],
}  # fmt: skip
OWN = """parameters:
  charging.{name}:
    title: The council's choice
    type: {type}
    set by: council
    values:
      - {{from: 2025-04-06, until: 2026-04-05, value: {value}, reference: A council's charging policy}}
"""


def decided(folder: Path, choice: str, facts: dict[str, Json]) -> tuple[str, Json]:
    """The verdict and the charge of a council that has chosen this."""
    shutil.copytree(POLICIES / "england", folder / "england", dirs_exist_ok=True)
    name, type_, value = choice.split(", ")
    (folder / "council/parameters").mkdir(parents=True, exist_ok=True)
    (folder / "council/pack.yaml").write_text("pack: council\nformat: 2\ntitle: C\nextends: england\n")
    (folder / "council/parameters/own.yaml").write_text(OWN.format(name=name, type=type_, value=value))
    decision = Library(folder).decide("contribution", pack="council", on=ON, facts={**FACTS, **facts})
    return decision.verdict.value, decision.values.get("weekly_charge")


def a_service(**service: Json) -> dict[str, Json]:
    return {"services": [{"id": "it", "weekly_cost": "50.00", **service}]}


REFUSED: dict[str, Json] = {"assessment": "refused", "capital": None, "weekly_income": None}
RAMP = a_service(kind="adaptation", one_off_cost="1500.00")
SEVENTH_WEEK = a_service(kind="reablement", began="2025-04-20")


@pytest.mark.parametrize(
    ("choice", "facts", "said"),
    [
        ("share_of_disposable_income, whole number, 100", {}, ("met", "180.00")),
        ("share_of_disposable_income, whole number, 80", {}, ("met", "144.00")),
        ("share_of_disposable_income, whole number, 0", {}, ("met", "0.00")),
        ('maximum_weekly_charge, money, "180.00"', {}, ("met", "180.00")),
        ('maximum_weekly_charge, money, "179.99"', {}, ("met", "179.99")),
        ('standard_disability_allowance, money, "20.00"', {}, ("met", "180.00")),
        ('standard_disability_allowance, money, "20.01"', {}, ("met", "179.99")),
        ('standard_disability_allowance, money, "20.01"', {"disability_benefit": False}, ("met", "180.00")),
        ("carer_support, word, free", a_service(kind="carer_support"), ("not_met", "0.00")),
        ("carer_support, word, charged", a_service(kind="carer_support"), ("met", "50.00")),
        ("carer_support, word, charged", a_service(kind="given_to_adult_for_carer"), ("not_met", "0.00")),
        ("refusal, verdict, needs_judgement", REFUSED, ("needs_judgement", None)),
        ("refusal, verdict, met", REFUSED, ("met", "400.00")),
        ("refusal, verdict, met", {**REFUSED, "assessment": "not_co_operating"}, ("met", "400.00")),
        ("refusal, verdict, met", {**REFUSED, **a_service(kind="aid")}, ("not_met", "0.00")),
        ("free_reablement_weeks, whole number, 6", SEVENTH_WEEK, ("met", "50.00")),
        ("free_reablement_weeks, whole number, 7", SEVENTH_WEEK, ("not_met", "0.00")),
        ('minor_adaptation, money, "1499.99"', RAMP, ("needs_judgement", "0.00")),
        ('minor_adaptation, money, "1500.00"', RAMP, ("not_met", "0.00")),
        ('upper_capital_limit, money, "30000.00"', {"capital": "30000.01"}, ("met", "400.00")),
        ('upper_capital_limit, money, "30000.00"', {"capital": "30000.00"}, ("met", "243.00")),
    ],
)  # fmt: skip
def test_a_council_chooses(tmp_path: Path, choice: str, facts: dict[str, Json], said: tuple[str, str | None]) -> None:
    """Each choice changes the charge of whom it is for, and of nobody else; what the law makes free stays free."""
    assert decided(tmp_path, choice, facts) == said
