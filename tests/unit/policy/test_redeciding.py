"""Stored decisions made again by a candidate pack: nobody is forgotten or counted twice, and each turn is explained."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy import Library
from sevensteps.policy.authoring import redeciding as module
from sevensteps.policy.authoring.redeciding import Candidate, ChangedDecision, Part, redecide, redecide_part
from sevensteps.policy.model.verdict import Json

ON = date(2026, 4, 1)


@pytest.fixture
def candidate(packs: Path) -> Candidate:
    """The small pack, in which help begins at nine hours instead of eight."""
    shutil.copytree(packs / "small", packs / "drafts/small")
    limits = packs / "drafts/small/parameters/limits.yaml"
    limits.write_text(limits.read_text(encoding="utf-8").replace("value: 8", "value: 9"), encoding="utf-8")
    return Candidate(packs / "drafts", "small", packs, "small")


def stored(packs: Path, facts: Iterable[dict[str, Json]], decision: str = "help", **changed: Json) -> Path:
    """A file of receipts of the small pack, a case each."""
    library, file = Library(packs), packs / "receipts.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for number, given in enumerate(facts):
            receipt = library.decide(decision, pack="small", on=ON, facts=given).receipt() | changed
            lines.write(json.dumps({"case_id": f"case-{number}", "receipt_id": "receipt", "receipt": receipt}) + "\n")
    return file


def told(parts: Iterable[Part]) -> tuple[int, list[ChangedDecision]]:
    """How many decisions were made again, and those that changed."""
    found = list(parts)
    return sum(part.decided for part in found), [turned for part in found for turned in part.changed]


def test_who_would_change_is_listed_with_the_rule_that_turned(packs: Path, candidate: Candidate) -> None:
    """Of seven, eight and nine hours only eight changes; unknown stays unknown."""
    known: list[dict[str, Json]] = [{"hours": hours, "alone": False} for hours in (7, 8, 9)]
    file = stored(packs, [*known, {"hours": 8}, {"alone": True}])
    decided, turned = told(redecide(file, candidate))
    assert decided == 5
    first, second = turned
    assert (first.case_id, first.decision, first.was, first.becomes) == ("case-1", "help", "met", "not_met")
    assert first.because == ("HOURS: was met, is not met. Help is for those who need 8 hours, or live alone.",)
    assert (second.case_id, second.becomes) == ("case-3", "not_enough_information")


def test_the_same_law_changes_nobody(packs: Path, candidate: Candidate) -> None:
    """Made again by the pack that decided, every decision is the same, open verdicts too."""
    file = stored(packs, [{"hours": 8, "alone": False}, {"hours": 8}, {}])
    assert told(redecide(file, replace(candidate, root=packs))) == (3, [])


def test_on_another_day_the_law_of_that_day_decides(packs: Path, candidate: Candidate) -> None:
    """With a day given, each decision is made as on that day; where the law has no value on it, each one says so."""
    file = stored(packs, [{"hours": 8, "alone": False}])
    now = replace(candidate, root=packs)
    _, (turned,) = told([redecide_part(file, replace(now, on=date(2025, 4, 1)), 0)])
    assert turned.becomes == "not_met"
    _, (turned,) = told([redecide_part(file, replace(now, on=date(2031, 1, 1)), 0)])
    assert turned.becomes == "not_in_force"
    assert "2031-01-01" in turned.because[0]


def test_other_packs_decisions_are_left_out(packs: Path, candidate: Candidate) -> None:
    """A candidate says nothing about decisions of a pack that it does not replace."""
    file = stored(packs, [{"hours": 8, "alone": False}], pack="another")
    part = redecide_part(file, candidate, 0)
    assert (part.decided, part.others, part.changed) == (0, 1, ())


@pytest.mark.parametrize("size", [1, 97, 1000, 4096])
def test_every_line_belongs_to_one_part(
    packs: Path, candidate: Candidate, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Wherever the parts begin and end, each receipt is looked at once, and the parts make up the file."""
    file = stored(packs, [{"hours": 8, "alone": False} for _ in range(9)])
    monkeypatch.setattr(module, "PART", size)
    parts = [redecide_part(file, candidate, start) for start in range(0, file.stat().st_size, size)]
    decided, turned = told(parts)
    assert decided == 9
    assert [each.case_id for each in turned] == [f"case-{number}" for number in range(9)]
    assert sum(part.size for part in parts) == file.stat().st_size


