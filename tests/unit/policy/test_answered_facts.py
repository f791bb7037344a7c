"""What answers say about the facts of a decision, and what they do not say."""

from pathlib import Path

import pytest

from sevensteps.policy.model.answered import Answered, Answers
from sevensteps.policy.model.answered_facts import answers_behind, facts_of
from sevensteps.policy.model.verdict import Json
from unit.policy.questionnaires import questionnaire

OUTCOME = """
      - {question: child, type: yes_no, asks: A child?, speaks to: {outcome: child, not applicable where: [no]}}
      - question: easy
        type: yes_no
        asks: Easy?
        when: child
        speaks to: {outcome: child, limb: [a, b], no where: [yes]}
      - {question: help, type: yes_no, asks: Help?, when: {easy: false}, speaks to: {outcome: child, limb: a}}
      - {question: fear, type: yes_no, asks: Fear?, when: {easy: false}, speaks to: {outcome: child, limb: b}}
      - question: how
        type: one_of
        asks: How?
        options: {well: Well, badly: Badly, so_so: Middling, unsure: {says: No idea, unknown: true}}
        speaks to: {fact: hurts, yes where: [badly], no where: [well]}
"""

MONEY = """
      - {question: gets, type: some_of, asks: What?, options: {pip: PIP, rent: Rent, none: {says: None, alone: true}}}
      - question: pip
        type: money
        asks: How much?
        how often: asked
        when: gets.pip
        speaks to: {fact: pay, adds: true}
      - question: rent
        type: money
        asks: How much?
        how often: asked
        when: gets.rent
        speaks to: {fact: pay, adds: true}
      - {question: saved, type: money, asks: How much?, speaks to: {fact: saved}}
      - {question: born, type: day, asks: When?, speaks to: {fact: born}}
      - question: kind
        type: one_of
        asks: Which?
        options: {full: All, unsure: {says: No, unknown: true}}
        speaks to: {fact: kind}
      - {question: sons, type: number, asks: Sons?, speaks to: {fact: children, adds: true}}
      - {question: daughters, type: number, asks: Daughters?, speaks to: {fact: children, adds: true}}
      - question: uses
        type: some_of
        asks: What?
        options: {stick: A stick, chair: A chair, lift: A lift}
        speaks to: [{fact: moves_hard, yes where: [chair, lift]}, {fact: aids}]
"""


@pytest.mark.parametrize(
    ("answers", "facts"),
    [
        ({}, {}),
        ({"child": True}, {}),
        ({"child": True, "easy": True}, {"outcomes": {"child": {"a": False, "b": False}}}),
        ({"child": True, "easy": False}, {}),
        ({"child": True, "easy": False, "help": True}, {"outcomes": {"child": {"a": True}}}),
        ({"child": True, "easy": False, "fear": False}, {"outcomes": {"child": {"b": False}}}),
        ({"child": False, "easy": False, "help": True}, {"outcomes": {"child": "not_applicable"}}),
        ({"how": "badly"}, {"hurts": True}),
        ({"how": "well"}, {"hurts": False}),
        ({"how": "so_so"}, {}),
        ({"how": "unsure"}, {}),
    ],
)
def test_unanswered_and_unsure_are_unknown_and_never_no(packs: Path, answers: Answers, facts: dict[str, Json]) -> None:
    """A limb is no only where an answer that counts says no."""
    assert facts_of(Answered.of(questionnaire(packs, OUTCOME), answers), "help") == facts


@pytest.mark.parametrize(
    ("answers", "facts"),
    [
        ({"gets": ["none"]}, {"pay": "0.00"}),
        ({"gets": ["pip", "rent"], "pip": {"amount": "10.00", "frequency": "weekly"}}, {}),
        (
            {
                "gets": ["pip", "rent"],
                "pip": {"amount": "10.00", "frequency": "fortnightly"},
                "rent": {"amount": "433.33", "frequency": "monthly"},
            },
            {"pay": "105.00"},
        ),
        ({"saved": "12.50", "born": "1980-02-29"}, {"saved": "12.50", "born": "1980-02-29"}),
        ({"kind": "full"}, {"kind": "full"}),
        ({"kind": "unsure"}, {}),
        ({"sons": 1}, {}),
        ({"sons": 1, "daughters": 2}, {"children": 3}),
        ({"uses": ["stick"]}, {"moves_hard": False, "aids": ["stick"]}),
        ({"uses": ["stick", "lift"]}, {"moves_hard": True, "aids": ["stick", "lift"]}),
    ],
)
def test_an_amount_of_several_questions_is_known_once_all_of_them_are(
    packs: Path, answers: Answers, facts: dict[str, Json]
) -> None:
    """They are added up exactly, and rounded once; 5.00 and 99.999… a week are 105.00."""
    assert facts_of(Answered.of(questionnaire(packs, MONEY), answers), "help") == facts


def test_whose_answers_are_behind_a_fact(packs: Path) -> None:
    """Only those that count now."""
    answered = Answered.of(questionnaire(packs, OUTCOME), {"child": True, "easy": True, "help": True})
    assert answers_behind(answered, "help", "outcomes.child.a") == ("easy",)
    assert answers_behind(answered, "help", "outcomes.child.z") == ()
