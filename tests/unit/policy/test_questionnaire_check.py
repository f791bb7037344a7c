"""What `policy check` finds in a questionnaire that can be read: it would leave somebody stuck, or decide wrongly."""

from pathlib import Path

import pytest

from sevensteps.policy.authoring.check import check
from unit.policy.questionnaires import HEAD, QUESTIONS, write

FIRST = HEAD.count("\n") + 1
TABLE = """
  help.amounts:
    title: What points come to
    type: points to pounds
    unit: pounds a week
    set by: council
    values:
      - from: 2020-01-01
        value: [{points: 0, pounds: "0.00"}, {points: 7, pounds: "70.00"}]
        reference: A decision of 2019
"""
RULES = """decision: help
title: Whether somebody qualifies for help
from: 2020-01-01
until: 2029-12-31
reference: An Act
facts:
  hours: {type: whole number, unit: hours a week, question: "How many hours?"}
  alone: {type: boolean, question: "Does the person live alone?"}
  kind: {type: choice, options: [full, part], question: "Which kind?"}
  outcomes:
    items: [eating, child]
    may be not applicable: [child]
    each:
      unaided: {type: boolean, question: "Is help needed?"}
rules:
  - {rule: EATING, for each: outcomes, advisory: true, when: unaided, because: So., reference: An Act}
  - rule: HOURS
    when: {any: [{hours: {at least: $help.hours}}, alone, {kind: full}, {some: EATING}]}
    because: Something.
    reference: An Act, s.1
"""


def with_a_table(packs: Path) -> None:
    """The small pack turns points into pounds, up to seven points."""
    limits = packs / "small/parameters/limits.yaml"
    limits.write_text(limits.read_text().replace(TABLE, "") + TABLE)


def found(packs: Path, questions: str, head: str = HEAD) -> list[str]:
    """What is told of the questionnaire, without its path; the rest of the small pack may have gaps of its own."""
    write(packs, questions, head)
    with_a_table(packs)
    place = "small/questionnaires/needs.yaml:"
    return [str(each).removeprefix(place) for each in check(packs, "small") if each.file + ":" == place]


def facts(packs: Path, speaks: str, question: str = "type: yes_no") -> list[str]:
    """What is told of a question that speaks so, in a pack that has outcomes."""
    (packs / "small/rules/help.yaml").write_text(RULES)
    return found(packs, f"\n      - {{question: it, asks: How is it?, {question}, speaks to: {speaks}}}")


def test_a_good_questionnaire_has_no_problem(packs: Path) -> None:
    """Its points are in the table, all its questions can be asked and answered, and its sentences are plain."""
    assert found(packs, QUESTIONS) == []


@pytest.mark.parametrize(
    "when",
    [
        "{all: [alone, {not: alone}]}",
        "{all: [{days: {more than: 7}}]}",
        "{all: [{alone: true}, with_whom: given]}",
        "{all: [aids.none, aids.stick]}",
        "{any: [{all: [aids.none, aids.stick]}, {days: {less than: 0}}]}",
    ],
)
def test_a_question_that_nobody_is_ever_asked(packs: Path, when: str) -> None:
    """By a contradiction, a number out of bounds, a question hidden then, or options that exclude each other."""
    questions = f"""
      - {{question: alone, type: yes_no, asks: Alone?}}
      - {{question: with_whom, type: text, asks: With whom?, when: {{alone: false}}}}
      - {{question: days, type: number, asks: How many?, highest: 7}}
      - {{question: aids, type: some_of, asks: What?, options: {{stick: A stick, none: {{says: No, alone: true}}}}}}
      - question: never
        type: text
        asks: Why?
        when: {when.replace("with_whom: given", "{with_whom: given}")}
"""
    expected = "when: to be reachable; no answers to the questions before it do that"
    assert found(packs, questions) == [f"{FIRST + 5}: never: {expected}"]


def test_a_question_that_nobody_can_answer_is_never_finished(packs: Path) -> None:
    """There is no number from 9 to 7, and nobody from finance takes part in a self-assessment."""
    questions = """
      - {question: days, type: number, asks: How many?, lowest: 9, highest: 7}
      - {question: money, type: money, asks: How much?, answered by: [finance]}
      - {question: more, type: text, asks: What else?, answered by: [finance], may be left out: true}
"""
    who = "one of helper, person, practitioner"
    assert found(packs, questions) == [
        f"{FIRST + 1}: days: some answer; there is none from lowest to highest",
        f"{FIRST + 2}: money: answered by: {who}, who answer a self_assessment; else it is never finished",
    ]