def test_all_processors_take_part_and_keep_the_order(packs: Path, candidate: Candidate) -> None:
    """A file of several parts comes back in its order."""
    file = stored(packs, [{"hours": 8, "alone": False}])
    line = file.read_text(encoding="utf-8")
    number = 3 * module.PART // len(line)
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(line.replace("case-0", f"case-{each}") for each in range(number))
    decided, turned = told(redecide(file, candidate))
    assert decided == number
    assert [each.case_id for each in turned] == [f"case-{each}" for each in range(number)]


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "{}",
        '{"case_id": "c", "receipt_id": "r", "receipt": []}',
        (
            '{"receipt": {"pack": "small", "decision": "help", "on": "2026-04-01", "verdict": "met", "values": {},'
            ' "findings": [], "facts": []}, "case_id": "c", "receipt_id": "r"}'
        ),
    ],
)
def test_what_is_no_receipt_is_shown(packs: Path, candidate: Candidate, line: str) -> None:
    """A file of anything else is refused with the line, never counted as no change."""
    file = packs / "other.jsonl"
    file.write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="expected a receipt on each line of JSON") as refused:
        redecide_part(file, candidate, 0)
    assert line[:80] in str(refused.value)


def test_a_rule_that_spoke_only_once_is_said_to_have_been_silent(packs: Path, candidate: Candidate) -> None:
    """A rule that no longer applies, and a new one that is not met."""
    rules = packs / "drafts/small/rules/help.yaml"
    new = "  - {rule: FORTY, when: {hours: {at least: 40}}, because: Forty hours., reference: An Act}\n"
    text = rules.read_text(encoding="utf-8").replace("    when:", "    applies when: {hours: {at least: 9}}\n    when:")
    rules.write_text(text + new, encoding="utf-8")
    _, (turned,) = told([redecide_part(stored(packs, [{"hours": 8, "alone": False}]), candidate, 0)])
    assert turned.because == ("HOURS: was met, is silent.", "FORTY: was silent, is not met. Forty hours.")


def test_a_value_that_differs_is_said_and_no_other(packs: Path, candidate: Candidate) -> None:
    """The verdict stays, one value stays, and one is gone."""
    rules = packs / "small/rules/help.yaml"
    rules.write_text(f"{rules.read_text(encoding='utf-8')}values:\n  said: {{fact: hours}}\n", encoding="utf-8")
    file = stored(packs, [{"hours": 9, "alone": False}], values={"said": 9, "weekly": "1.00"})
    _, (turned,) = told([redecide_part(file, replace(candidate, root=packs), 0)])
    assert (turned.was, turned.becomes) == ("met", "met")
    assert turned.because == ("weekly: was 1.00, is nothing",)


HINTED = """
decision: hinted
title: Whether a text asks for a second look
from: 2020-01-01
reference: An Act
facts:
  lines:
    listed as: records
    each:
      text: {type: narrative, hints: $hints, question: "What is it for?"}
  outcomes:
    items: [nutrition]
    each:
      story: {type: narrative, hints: $hints, question: "How is it?"}
  talk.note: {type: narrative, hints: $hints, question: "What else?"}
derived:
  lines.found: {type: whole number, calculate: count, of: text}
  outcomes.found: {type: whole number, calculate: count, of: story}
  noted: {type: whole number, calculate: count, of: talk.note}
rules:
  - {rule: LINE, for each: lines, when: {found: 0}, if not: needs_judgement, because: "Found: {text}.", reference: Act}
  - {rule: OUTCOME, for each: outcomes, when: {found: 0}, because: "Found: {story}.", reference: An Act}
  - {rule: NOTE, when: {noted: 0}, because: "Found: {noted}.", reference: An Act}
"""
HINTS = """
parameters:
  hints:
    title: Words that ask for a second look
    type: words
    set by: council
    values:
      - {from: 2020-01-01, value: [beer, wine], reference: A list}
"""


@pytest.mark.parametrize(
    ("words", "turned", "new"),
    [
        ("[wine]", ["case-0"], set()),
        ("[wine, beer, cider]", [], {"cider"}),
        ("[cider]", ["case-0", "case-1"], {"cider"}),
    ],
)
def test_hint_words_that_are_looked_for_no_more_are_dropped(
    packs: Path, candidate: Candidate, words: str, turned: list[str], new: set[str]
) -> None:
    """A word that is no longer a hint has no effect; a new one cannot be looked for."""
    for folder, text in (("small", HINTS), ("drafts/small", HINTS.replace("[beer, wine]", words))):
        (packs / folder / "rules/hinted.yaml").write_text(HINTED, encoding="utf-8")
        (packs / folder / "parameters/hints.yaml").write_text(text, encoding="utf-8")
    first: dict[str, Json] = {"lines": [{"id": "l1", "text": "A beer"}], "talk": {"note": "None"}}
    second: dict[str, Json] = {"lines": [], "talk": {"note": "Beer, again"}}
    first["outcomes"], second["outcomes"] = {"nutrition": {"story": "Well"}}, {"nutrition": {"story": "Wine"}}
    file = stored(packs, [first, second], "hinted")
    (part,) = redecide(file, candidate)
    assert [each.case_id for each in part.changed] == turned
    assert {each.becomes for each in part.changed} <= {"met"}
    assert part.new_hints == new
    assert [each.because for each in part.changed[:1]] == [
        ("LINE l1: was needs judgement, is met. Found: none.",) for _ in part.changed[:1]
    ]
