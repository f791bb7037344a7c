"""Derived facts that are a condition, an amount where something is so, or a matter of the day of the decision."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError

RULES = """
decision: help
title: How much somebody pays
from: 2020-01-01
reference: An Act
facts:
  couple: {type: boolean, question: "Q?"}
  own: {type: boolean, question: "Q?"}
  partner: {type: boolean, question: "Q?"}
  born: {type: date, question: "Q?"}
  cost: {type: money, question: "Q?"}
derived:
  either: {type: boolean, calculate: whether, when: {any: [own, {all: [couple, partner]}]}}
  birthday: {type: date, calculate: years later, day: born, years: 60}
  is_60: {type: boolean, calculate: is on or after, day: $on, other: birthday}
  paid: {type: money, calculate: amount where, of: cost, where: either}
tables:
  - table: PAYS
    hit: first
    reference: An Act
    rows:
      - {row: OLD, when: is_60, then: not_met, because: From 60 on nobody pays.}
      - {row: PAYS, when: {is_60: false}, values: {paid: {fact: paid}}, because: "They pay {paid}."}
"""
YOUNG = {"born": "1990-06-01"}


@pytest.fixture
def small(packs: Path) -> CompiledPack:
    """A pack with a decision that pays by a condition, until a day."""
    (packs / "small/rules/help.yaml").write_text(RULES, encoding="utf-8")
    return CompiledPack(read_pack(packs, "small"))


@pytest.mark.parametrize(
    ("facts", "paid", "missing"),
    [
        ({"own": True, "cost": "5.00"}, "5.00", ()),
        ({"own": False, "couple": True, "partner": True, "cost": "5.00"}, "5.00", ()),
        ({"own": False, "couple": False}, "0.00", ()),
        ({"cost": "0.00"}, "0.00", ()),
        ({"own": True}, None, ("cost",)),
        ({"own": False, "couple": True, "cost": "5.00"}, None, ("partner",)),
        ({"own": False, "partner": True, "cost": "5.00"}, None, ("couple",)),
        ({"couple": False}, None, ("cost", "own")),
    ],
)
def test_only_what_matters_is_asked_for(
    small: CompiledPack, facts: dict[str, Json], paid: str | None, missing: tuple[str, ...]
) -> None:
    """A condition is known as soon as what is known settles it, and nothing of an amount is asked that is not due."""
    decided = small.decide("help", date(2026, 1, 1), {**YOUNG, **facts})
    assert (decided.values.get("paid"), sorted(decided.missing)) == (paid, sorted(missing))


def test_the_day_of_the_decision_counts(small: CompiledPack) -> None:
    """On the birthday itself, and not on the day before, by one and the same pack; whatever day it is today."""
    facts: dict[str, Json] = {"born": "1966-06-01", "own": True, "cost": "5.00"}
    verdicts = [small.decide("help", date(2026, month, day), facts).verdict.value for month, day in ((5, 31), (6, 1))]
    assert verdicts == ["met", "not_met"]


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ("type: boolean, calculate: whether", "type: word, calculate: whether", "for whether: type: boolean and when"),
        ("calculate: whether, when", "calculate: whether, of: own, when", "for whether: type: boolean and when"),
        ("calculate: whether, when: {any: [own", "calculate: whether, when: {any: [mine", "a declared fact; mine"),
        ("{all: [couple, partner]}", "{some: ROW}", "the id of a rule that is evaluated for each item"),
    ],
)
def test_a_condition_is_one_of_declared_facts(packs: Path, was: str, becomes: str, expected: str) -> None:
    """It is a yes or no, from facts that stand above it, and from no rule: rules come after facts."""
    assert was in RULES
    (packs / "small/rules/help.yaml").write_text(RULES.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(PackRefusedError, match=expected):
        CompiledPack(read_pack(packs, "small")).check_readable()
