"""Example files are checked before anything is started."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.cli.story.examples import FOLDER, InvalidExamplesError, load
from sevensteps.cli.story.verbs import VERBS
from sevensteps.identity.actor import Role
from sevensteps.steps import Stage

TODAY = date(2026, 6, 1)

EXAMPLE = """\
title: A short one
about: Somebody asks for help.
people:
  amy: practitioner
  peter: [planner, approver]
story:
  - amy opens a case:
      kind: adult
      person_reference: EXAMPLE-1
  - amy proposes a determination:
      assessed_on: 3 days ago
      adult:
        impairment: yes
        outcomes:
          nutrition: {cannot_unaided: no}
    expect:
      verdict: not_met
      rules: {C2: not_met}
  - peter saves the plan:
      lines:
        - {line_id: l1, needs: [nutrition], use: gambling, weekly: 12.50}
      review_on: in 2 weeks
    expect: {refused: STAGE_ORDER}
expect:
  ending: ended
  stages: [money_found]
  says: {ending: not_eligible}
"""


def _file(folder: Path, text: str) -> Path:
    file = folder / "short.yaml"
    file.write_text(text)
    return file


def test_every_example_of_the_repository_can_be_read() -> None:
    """The files in examples/ have no mistakes, and each is about another kind of journey."""
    names = [example.name for example in load(sorted(FOLDER.glob("*.yaml")), TODAY)]
    assert names == [
        "attorney",
        "carer-and-cared-for",
        "carer",
        "changed-plan",
        "direct-payment",
        "disagreement",
        "information-only",
        "not-eligible",
        "personal-health-budget",
        "self-funder",
        "urgent",
    ]


def test_an_example_becomes_calls_with_their_fields(tmp_path: Path) -> None:
    """Verbs become calls, short names become enums of the wire contract, and dates are counted from today."""
    [example] = load([_file(tmp_path, EXAMPLE)], TODAY)
    opens, proposes, saves = example.story
    assert example.people == {"amy": {Role.PRACTITIONER}, "peter": {Role.PLANNER, Role.APPROVER}}
    assert opens.facts == {"kind": "CASE_KIND_ADULT", "person_reference": "EXAMPLE-1"}
    assert proposes.verb.rpc == "ProposeDetermination"
    assert proposes.facts == {
        "assessed_on": "2026-05-29",
        "adult": {"impairment": True, "outcomes": {"nutrition": {"cannot_unaided": False}}},
    }
    assert (proposes.expected.verdict, proposes.expected.rules) == ("not_met", {"C2": "not_met"})
    assert saves.facts["lines"] == [
        {"line_id": "l1", "needs": ["nutrition"], "use": "USE_GAMBLING", "weekly": "12.50"},
    ]
    assert saves.facts["review_on"] == "2026-06-15"
    assert (saves.who, saves.line, saves.expected.refused) == ("peter", 19, "STAGE_ORDER")
    assert example.expected.stages == (Stage.MONEY_FOUND,)
    assert example.expected.says == {"ending": "not_eligible"}


@pytest.mark.parametrize(
    ("right", "wrong", "line", "expected"),
    [
        ("title: A short one", "titel: A short one", 1, "one of title, about, people, story, expect"),
        ("title: A short one\n", "", 1, "expected title in an example"),
        ("amy: practitioner", "amy: doctor", 4, "a role: one of approver, assistant_team_manager"),
        ("amy: practitioner", "amy: practitioner\n  amy: planner", 5, "amy: this key is here twice"),
        ("- amy opens a case", "- ann opens a case", 7, "one of the people of this example (amy, peter), not ann"),
        ("opens a case", "gives advice", 8, "one of written_reasons, advice, how_to_ask_again"),
        ("amy proposes a determination", "amy propose a determination", 10, "did you mean `proposes a determination`?"),
        ("kind: adult", "kind: grown-up", 8, "kind: one of adult, carer, not grown-up"),
        ("kind: adult", "kind: [adult]", 8, "expected kind: one of adult, carer"),
        ("person_reference: EXAMPLE-1", "case_id: mine", 9, "one of kind, person_reference"),
        ("impairment: yes", "impairment: maybe", 13, "expected yes or no"),
        ("nutrition: {cannot_unaided: no}", "nutrition: {able: no}", 15, "one of cannot_unaided"),
        ("assessed_on: 3 days ago", "assessed_on: lately", 11, "a date: 2026-06-01, today, in 6 weeks, or 3 days ago"),
        ("assessed_on: 3 days ago", "assessed_on: in 99999999 weeks", 11, "in a year from 1 to 9999"),
        ("assessed_on: 3 days ago", f"assessed_on: in {'9' * 5000} days", 11, "in a year from 1 to 9999"),
        ("verdict: not_met", "verdict: no", 17, "a verdict: one of met, not_met, not_enough_information"),
        ("expect: {refused: STAGE_ORDER}", "expect: {verdict: met}", 23, "one of refused in what is expected"),
        ("lines:\n        -", "lines:\n         ", 21, "expected a list of lines"),
        ("use: gambling", "use: betting", 21, "use: one of general, gambling"),
        ("  ending: ended\n", "", 25, "expected ending in what is expected"),
        ("stages: [money_found]", "stages: [beginning]", 26, "a step: one of money_found, plan_made"),
        (
            "says: {ending: not_eligible}",
            "says: {rule: R1}",
            27,
            "ended_on, because in what case.ended.v1 says",
        ),
        ("people:", "people: {", 5, "expected YAML"),
    ],
)
def test_a_mistake_is_reported_with_file_line_and_what_was_expected(
    tmp_path: Path, right: str, wrong: str, line: int, expected: str
) -> None:
    """The author of the file finds the place, and knows what to write there."""
    assert EXAMPLE.count(right) >= 1
    file = _file(tmp_path, EXAMPLE.replace(right, wrong, 1))
    with pytest.raises(InvalidExamplesError) as refused:
        load([file], TODAY)
    assert str(refused.value).startswith(f"{file}:{line}: ")
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        ("- amy", "an example, written as `name: value`"),
        ("[" * 5000, "expected parts that are nested at most 50 deep"),
        (EXAMPLE.partition("story:")[0] + "story: []\nexpect: {ending: living, stages: []}\n", "opens a case"),
    ],
)
def test_a_file_without_a_story_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    """An example has a story, and it begins with somebody who opens a case."""
    with pytest.raises(InvalidExamplesError, match=expected):
        load([_file(tmp_path, text)], TODAY)


def test_a_missing_file_and_another_encoding_are_reported_like_any_other_mistake(tmp_path: Path) -> None:
    """Every file that is wrong is named, not only the first."""
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("title: a caf\xe9".encode("latin-1"))
    with pytest.raises(InvalidExamplesError) as refused:
        load([tmp_path / "missing.yaml", latin], TODAY)
    first, second = str(refused.value).splitlines()
    assert "missing.yaml:1: expected a file that can be read" in first
    assert "latin.yaml:1: expected YAML in UTF-8" in second


def test_the_readme_names_everything_that_people_can_do() -> None:
    """The author of an example finds every verb with its call there."""
    readme = (FOLDER / "README.md").read_text()
    assert [verb.words for verb in VERBS.values() if verb.words not in readme or f"`{verb.rpc}`" not in readme] == []


def test_an_example_may_have_several_cases(tmp_path: Path) -> None:
    """A step names the case in which it is done; without that it is the one that was opened first."""
    second = "  - amy opens a case:\n      kind: carer\n      linked_case_id: first\n    case: carer\n"
    [example] = load([_file(tmp_path, EXAMPLE.replace("  - amy proposes", f"{second}  - amy proposes", 1))], TODAY)
    assert [step.case for step in example.story] == ["first", "carer", "first", "first"]
    assert example.story[1].facts["linked_case_id"] == "first"


def test_a_step_in_a_case_that_nobody_has_opened_is_refused(tmp_path: Path) -> None:
    """With the line of the step."""
    wrong = EXAMPLE.replace(
        "  - peter saves the plan:", "  - amy ends the case:\n    case: carer\n  - peter saves the plan:"
    )
    with pytest.raises(InvalidExamplesError) as refused:
        load([_file(tmp_path, wrong)], TODAY)
    assert "a step that opens the case carer" in str(refused.value)
