"""A decision is told in the words of its question, facts by their short names; a pack may do without either."""

from pathlib import Path

import pytest

from sevensteps.config import POLICIES
from sevensteps.policy.authoring.check import check
from sevensteps.policy.model.values_in_words import value_in_words
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.packs.answer_words import AnswerWords, read_answer_words
from sevensteps.policy.packs.pack import read_pack

RULES = "small/rules/help.yaml"
ANSWERS = """answers:
  met: gets help
  not_met: gets no help
  not_enough_information: not yet known
"""
PARTS = "  parts:\n    enough: {met: enough, not_met: too little, not_enough_information: who knows}\n"


def _with(packs: Path, answers: str, rule: str = "") -> list[str]:
    """The problems of the small pack with these answers, and these keys in its rule."""
    path = packs / RULES
    text = path.read_text(encoding="utf-8").replace("facts:\n", f"{answers}facts:\n")
    path.write_text(text.replace("    because:", f"{rule}    because:"), encoding="utf-8")
    return [f"{problem.where}: {problem.expected}" for problem in check(packs, "small")]


def test_a_pack_without_words_is_told_plainly(packs: Path) -> None:
    """As packs were before there were words: verdicts and facts by their own names."""
    words = read_answer_words(packs, "small", "help")
    assert words.answer(Verdict.NOT_MET) == "not met"
    assert words.answer(Verdict.NOT_ENOUGH_INFORMATION, "meets_needs") == "meets needs not enough information"
    assert words.fact("hours") == "hours"


def test_a_decision_is_told_in_its_own_words(packs: Path) -> None:
    """The whole, and each part by itself; what is not worded is told plainly."""
    assert _with(packs, ANSWERS + PARTS, "    part: enough\n") == []
    words = read_answer_words(packs, "small", "help")
    assert words.answer(Verdict.NOT_MET) == "gets no help"
    assert words.answer(Verdict.NOT_MET, "enough") == "too little"
    assert words.answer(Verdict.NEEDS_JUDGEMENT) == "needs judgement"


def test_an_overlay_is_told_in_the_words_of_the_pack_that_it_extends() -> None:
    """A council's pack sets parameters only; a pack or decision that is not there has no words."""
    assert read_answer_words(POLICIES, "example-council", "advocacy").answer("not_met") == (
        "no duty to arrange an advocate"
    )
    assert read_answer_words(POLICIES, "nowhere", "advocacy") == AnswerWords()
    assert read_answer_words(POLICIES, "england", "nonsense") == AnswerWords()


@pytest.mark.parametrize(
    ("answers", "rule", "problem"),
    [
        (ANSWERS, "    part: enough\n", "answers: parts: words for the part enough, which rules have"),
        (ANSWERS + PARTS, "", "enough: a part that rules have; no rule has this one"),
        (ANSWERS, "    if not: needs_judgement\n", "answers: words for needs_judgement, because a rule can leave it"),
        (
            ANSWERS + PARTS,
            "    part: enough\n    if not: needs_judgement\n",
            "enough: words for needs_judgement, because a rule can leave it",
        ),
        ("answers: {met: gets help}\n", "", "'not_met' is a required property"),
        ("answers: {met: gets help, perhaps: who knows}\n", "", "'perhaps' was unexpected"),
    ],
)
def test_words_that_are_missing_or_of_no_use_are_found(packs: Path, answers: str, rule: str, problem: str) -> None:
    """Whoever writes words writes them for every part, and for every verdict that there can be."""
    assert any(problem in found for found in _with(packs, answers, rule)), check(packs, "small")


def test_facts_are_told_by_their_short_names_after_the_item_that_they_are_about() -> None:
    """A path in code, such as outcomes.home_safe.cannot_unaided, is nothing to read."""
    words = read_answer_words(POLICIES, "england", "eligibility")
    assert words.fact("outcomes.home_safe.cannot_unaided") == "home safe, cannot do it unaided"
    assert words.fact("outcomes") == "outcomes"
    assert words.fact("impairment") == "impairment or illness"
    assert words.fact("some.new_fact") == "some.new fact"
    of_carers = read_answer_words(POLICIES, "england", "carer-duty")
    assert of_carers.fact("eligible_needs.recreation.item") == "eligible needs"


def test_values_are_told_as_people_write_them() -> None:
    """Pounds with £ and commas, dates written out, yes and no; also of a value that a row takes from an amount."""
    checks = read_answer_words(POLICIES, "england", "plan-check")
    assert checks.value("personal_budget", "1352.00") == "£1,352.00"
    assert checks.value("overspent", "-50648.00") == "-£50,648.00"
    assert checks.value("lines.l1.weekly", None) == "not known"
    assert read_answer_words(POLICIES, "england", "indicative-budget").value("weekly", "26.00") == "£26.00"
    assert read_answer_words(POLICIES, "england", "contribution").value("weekly_charge", "1026.00") == "£1,026.00"
    values: list[Json] = ["2026-06-02", True, [], ["home_safe", "toilet"], 20260602]
    told = [value_in_words(value) for value in values]
    assert told == ["2 June 2026", "yes", "none", "home safe, toilet", "20260602"]


def test_every_decision_and_fact_of_the_national_pack_has_its_words() -> None:
    """Nobody reads "met" of a duty, or the name of a fact in code."""
    decisions = read_pack(POLICIES, "england").decisions
    assert [name for name, section in decisions.items() if "answers" not in section] == []
    for name, section in decisions.items():
        declared = dict(section.named("facts")) | dict(section.named("derived"))
        inner = {f"{path}.{fact}": body for path, of in declared.items() for fact, body in of.named("each")}
        without = [path for path, body in (declared | inner).items() if "short name" not in body]
        assert without == [], f"{name}: {without}"