def test_points_that_the_table_does_not_turn_into_pounds(packs: Path) -> None:
    """Of one answer, or of those that can be given together: two questions that exclude each other count once."""
    one = "\n      - {question: one, type: yes_no, asks: One?, points: 8}"
    assert found(packs, one) == [f"{FIRST + 1}: one: 7 points at most, with which help.amounts ends"]
    together = """
      - {question: one, type: yes_no, asks: One?, points: 4}
      - {question: two, type: yes_no, asks: Two?, points: 4, when: %s}
"""
    assert found(packs, together % "{one: false}") == []
    total = "points: 7 points at most, with which help.amounts ends; the answers can come to 8"
    assert found(packs, together % "one") == [f"1: {total}"]


@pytest.mark.parametrize(
    ("speaks", "expected"),
    [
        ("{decision: halp, fact: alone}", "a decision of the pack; halp is not one; did you mean help?"),
        ("{fact: alne}", "a fact of the decision help; alne is not one; did you mean alone?"),
        ("{outcome: eeting, limb: unaided}", "an outcome; eeting is not one; did you mean eating?"),
        ("{outcome: eating, limb: unaidd}", "a limb of eating; unaidd is not one; did you mean unaided?"),
        (
            "{outcome: eating, not applicable where: [no]}",
            "one of unaided of eating, or not applicable where it may be",
        ),
        ("{fact: hours}", "a question whose answer is a whole number, as hours is; a yes_no is none"),
    ],
)
def test_an_answer_that_speaks_to_nothing(packs: Path, speaks: str, expected: str) -> None:
    """To a decision, fact, outcome or limb that is not there, or to a fact of another type."""
    assert facts(packs, speaks) == [f"{FIRST + 1}: it: speaks to: {expected}"]


def test_options_are_those_of_the_fact(packs: Path) -> None:
    """But for one that says that nobody knows."""
    options = "type: one_of, options: {full: All, half: Half, unsure: {says: No idea, unknown: true}}"
    expected = "options of kind, full, part; half is not one"
    assert facts(packs, "{fact: kind}", options) == [f"{FIRST + 1}: it: speaks to: {expected}"]


def test_two_questions_for_one_fact(packs: Path) -> None:
    """Unless they add up, nobody could say which of them counts."""
    days = """
      - {question: one, type: number, asks: How many?, speaks to: {fact: hours}}
      - {question: two, type: number, asks: How many?, speaks to: {fact: hours}}
"""
    expected = "adds: true in both, or one question for hours; one speaks to it as well"
    assert found(packs, days) == [f"{FIRST + 2}: two: speaks to: {expected}"]


def test_a_sentence_that_is_hard_to_read(packs: Path) -> None:
    """By the line on which it stands: of a question, its help, or an option."""
    questions = """
      - question: hard
        type: one_of
        asks: Do you experience significant difficulties regarding personal hygiene activities?
        help: Short.
        options:
          yes: Notwithstanding the availability of considerable informal assistance
          no: "No"
"""
    assert [each.partition(": reading grade 8 at most")[0] for each in found(packs, questions)] == [
        f"{FIRST + 3}: hard: asks",
        f"{FIRST + 6}: hard: yes",
    ]


def test_what_cannot_be_read_is_told_beside_the_rest(packs: Path) -> None:
    """And a file that would not be read because of its name."""
    questions = "\n      - {question: one, type: text, asks: Why?, when: gone}\n"
    assert found(packs, questions) == [f"{FIRST + 1}: one: when: a question that is asked before; there is no gone"]
    (packs / "small/questionnaires/more.yml").write_text("questionnaire: more")
    assert any(each.file.endswith("more.yml") for each in check(packs, "small"))


def test_an_overlay_whose_table_is_too_short_for_the_points_below_is_told(packs: Path) -> None:
    """The text below is right by its own table; it is the council's that ends too early."""
    write(packs, QUESTIONS)
    with_a_table(packs)
    own = packs / "own"
    (own / "parameters").mkdir(parents=True)
    (own / "pack.yaml").write_text("pack: own\nformat: 3\ntitle: A council\nextends: small\n")
    short = TABLE.replace("points: 7", "points: 6").replace("2020-01-01", "2026-01-01")
    (own / "parameters/own.yaml").write_text(f"parameters:\n{short}")
    told = [str(each) for each in check(packs, "own") if "points" in each.where]
    where = "own/pack.yaml:1: small/questionnaires/needs.yaml:1: points"
    assert told == [f"{where}: 6 points at most, with which help.amounts ends; the answers can come to 7"]
