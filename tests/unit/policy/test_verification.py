"""A stored receipt against the same decision made again: what has to be the same, and how a difference is told."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from sevensteps.policy import Library
from sevensteps.policy.model.verdict import Json

ON = date(2026, 4, 1)
RULES = """
decision: help
title: Whether somebody qualifies for help
from: 2020-01-01
reference: An Act
facts:
  hours: {type: whole number, question: "How many hours?"}
  alone: {type: boolean, question: "Does the person live alone?"}
  visits:
    listed as: records
    each:
      long: {type: boolean, question: "Is it a long visit?"}
rules:
  - rule: VISIT
    advisory: true
    for each: visits
    when: long
    because: "Visit {item} is a long one."
    reference: An Act, s.2
  - rule: HOURS
    when: {any: [{hours: {at least: 8}}, alone]}
    because: "Help is for those who need eight hours, or live alone; here it is {hours}."
    reference: An Act, s.1
values:
  hours: {fact: hours}
"""
PATHS: Mapping[str, tuple[str | int, ...]] = {
    "sentence": ("findings", 2, "because"),
    "sentence of an item": ("findings", 0, "because"),
    "verdict": ("verdict",),
    "verdict of a finding": ("findings", 2, "verdict"),
    "item": ("findings", 1, "about"),
    "rule": ("findings", 2, "rule"),
    "law": ("findings", 2, "reference"),
    "fact of a finding": ("findings", 2, "facts", "hours"),
    "value": ("values", "hours"),
    "missing": ("missing",),
    "answer": ("answers", "durable_rules", "VISIT.monday"),
}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    (tmp_path / "small/rules").mkdir(parents=True)
    (tmp_path / "small/pack.yaml").write_text("pack: small\nformat: 2\ntitle: A small pack\n", encoding="utf-8")
    (tmp_path / "small/rules/help.yaml").write_text(RULES, encoding="utf-8")
    return Library(tmp_path)


def receipt(library: Library, **facts: Json) -> dict[str, Json]:
    """A receipt as it is stored: the decision on eight hours and two visits, or on other facts."""
    given = facts or {"hours": 8, "alone": False, "visits": [{"id": "monday", "long": True}, {"id": "friday"}]}
    decision = library.decide("help", pack="small", on=ON, facts=given)
    return cast("dict[str, Json]", json.loads(json.dumps(decision.receipt())))


def changed(stored: Mapping[str, Json], what: str, becomes: Json) -> dict[str, Json]:
    """The receipt with another entry in one place."""
    copy = deepcopy(dict(stored))
    *outer, last = PATHS[what]
    inside: Json = copy
    for step in outer:
        inside = inside[step]  # type: ignore[index]
    inside[last] = becomes  # type: ignore[index]
    return copy


@pytest.mark.parametrize("what", ["sentence", "sentence of an item"])
def test_a_receipt_whose_sentence_was_worded_differently_verifies(library: Library, what: str) -> None:
    """The engine may come to word a sentence in another way; the decision is still the same."""
    stored = changed(receipt(library), what, "Worded by an earlier release.")
    assert library.verify(stored) == ()


@pytest.mark.parametrize(
    ("what", "becomes", "told"),
    [
        ("verdict", "not_met", ["The verdict was not met, and is now met."]),
        ("verdict of a finding", "needs_judgement",
         ["The verdict of rule HOURS was needs judgement, and is now met."]),
        ("item", "sunday", ["The receipt has a finding of rule VISIT on sunday; now there is none.",
                            "The receipt has no finding of rule VISIT on friday; now there is one."]),
        ("rule", "OTHER", ["The receipt has a finding of rule OTHER; now there is none.",
                           "The receipt has no finding of rule HOURS; now there is one."]),
        ("law", "Another Act", ["The law of rule HOURS was Another Act, and is now An Act, s.1."]),
        ("fact of a finding", 9, ["In the finding of rule HOURS the fact hours was 9, and is now 8."]),
        ("value", 9, ["The value hours was 9, and is now 8."]),
        ("missing", ["hours"], ["The list of missing facts was hours, and is now empty."]),
        ("answer", False, ["The answer of durable_rules to VISIT.monday was no, and is now yes."]),
        ("answer", None, ["The answer of durable_rules to VISIT.monday was unknown, and is now yes."]),
    ],
)  # fmt: skip
def test_a_receipt_that_differs_is_told_in_a_plain_sentence(
    library: Library, what: str, becomes: Json, told: list[str]
) -> None:
    """Verdict, rule, item, law, facts, values, missing facts and each evaluator's answer have to be the same."""
    assert list(library.verify(changed(receipt(library), what, becomes))) == told


def test_what_is_only_on_one_side_is_told(library: Library) -> None:
    """A value, a fact of a finding or an answer too many, and one too few."""
    stored = receipt(library)
    assert library.verify({**stored, "values": {}}) == ("The value hours is not in the receipt.",)
    more = {**stored, "values": {"hours": 8, "days": 2}}
    assert library.verify(more) == ("The value days is in the receipt only.",)
    answers = cast("dict[str, Json]", stored["answers"])
    fewer = {**stored, "answers": {"plain": answers["plain"]}}
    told = [f"The answer of durable_rules to {rule} is not in the receipt." for rule in (
        "VISIT.monday", "VISIT.friday", "HOURS")]  # fmt: skip
    assert list(library.verify(fewer)) == told


def test_a_finding_that_is_not_there_any_more_or_twice_is_told(library: Library) -> None:
    """One that was taken out of the receipt, and one that was put in again."""
    stored = receipt(library)
    findings = cast("list[Json]", stored["findings"])
    assert library.verify({**stored, "findings": findings[:2]}) == (
        "The receipt has no finding of rule HOURS; now there is one.",
    )
    (told,) = library.verify({**stored, "findings": [*findings, findings[0]]})
    assert told == "The receipt has a finding without a rule, or two findings of one rule on one item."


@pytest.mark.parametrize("key", ["verdict", "values", "findings", "missing", "answers"])
def test_a_receipt_that_lacks_a_part_differs(library: Library, key: str) -> None:
    """Whether it is gone, or something else is in its place."""
    stored = receipt(library)
    told = f"The receipt lacks its {key}, or has something else in that place."
    assert library.verify({name: value for name, value in stored.items() if name != key}) == (told,)
    assert library.verify({**stored, key: 7}) == (told,)


def test_an_open_decision_verifies_with_what_was_missing(library: Library) -> None:
    """Unknown facts and an unknown list are the same again."""
    stored = receipt(library, alone=False)
    assert stored["missing"] == ["hours"]
    assert library.verify(stored) == ()
    told = library.verify({**stored, "missing": []})
    assert told == ("The list of missing facts was empty, and is now hours.",)
