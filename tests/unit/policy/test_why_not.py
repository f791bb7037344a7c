"""What would change a verdict, and what changed between packs."""

import json
import time
from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy import Library
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.authoring.worked_cases import read_cases
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.why_not import search

ROOT = Path(__file__).parents[3] / "policies"
LIBRARY = Library(ROOT)
CASES = {(case.decision, case.name): case for case in read_cases(ROOT, "england")}


NOT_FROM_IMPAIRMENT = "Needs that do not arise from an impairment or illness are not eligible (A1)"


def turning(decision: str, name: str) -> list[dict[str, Json]]:
    case = CASES[decision, name]
    sets = LIBRARY.why_not(decision, pack="england", on=case.on, facts=case.given)
    return [{change.fact: change.becomes for change in changes} for changes in sets.sets]


@pytest.mark.parametrize(
    ("decision", "name", "expected"),
    [
        ("eligibility", NOT_FROM_IMPAIRMENT, {"impairment": True}),
        ("indicative-budget", "Above the table there is no cap", {"points": 100}),
        ("authority", "One penny above the limit", {"annual_cost": "5200.00"}),
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
    """One outcome short: any one of the other limbs would do by itself, and no pair is needed."""
    found = turning("eligibility", "One outcome is not enough (A2)")
    assert all(len(changes) == 1 for changes in found)
    assert len(found) == 9 * 4


def test_only_so_much_is_tried_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found until then is reported, and that there may be more."""
    case = CASES["eligibility", "One outcome is not enough (A2)"]
    every = LIBRARY.why_not("eligibility", pack="england", on=case.on, facts=case.given)
    monkeypatch.setattr(search, "MOST_RULE_EVALUATIONS", 400)
    some = LIBRARY.why_not("eligibility", pack="england", on=case.on, facts=case.given)
    assert every.all_tried
    assert not some.all_tried
    assert 0 < len(some.sets) < len(every.sets)
    assert some.sets == every.sets[: len(some.sets)]


def test_a_plan_of_a_hundred_lines_ends_in_seconds() -> None:
    """Only pairs behind every rule that is not met are tried; all pairs took minutes."""
    facts = plan(use="gambling")
    lines = facts["lines"]
    assert isinstance(lines, list)
    facts["lines"] = [{**EVENING, "id": f"line-{number}"} for number in range(98)] + lines
    facts["personal_budget"] = facts["indicative_budget"] = "9000.00"
    began = time.process_time()
    turning = LIBRARY.why_not("plan-check", pack="england", on=ON, facts=facts)
    assert [[change.fact for change in changes] for changes in turning.sets] == [["lines.l2.use"]]
    assert turning.all_tried
    assert time.process_time() - began < 20


ON = date(2026, 4, 1)
EXAMPLES = Path(__file__).parents[3] / "examples" / "facts"
EVENING: dict[str, Json] = {
    "text": "An evening out", "needs": ["relationships"], "use": "general", "weekly": "42.91",
    "payee_close_family_same_household": False, "necessary_override": False,
}  # fmt: skip


def plan(use: str = "general", **changed: Json) -> dict[str, Json]:
    """The worked plan, met except for what is changed."""
    facts: dict[str, Json] = json.loads((EXAMPLES / "plan-check.json").read_text(encoding="utf-8"))
    assert isinstance(facts["lines"], list)
    facts["lines"] = [facts["lines"][0], {**EVENING, "id": "l2", "use": use}]
    return facts | {"met_otherwise": ["community"]} | changed


def sets(decision: str, facts: dict[str, Json], on: date = ON) -> list[dict[str, Json]]:
    turning = LIBRARY.why_not(decision, pack="england", on=on, facts=facts)
    return [{change.fact: change.becomes for change in changes} for changes in turning.sets]


def test_items_come_to_a_list_and_go_from_it() -> None:
    """What is lacking is added, a hint word written, a need dropped, support made free or not."""
    assert sets("plan-check", plan(lacking=["advice"])) == [{"lacking": []}]
    assert sets("plan-check", plan(lacking=["a", "b", "c"])) == [{"lacking": []}]
    met = sets("plan-check", plan())
    assert {"lacking": ["another item"]} in met
    assert {"lines.l1.text": ["alcohol"]} in met
    dropped = sets("plan-check", plan(use="gambling", met_otherwise=[]))
    assert {"eligible_needs": ["nutrition", "relationships"], "lines.l2.use": "general"} in dropped
    contribution: dict[str, Json] = json.loads((EXAMPLES / "contribution.json").read_text(encoding="utf-8"))
    assert sets("contribution", contribution, date(2025, 6, 1)) == [
        {"assessment": "refused"},
        {"services.care.kind": "aid"},
        {"services.rail.kind": "adaptation", "services.rail.one_off_cost": "1000.01"},
    ]


def test_the_nearest_number_is_told() -> None:
    """One point above the table, one penny above the limit, and the very penny that is short."""
    assert sets("indicative-budget", {"points": 90}) == [{"points": 101}]
    authority: dict[str, Json] = json.loads((EXAMPLES / "authority.json").read_text(encoding="utf-8"))
    found = sets("authority", authority)
    assert {"annual_cost": "5200.01"} in found
    assert {"role": "another role"} in found
    assert {"personal_budget": "82.91"} in sets("plan-check", plan(personal_budget="40.00"))


def test_a_role_that_would_do_is_named() -> None:
    """A role out of the council's own scheme."""
    authority: dict[str, Json] = json.loads((EXAMPLES / "authority.json").read_text(encoding="utf-8"))
    (change,) = sets("authority", authority | {"role": "volunteer"})
    assert change["role"] in LIBRARY.pack("england").parameters["authority.limits"].on(ON).value  # type: ignore[operator]


def test_what_does_not_apply_is_shown_as_not_applicable() -> None:
    """Nobody said that the person can care for children without help: there are none."""
    facts: dict[str, Json] = json.loads((EXAMPLES / "eligibility.json").read_text(encoding="utf-8"))
    assert isinstance(facts["outcomes"], dict)
    facts["outcomes"] = facts["outcomes"] | {"hygiene": {**NOTHING}, "child_caring": "not_applicable"}
    turning = LIBRARY.why_not("eligibility", pack="england", on=ON, facts=facts)
    was = {change.was for changes in turning.sets for change in changes if "child_caring" in change.fact}
    assert was == {"not_applicable"}


NOTHING = dict.fromkeys(("cannot_unaided", "pain_distress_anxiety", "endangers", "takes_longer"), False)


def test_a_trial_leaves_the_facts_alone() -> None:
    """Trying things out does not change what is then decided."""
    case = CASES["plan-check", "A gambling line and an unmet need"]
    before = LIBRARY.decide("plan-check", pack="england", on=case.on, facts=case.given)
    turning("plan-check", "A gambling line and an unmet need")
    assert LIBRARY.decide("plan-check", pack="england", on=case.on, facts=case.given) == before


def test_settling_a_verdict_leaves_its_findings_alone() -> None:
    """What is derived while an unknown fact is tried does not show in the findings."""
    case = CASES["plan-check", "What a line is for is open"]
    decision = LIBRARY.decide("plan-check", pack="england", on=case.on, facts=case.given)
    named = [finding.facts for finding in decision.findings if finding.rule == "MEET-2/P7"]
    assert named == [{"lines.l1.named": 1}, {"lines.l2.named": 1}]


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
