"""What a questionnaire is refused for when it is read: every place, by its own line."""

from pathlib import Path

import pytest

from sevensteps.errors import Fault
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.packs.questionnaire_reader import read_questionnaire
from unit.policy.questionnaires import HEAD, QUESTIONS, questionnaire, write

FIRST = HEAD.count("\n") + 1
"""The line on which the questions of a text that begins with a line break have their line 0."""


def refused(packs: Path, questions: str) -> list[str]:
    with pytest.raises(PackRefusedError) as error:
        questionnaire(packs, questions)
    place = "small/questionnaires/needs.yaml:"
    return [str(problem).removeprefix(place) for problem in error.value.problems]


def test_38_conditions_that_lead_nowhere_are_told_one_by_one(packs: Path) -> None:
    """A council once shipped such a form, in which 38 questions depended on questions that were not there."""
    one = "\n      - {{question: q{0}, type: text, asks: Why?, when: gone_{0}}}"
    problems = refused(packs, "".join(one.format(number) for number in range(38)))
    assert problems == [
        f"{FIRST + 1 + number}: q{number}: when: a question that is asked before; there is no gone_{number}"
        for number in range(38)
    ]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("alon", "a question that is asked before; there is no alon; did you mean alone?"),
        ("{later: true}", "a question that is asked before; later comes later"),
        ("{all: [alone, {not: later}]}", "a question that is asked before; later comes later"),
        ("again", "a question that is asked before; again is this one itself"),
        ("aids.wings", "a question that is asked before; there is no aids.wings; did you mean aids.stick?"),
        ("{every: alone}", "all, any, not, at least … of, or a question; every is for rules"),
    ],
)
def test_a_condition_names_what_is_asked_before(packs: Path, when: str, expected: str) -> None:
    """Not what comes later, itself, an option that is not there, or a word of rules."""
    questions = f"""
      - {{question: alone, type: yes_no, asks: Alone?}}
      - {{question: aids, type: some_of, asks: What?, options: {{stick: A stick, chair: A chair}}}}
      - question: again
        type: yes_no
        asks: Again?
        when: {when}
      - {{question: later, type: yes_no, asks: Later?}}"""
    assert refused(packs, questions)[0].partition(" ")[2] == f"again: when: {expected}"


BAD = {
    "type: number, when: {alone: 3}": "for alone: true or false",
    "type: number, when: {alone: $x}": "when: a boolean; a questionnaire has no parameter x",
    "type: one_of": "options: at least two options",
    "type: text, points: 3": "points: only in a question of type yes_no",
    "type: number, longest: 3": "longest: only in a question of type text",
    "type: money, lowest: 3": 'lowest: pounds and pence as text, such as "82.91"',
    "type: yes_no, speaks to: {fact: x, yes where: [maybe]}": (
        "speaks to: answers to the question: no, yes; maybe is not one"
    ),
    "type: one_of, options: {a: A, b: B}, informal help with: work": "informal help with: the id of a section",
    "type: text, helps: Yes": "Additional properties are not allowed ('helps' was unexpected); did you mean help?",
}
"""Questions after the word `days`, and what is told of each."""


@pytest.mark.parametrize("question", BAD)
def test_a_question_that_cannot_be_asked_as_it_is_written(packs: Path, question: str) -> None:
    """Each is told with its line and its id."""
    questions = f"""
      - {{question: alone, type: yes_no, asks: Alone?}}
      - {{question: days, asks: How?, {question}}}"""
    assert f"{FIRST + 2}: days: {BAD[question]}" in refused(packs, questions)


def test_the_same_id_twice_and_a_word_that_is_no_id(packs: Path) -> None:
    """The second one is told, with the line of the first."""
    twice = "\n      - {question: days, type: text, asks: How?}" * 2
    assert refused(packs, twice) == [f"{FIRST + 2}: days: an id that no other question has; line {FIRST + 1} has it"]
    word = "\n      - {question: Days, type: text, asks: How?}"
    expected = "an id of small letters, digits and _, such as eating_alone"
    assert refused(packs, word) == [f"{FIRST + 1}: Days: question: {expected}"]


def test_a_questionnaire_is_named_like_its_file(packs: Path) -> None:
    """And one that the pack has not is told by name."""
    write(packs, QUESTIONS, HEAD.replace("questionnaire: needs", "questionnaire: wants"))
    pack = read_pack(packs, "small")
    with pytest.raises(PackRefusedError, match="the file's own name, needs"):
        read_questionnaire(pack, "needs")
    with pytest.raises(Fault, match="pack small has no questionnaire wants; it has needs"):
        read_questionnaire(pack, "wants")
