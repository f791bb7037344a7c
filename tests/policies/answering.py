"""Answers to the questionnaires that come with the suite, drawn by chance or given one after the other."""

import random
from collections.abc import Callable

from sevensteps.config import POLICIES
from sevensteps.policy.model.answered import Answered
from sevensteps.policy.model.question import FREQUENCIES, Question, QuestionType
from sevensteps.policy.model.questionnaire import Questionnaire
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.questionnaire_reader import read_questionnaire

PACK = read_pack(POLICIES, "england")
QUESTIONNAIRES = {name: read_questionnaire(PACK, name) for name in PACK.questionnaires}


def drawn(questionnaire: Questionnaire, seed: int) -> dict[str, Json]:
    """Answers to some of the questions, also of those that are hidden then; the same ones for a seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret, and the same every time
    share = chance.choice((0.3, 0.7, 1.0))
    return {
        question.id: drawn_answer(question, chance) for question in questionnaire.questions if chance.random() < share
    }


def drawn_answer(question: Question, chance: random.Random) -> Json:
    """An answer of the question's type."""
    options = [option.id for option in question.options if not option.alone]
    amount = f"{chance.randrange(100_000)}.{chance.randrange(100):02}"
    match question.type:
        case QuestionType.YES_NO:
            return chance.random() < 0.5
        case QuestionType.ONE_OF:
            return chance.choice([option.id for option in question.options])
        case QuestionType.SOME_OF:
            alone = [[option.id] for option in question.options if option.alone]
            return list(chance.choice([chance.sample(options, chance.randrange(len(options))), *alone]))
        case QuestionType.NUMBER:
            return chance.randint(question.lowest or 0, question.highest or 99)
        case QuestionType.MONEY if question.asks_how_often:
            return {"amount": amount, "frequency": chance.choice(FREQUENCIES)}
        case QuestionType.MONEY:
            return amount
        case QuestionType.DAY:
            return f"{chance.randint(1930, 2007)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        case _:
            return "Some words."


def answered_in_turn(questionnaire: Questionnaire, answer: Callable[[Question], Json]) -> Answered:
    """The questionnaire with the answers of somebody who takes every question that is asked, one after the other."""
    answers: dict[str, Json] = {}
    for question in questionnaire.questions:
        if Answered.of(questionnaire, answers).standings[question.id].asked:
            answers[question.id] = answer(question)
    return Answered.of(questionnaire, answers)
