"""Facts are typed or refused by name; no verdict ever comes of a wrong one."""

from datetime import date
from pathlib import Path
from typing import cast

import pytest

from sevensteps.errors import Fault, Kind
from sevensteps.policy import Library, Verdict
from sevensteps.policy.model.verdict import Json

ROOT = Path(__file__).parents[3] / "policies"
LIBRARY = Library(ROOT)
ON = date(2025, 6, 1)
INCOME = {
    "born": "1985-03-01", "children": 1, "couple": False, "weekly_income": "310.00", "capital": "15001.00",
    "housing_costs": "0.00", "disability_expenditure": "20.00", "disability_premium": True,
    "enhanced_disability_premium": False, "carer_premium": False, "assessment": "full",
    "services": [{"id": "care", "kind": "care", "weekly_cost": "400.00"}],
}  # fmt: skip


def refusal(decision: str, facts: object, on: date = ON) -> Fault:
    with pytest.raises(Fault) as refused:
        LIBRARY.decide(decision, pack="england", on=on, facts=cast("dict[str, Json]", facts))
    assert refused.value.kind is Kind.INVALID
    return refused.value


@pytest.mark.parametrize(
    "wrong",
    ["", "abc", "£23,250", True, float("nan"), float("inf"), 23250.001, 23250.0, "23250.001", "1e3", " 5", "５", "-1",
     "1.5", [], {}, 10**30, "9" * 400],
)  # fmt: skip
def test_what_is_no_amount_is_refused_by_name(wrong: object) -> None:
    """Money is pounds and pence as text; everything else is refused, naming the fact and never its value."""
    fault = refusal("contribution", {**INCOME, "capital": wrong})
    assert fault.reason == "FACT_INVALID"
    assert "capital" in fault.detail
    assert "23,250" not in fault.detail


@pytest.mark.parametrize(("fact", "wrong"), [
    ("children", "1"), ("children", True), ("children", 1.5), ("children", float("nan")),
    ("couple", "no"), ("couple", 0), ("couple", 1),
])  # fmt: skip
def test_like_is_never_taken_for_like(fact: str, wrong: object) -> None:
    """Text is no number, a number is no yes or no, and true is no number."""
    assert fact in refusal("contribution", {**INCOME, fact: wrong}).detail


@pytest.mark.parametrize("wrong", ["2026-02-30", "1 May 2026", "2026-5-1", "２０２６-05-01", 20260501, True, ""])
def test_a_date_is_an_iso_date(wrong: object) -> None:
    """Neither words nor numbers nor days that do not exist."""
    assert "started_on" in refusal("deadlines", {"clock": "plan", "started_on": wrong}, date(2026, 4, 1)).detail


@pytest.mark.parametrize(("decision", "facts", "named"), [
    ("deadlines", {"clock": "plan", "started_on": "9999-12-31"}, "fact started_on"),
    ("review-schedule", {"round": 0, "started_on": "9999-12-31"}, "fact started_on"),
    ("review-schedule", {"direct_payment_started_on": "9999-12-31"}, "fact direct_payment_started_on"),
    ("deadlines", {"clock": "plan", "started_on": "2199-12-31"}, "derived fact due_plan:"),
    ("deadlines", {"clock": "plan", "started_on": "2026-04-01",
                   "pauses": [{"id": f"p{number}", "days": 3660} for number in range(1000)]},
     "derived fact soft_start:"),
])  # fmt: skip
def test_a_day_that_no_calendar_has_is_refused_by_name(decision: str, facts: object, named: str) -> None:
    """A date, given or derived, from 1900 to 2199: whatever lies beyond is an error that names the fact."""
    assert refusal(decision, facts, date(2026, 4, 1)).detail.startswith(named)


@pytest.mark.parametrize(("facts", "path"), [
    ({"wellbeing": True}, "wellbeing"),
    ({"outcomes": {"joy": {}}}, "outcomes.joy"),
    ({"outcomes": {"nutrition": {"hungry": True}}}, "outcomes.nutrition.hungry"),
    ({"outcomes": {"nutrition": {"endangers": "yes"}}}, "outcomes.nutrition.endangers"),
    ({"outcomes": []}, "outcomes"),
    ({"outcomes": {"nutrition": "not_applicable"}}, "outcomes.nutrition"),
    ([], "facts"),
    (None, "facts"),
])  # fmt: skip
def test_what_is_not_declared_is_refused_by_its_path(facts: object, path: str) -> None:
    """A misspelt name never becomes an unknown fact."""
    fault = refusal("eligibility", facts)
    assert fault.reason == "FACT_INVALID"
    assert f"fact {path}:" in fault.detail


@pytest.mark.parametrize("needs", [["nutrition", "nutrition"], "nutrition", ["hygiene"]])
def test_a_list_of_words_has_each_of_its_own_once(needs: object) -> None:
    """A word twice, a word alone, and one that is no option are refused."""
    fault = refusal("carer-duty", {"eligible_needs": needs})
    assert (fault.reason, "fact eligible_needs" in fault.detail) == ("FACT_INVALID", True)


@pytest.mark.parametrize(("decision", "on", "reason"), [
    ("facs-eligibility", date(2015, 4, 1), "NOT_IN_FORCE"),
    ("eligibility", date(2015, 3, 31), "NOT_IN_FORCE"),
    ("contribution", date(2026, 4, 6), "PARAMETER_MISSING"),
    ("happiness", ON, "DECISION_UNKNOWN"),
])  # fmt: skip
def test_a_date_out_of_force_is_an_error(decision: str, on: date, reason: str) -> None:
    """The last known value is never stretched, and no decision is made up."""
    assert refusal(decision, {}, on).reason == reason


def test_an_unknown_pack_is_an_error() -> None:
    """The error names the packs that there are."""
    with pytest.raises(Fault, match="example-council"):
        LIBRARY.decide("eligibility", pack="atlantis", on=ON, facts={})


def test_null_is_unknown() -> None:
    """A fact that is null is as unknown as one that is not given."""
    absent = LIBRARY.decide("eligibility", pack="england", on=ON, facts={})
    null = LIBRARY.decide("eligibility", pack="england", on=ON, facts={"impairment": None, "outcomes": None})
    assert absent.verdict is null.verdict is Verdict.NOT_ENOUGH_INFORMATION
    assert absent.missing == null.missing


def test_a_receipt_keeps_no_narrative() -> None:
    """Only the pack's own hint words in a line's text are stored, and they decide the same again."""
    line: dict[str, Json] = {
        "id": "l1",
        "text": "Bingo with Alice of 3 High Street",
        "needs": ["community"],
        "use": "general",
        "weekly": "1.00",
        "payee_close_family_same_household": False,
        "necessary_override": False,
    }
    facts: dict[str, Json] = {"lines": [line], "eligible_needs": ["community"]}
    decision = LIBRARY.decide("plan-check", pack="england", on=ON, facts=facts)
    assert "Alice" not in str(decision.receipt())
    assert decision.receipt()["facts"]["lines"][0]["text"] == ["bingo"]  # type: ignore[index, call-overload]
    assert LIBRARY.verify(decision.receipt()) == ()
