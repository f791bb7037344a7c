"""Packs of every format stay readable, with the hash and the decisions that they had; a later format is refused."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sevensteps.errors import Fault
from sevensteps.policy import Library, Verdict
from sevensteps.policy.authoring.check import check
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.formats import NEWEST
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError

ON = date(2026, 4, 1)
RULES = "older/rules/help.yaml"
FORMAT_1 = {
    "older/pack.yaml": "pack: older\ntitle: A pack as the first release wrote it\n",
    "older/parameters/limits.yaml": """parameters:
  help.hours:
    title: From how many hours of help on somebody qualifies
    type: whole number
    unit: hours a week
    set by: council
    values:
      - {from: 2020-01-01, value: 10, reference: A decision of 2019}
      - {from: 2026-01-01, value: 8, reference: A decision of 2025}
""",
    RULES: """decision: help
title: Whether somebody qualifies for help
from: 2020-01-01
reference: An Act
facts:
  alone: {type: boolean, question: "Does the person live alone?"}
  visits:
    listed as: records
    each:
      hours: {type: whole number, unit: hours a week, question: "How long is the visit?"}
worked out:
  hours: {type: whole number, unit: hours a week, calculate: total, of: visits.hours}
rules:
  - rule: VISIT
    advisory: true
    for each: visits
    when: {hours: {at least: 1}}
    because: "Visit {item} takes an hour or more."
    reference: An Act, s.2
  - rule: HOURS
    when: {any: [{hours: {at least: $help.hours}}, alone]}
    because: "Help is for those who need {hours} hours, or live alone."
    reference: An Act, s.1
values:
  hours: {fact: hours}
""",
}
HASH = "7de8674f3f7673fb5230d1aedc3a3f29a3faa45876273de2c0fd122d623e903a"
"""The hash that the first release gave this pack."""

RECEIPT = """{"decision": "help", "pack": "older", "hash":
"7de8674f3f7673fb5230d1aedc3a3f29a3faa45876273de2c0fd122d623e903a", "on": "2026-04-01",
"facts": {"alone": false, "visits": [{"id": "monday", "hours": 3}, {"id": "friday", "hours": 5}]},
"verdict": "met", "findings": [
{"rule": "VISIT", "verdict": "met", "because": "Visit monday takes an hour or more.", "reference": "An Act, s.2",
"about": "monday", "facts": {"visits.monday.hours": 3}},
{"rule": "VISIT", "verdict": "met", "because": "Visit friday takes an hour or more.", "reference": "An Act, s.2",
"about": "friday", "facts": {"visits.friday.hours": 5}},
{"rule": "HOURS", "verdict": "met", "because": "Help is for those who need 8 hours, or live alone.",
"reference": "An Act, s.1", "about": "", "facts": {"alone": false, "hours": 8}}],
"missing": [], "values": {"hours": 8},
"answers": {"plain": {"VISIT.monday": true, "VISIT.friday": true, "HOURS": true},
"durable_rules": {"VISIT.monday": true, "VISIT.friday": true, "HOURS": true}},
"engines": {"plain": "1", "durable_rules": "2.0.28"}}"""
"""A receipt by this pack as the first release stored it."""

OPEN_RECEIPT = """{"decision": "help", "pack": "older", "hash":
"7de8674f3f7673fb5230d1aedc3a3f29a3faa45876273de2c0fd122d623e903a", "on": "2026-04-01",
"facts": {"alone": false, "visits": [{"id": "monday"}]}, "verdict": "not_enough_information", "findings": [
{"rule": "VISIT", "verdict": "not_enough_information", "because": "Visit monday takes an hour or more.",
"reference": "An Act, s.2", "about": "monday", "facts": {"visits.monday.hours": null}},
{"rule": "HOURS", "verdict": "not_enough_information", "because":
"Help is for those who need not known hours, or live alone.", "reference": "An Act, s.1", "about": "",
"facts": {"alone": false, "hours": null}}], "missing": ["visits.monday.hours"], "values": {},
"answers": {"plain": {"VISIT.monday": null, "HOURS": null}, "durable_rules": {"VISIT.monday": null, "HOURS": null}},
"engines": {"plain": "1", "durable_rules": "2.0.28"}}"""


def written(root: Path, *, head: str = "", old: str = "", new: str = "") -> Path:
    """A folder with the pack of format 1, with more in its pack.yaml, and a text of its rules replaced."""
    for name, text in FORMAT_1.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace(old, new) if old and name == RULES else text, encoding="utf-8")
    with (root / "older/pack.yaml").open("a", encoding="utf-8") as pack:
        pack.write(head)
    return root


def in_format_2(root: Path) -> Path:
    return written(root, head="format: 2\n", old="worked out:", new="derived:")


def told(problems: list[object]) -> list[str]:
    return [str(problem) for problem in problems]


def test_a_pack_that_was_archived_in_format_1_keeps_its_hash_and_decides() -> None:
    """From the text of its files alone, as a service stores it."""
    library = Library(Path("nowhere"))
    library.add_version("older", HASH, FORMAT_1)
    facts: dict[str, Json] = {"alone": False, "visits": [{"id": "monday", "hours": 7}]}
    decision = library.decide("help", pack="older", on=ON, facts=facts, version=HASH)
    assert (decision.verdict, decision.values, decision.hash) == (Verdict.NOT_MET, {"hours": 7}, HASH)
    assert dict(library.version(HASH).files) == FORMAT_1


@pytest.mark.parametrize("stored", [RECEIPT, OPEN_RECEIPT])
def test_a_receipt_by_a_pack_of_format_1_verifies(stored: str) -> None:
    """One that the first release made comes out the same, whether the verdict is certain or open."""
    library = Library(Path("nowhere"))
    library.add_version("older", HASH, FORMAT_1)
    assert library.verify(json.loads(stored)) == ()


def test_both_formats_say_the_same(tmp_path: Path) -> None:
    """Between a pack and the same in the newest format nothing differs but the text and its hash."""
    first, second = read_pack(written(tmp_path / "1"), "older"), read_pack(in_format_2(tmp_path / "2"), "older")
    assert first.hash == HASH != second.hash
    assert differences(first, second) == []
    assert list(first.decisions["help"]) == list(second.decisions["help"])


@pytest.mark.parametrize(("base", "overlay"), [("", "format: 2\n"), ("format: 2\n", "")])
def test_a_pack_may_extend_one_of_another_format(tmp_path: Path, base: str, overlay: str) -> None:
    """Each is read in its own."""
    root = in_format_2(tmp_path) if base else written(tmp_path)
    own = FORMAT_1["older/parameters/limits.yaml"].replace("value: 8", "value: 5").replace("10", "9")
    (root / "council/parameters").mkdir(parents=True)
    (root / "council/pack.yaml").write_text(f"pack: council\ntitle: A council\nextends: older\n{overlay}")
    (root / "council/parameters/own.yaml").write_text(own)
    facts: dict[str, Json] = {"alone": False, "visits": [{"id": "monday", "hours": 5}]}
    assert Library(root).decide("help", pack="council", on=ON, facts=facts).verdict is Verdict.MET


def test_a_later_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Before anything else of the pack is looked at, for a later format may write it in any other way."""
    root = written(tmp_path, head=f"format: {NEWEST + 1}\nlaw: of tomorrow\n")
    expected = f"older/pack.yaml:3: format: {NEWEST} at most; this suite reads no later format, so upgrade it"
    with pytest.raises(PackRefusedError) as refused:
        read_pack(root, "older")
    assert str(refused.value) == f"{expected} to read this pack"
    assert told([*check(root, "older")]) == [f"{expected} to read this pack"]


