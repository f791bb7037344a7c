"""The ways through a questionnaire, against going through every set of answers."""

import random
from datetime import date
from itertools import product

import pytest

from sevensteps.policy.authoring.questionnaire_ways import Ways
from sevensteps.policy.model.answered import Answered, Answers
from sevensteps.policy.model.answered_points import points_of
from sevensteps.policy.model.conditions import All, Any, Condition, Is, Not
from sevensteps.policy.model.question import Option, Question, QuestionType
from sevensteps.policy.model.questionnaire import Purpose, Questionnaire, QuestionnaireSection
from sevensteps.policy.model.verdict import Json

SEEDS = range(60)
OPTIONS = (Option("a", "A", points=1), Option("b", "B", points=3), Option("none", "None", alone=True))
ANSWERS: dict[QuestionType, tuple[Json, ...]] = {
    QuestionType.YES_NO: (True, False),
    QuestionType.ONE_OF: ("a", "b", "none"),
    QuestionType.SOME_OF: ([], ["a"], ["b"], ["a", "b"], ["none"]),
}


def drawn(seed: int) -> Questionnaire:
    """Five questions, of which each may depend on those before it."""
    chance = random.Random(seed)  # noqa: S311 - no secret, and the same every time
    tests: list[Condition] = []
    questions: list[Question] = []
    for number in range(5):
        type_ = chance.choice(tuple(ANSWERS))
        id_, options = f"q{number}", () if type_ is QuestionType.YES_NO else OPTIONS
        when = _condition(chance, tests) if tests and chance.random() < 0.8 else None
        points = chance.randrange(4) if type_ is QuestionType.YES_NO else 0
        questions.append(Question(id_, "home", type_, "?", options=options, when=when, points=points))
        match type_:
            case QuestionType.YES_NO:
                tests.append(Is(id_, (True,)))
            case QuestionType.ONE_OF:
                tests += [Is(id_, ("a",)), Is(id_, ("b", "none"))]
            case _:
                tests += [Is(f"{id_}.a", (True,)), Is(f"{id_}.none", (True,))]
    sections = (QuestionnaireSection("home", "Home", "", tuple(questions)),)
    return Questionnaire("needs", "T", Purpose.CONTACT, "", "O", date(2026, 11, 1), "R", "I", sections)


def _condition(chance: random.Random, tests: list[Condition]) -> Condition:
    some = tuple(chance.choice(tests) for _ in range(chance.randint(1, 3)))
    some = tuple(Not(test) if chance.random() < 0.4 else test for test in some)
    return All(some) if chance.random() < 0.7 else Any(some)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_can_be_asked_and_the_most_points_are_as_every_set_of_answers_shows(seed: int) -> None:
    """Every question that some answers lead to can be asked, no other can, and no answers give more points."""
    questionnaire = drawn(seed)
    asked: set[str] = set()
    most = 0
    for given in product(*(ANSWERS[question.type] for question in questionnaire.questions)):
        answers: Answers = {
            question.id: answer for question, answer in zip(questionnaire.questions, given, strict=True)
        }
        answered = Answered.of(questionnaire, answers)
        asked |= {question.id for question in answered.asked}
        most = max(most, points_of(answered).total)
    ways = Ways(questionnaire)
    assert {question.id for question in questionnaire.questions if ways.can_be_asked(question)} == asked
    assert ways.most_points() == most
