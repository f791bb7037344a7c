"""A rule has a sentence for each direction, so that what is printed of it is true whether it is met or not."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy import Library
from sevensteps.policy.authoring.check import check
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.authoring.rule_table import rule_table
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.pack import read_pack

ON = date(2026, 4, 1)
MET = '    because: "Help is for those who need {hours} hours, or live alone."\n'
TOO_FEW = '"{hours} hours are too few for somebody who does not live alone."'
NOT = f"    because not: {TOO_FEW}\n"


def in_both(packs: Path, rules: str = MET + NOT, *, head: str = "format: 3") -> Path:
    """The small pack in a format, with these sentences of its rule."""
    for name, old, new in (("pack.yaml", "format: 2", head), ("rules/help.yaml", MET, rules)):
        path = packs / "small" / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return packs


def told(packs: Path) -> list[str]:
    return [str(problem) for problem in check(packs, "small")]


def said(packs: Path, pack: str = "small", decision: str = "help", **facts: Json) -> list[str]:
    return [found.because for found in Library(packs).decide(decision, pack=pack, on=ON, facts=facts).findings]


def test_a_rule_that_is_not_met_says_so(packs: Path) -> None:
    """With one sentence where it is met, another where it is not, and neither as a fact where that is not known."""
    in_both(packs)
    assert told(packs) == []
    assert said(packs, hours=8, alone=False) == ["Help is for those who need 8 hours, or live alone."]
    assert said(packs, hours=7, alone=False) == ["7 hours are too few for somebody who does not live alone."]
    assert said(packs, alone=False) == ["Not yet known: Help is for those who need not known hours, or live alone."]


def test_of_a_limit_that_is_passed_is_not_said_that_it_is_kept() -> None:
    """The plan costs more than the role may sign, and the sentence says that."""
    root = Path(__file__).parents[3] / "policies"
    facts: dict[str, Json] = {"role": "service_manager", "annual_cost": "60000.00"}
    over = [each for each in said(root, "england", "authority", **facts) if "60,000.00" in each]
    assert len(over) == 1
    assert "is above the role's limit" in over[0]
    assert "within" not in over[0]


def test_of_an_open_row_and_of_an_unknown_list_nothing_is_said_as_a_fact() -> None:
    """A line may or may not be for gambling; and nobody knows of which lines a rule speaks."""
    root = Path(__file__).parents[3] / "policies"
    gambling = "Not yet known: Line l1 is for gambling."
    assert gambling in said(root, "england", "plan-check", lines=[{"id": "l1"}])
    nobody = said(root, "england", "plan-check", lines=None)
    assert "Not yet known: nobody has said which lines there are." in nobody
    assert not [sentence for sentence in nobody if "{" in sentence]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (MET, "small/rules/help.yaml:11: HOURS: because not: the sentence for when the rule is not met"),
        (
            MET + MET.replace("because", "because not"),
            "small/rules/help.yaml:11: HOURS: because not: another sentence than because",
        ),
        (
            MET + NOT.replace("{hours}", "{days}"),
            "small/rules/help.yaml:11: HOURS: because not: declared facts in braces; days is not one",
        ),
    ],
)
def test_a_sentence_that_is_missing_or_wrong_is_found(packs: Path, rules: str, problem: str) -> None:
    """In a pack of the newest format, with file, line and rule."""
    assert problem in told(in_both(packs, rules))


def test_a_rule_that_is_never_not_met_needs_one_sentence(packs: Path) -> None:
    """The other would never be printed."""
    in_both(packs, MET)
    path = packs / "small/rules/help.yaml"
    always = "{any: [{hours: {at least: $help.hours}}, alone, {not: alone}, {hours: {less than: $help.hours}}]}"
    text = path.read_text(encoding="utf-8").replace("{any: [{hours: {at least: $help.hours}}, alone]}", always)
    path.write_text(text, encoding="utf-8")
    assert not [problem for problem in told(packs) if "because not" in problem]


def test_a_pack_of_an_earlier_format_has_one_sentence(packs: Path) -> None:
    """As it always did: packs of before the second sentence go on deciding, in the words that they have."""
    assert told(packs) == []
    assert said(packs, hours=7, alone=False) == ["Help is for those who need 7 hours, or live alone."]
    assert said(packs, alone=False) == ["Help is for those who need not known hours, or live alone."]


def test_both_sentences_are_listed_and_compared(packs: Path) -> None:
    """In the table of rules, and in what changed between two packs."""
    old = read_pack(packs, "small")
    new = read_pack(in_both(packs), "small")
    assert differences(old, new) == [f"help, rule HOURS, because not is new: {TOO_FEW}"]
    row = (
        "| HOURS | Help is for those who need {hours} hours, or live alone. "
        "| {hours} hours are too few for somebody who does not live alone. | An Act, s.1 | yes |"
    )
    assert row in rule_table(new).splitlines()