@pytest.mark.parametrize("number", ["two", "0", "-1", "true", "'2'", "2.0"])
def test_a_format_is_a_number(tmp_path: Path, number: str) -> None:
    """From 1 on; anything else is told with the line."""
    problems = told([*check(written(tmp_path, head=f"format: {number}\n"), "older")])
    assert problems == [f"older/pack.yaml:3: format: the number of a format, such as {NEWEST}"]


def changed_keys() -> Iterator[tuple[str, str, str, str]]:
    yield "format: 2\n", "", "", "worked out: derived, as it is called since format 2"
    former = "worked out, as it is called in format 1; or format: 2 in pack.yaml"
    yield "", "worked out:", "derived:", f"derived: {former}"
    yield "format: 1\n", "worked out:", "derived:", f"derived: {former}"


@pytest.mark.parametrize(("head", "old", "new", "expected"), list(changed_keys()))
def test_a_key_of_another_format_is_told_with_what_to_write(
    tmp_path: Path, head: str, old: str, new: str, expected: str
) -> None:
    """With its line: an old key in a new format, and a new key in an old one."""
    problems = told([*check(written(tmp_path, head=head, old=old, new=new), "older")])
    assert f"{RULES}:11: {expected}" in problems


@pytest.mark.parametrize("head", ["", "format: 2\n"])
def test_a_problem_of_a_derived_fact_has_its_own_line_in_every_format(tmp_path: Path, head: str) -> None:
    """As its author wrote the file, whatever was done to bring it to the newest format."""
    root = written(tmp_path, head=head, old="calculate: total", new="calculate: guess")
    if head:
        rules = root / RULES
        rules.write_text(rules.read_text(encoding="utf-8").replace("worked out:", "derived:"), encoding="utf-8")
    assert any(problem.startswith(f"{RULES}:12: hours: calculate: one of") for problem in told([*check(root, "older")]))


def test_files_that_are_not_those_of_the_version_are_refused_in_any_format() -> None:
    """The hash is that of the text, so a pack that was rewritten in another format is another version."""
    rewritten = {name: text.replace("worked out:", "derived:") for name, text in FORMAT_1.items()}
    rewritten["older/pack.yaml"] += "format: 2\n"
    with pytest.raises(Fault, match="are not that version"):
        Library(Path("nowhere")).add_version("older", HASH, rewritten)
