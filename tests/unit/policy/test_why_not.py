"""What would turn a verdict, and what changed between packs."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy import Library, why_not
from sevensteps.policy.cases import read_cases
from sevensteps.policy.diff import differences
from sevensteps.policy.pack import read_pack
from sevensteps.policy.verdict import Json

ROOT = Path(__file__).parents[3] / "policies"
LIBRARY = Library(ROOT)
CASES = {(case.decision, case.name): case for case in read_cases(ROOT, "england")}


NOT_FROM_IMPAIRMENT = "Needs that do not arise from an impairment or illness are not eligible (A1)"


def turning(decision: str, name: str) -> list[dict[str, Json]]:
    case = CASES[decision, name]
    sets = LIBRARY.why_not(decision, pack="england", on=case.on, facts=case.given)
    return [{change.fact: change.becomes for change in changes} for changes in sets]


@pytest.mark.parametrize(
    ("decision", "name", "expected"),
    [
        ("eligibility", NOT_FROM_IMPAIRMENT, {"impairment": True}),
        ("indicative-budget", "Above the table there is no cap", {"points": 100}),
        ("authority", "One penny above the limit", {"annual_net": "5200.00"}),
        ("plan-check", "A penny too little for the needs", {"personal_budget": "82.91"}),
        (
            "plan-check",
            "A gambling line and an unmet need",
            {"met_otherwise": ["community"], "lines.l2.use": "general"},
        ),
    ],
)
def test_the_smallest_changes_that_turn_a_verdict_are_found(
    decision: str, name: str, expected: dict[str, Json]
) -> None:
    """One changed fact or two, amounts at the very penny."""
    assert expected in turning(decision, name)


def test_what_is_said_to_turn_the_verdict_does() -> None:
    """One outcome short: every one of the other limbs would do, singly, and no pair is needed."""
    found = turning("eligibility", "One outcome is not enough (A2)")
    assert all(len(changes) == 1 for changes in found)
    assert len(found) == 9 * 4


def test_only_so_many_changes_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the first ten nine do by themselves; none is tried after them, and no pair of which half would do is told."""
    every = turning("eligibility", "One outcome is not enough (A2)")
    monkeypatch.setattr(why_not, "MOST_TRIALS", 10)
    assert turning("eligibility", "One outcome is not enough (A2)") == every[:9]


def test_a_trial_leaves_the_facts_alone() -> None:
    """Trying things out does not change what is then decided."""
    case = CASES["plan-check", "A gambling line and an unmet need"]
    before = LIBRARY.decide("plan-check", pack="england", on=case.on, facts=case.given)
    turning("plan-check", "A gambling line and an unmet need")
    assert LIBRARY.decide("plan-check", pack="england", on=case.on, facts=case.given) == before


def test_settling_a_verdict_leaves_its_findings_alone() -> None:
    """What is worked out while an unknown fact is tried does not show in the findings."""
    case = CASES["plan-check", "What a line is for is open"]
    decision = LIBRARY.decide("plan-check", pack="england", on=case.on, facts=case.given)
    linked = [finding.facts for finding in decision.findings if finding.rule == "MEET-2/P7"]
    assert linked == [{"lines.l1.linked": 1}, {"lines.l2.linked": 1}]


def test_a_difference_is_said_in_words(packs: Path) -> None:
    """A new value, a changed sentence and a new rule each give a sentence; on a date before them nothing differs."""
    old = read_pack(packs, "small")
    rules = packs / "small/rules/help.yaml"
    text = rules.read_text(encoding="utf-8").replace("An Act, s.1", "An Act, s.2")
    rules.write_text(text, encoding="utf-8")
    limits = packs / "small/parameters/limits.yaml"
    added = "      - {from: 2027-01-01, value: 6, reference: A decision of 2026}\n"
    limits.write_text(limits.read_text(encoding="utf-8") + added, encoding="utf-8")
    new = read_pack(packs, "small")
    assert differences(old, new) == [
        "parameter help.hours: from 2027-01-01 it is 6 (A decision of 2026)",
        'help, rule HOURS, reference: was "An Act, s.1", is "An Act, s.2"',
    ]
    assert differences(old, new, date(2027, 1, 1))[0] == "parameter help.hours on 2027-01-01: was 8, is 6"
    assert differences(old, old) == []
