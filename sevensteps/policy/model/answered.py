"""A questionnaire with the answers given so far: what is asked now, what is still open, and what is not applicable."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from sevensteps.errors import Fault, Violation
from sevensteps.policy.model.conditions import Condition
from sevensteps.policy.model.declared_facts import Values
from sevensteps.policy.model.facts import NONE, Value
from sevensteps.policy.model.predicates import Truth, predicate_of
from sevensteps.policy.model.question import Answerer, Question, QuestionType
from sevensteps.policy.model.questionnaire import Questionnaire
from sevensteps.policy.model.verdict import Json

Answers = Mapping[str, Json]
"""Answers by the id of their question: true or false, an option, a list of options, a number, pounds as text, an amount
with its frequency, a day as text, or text. None is no answer."""


class Standing(StrEnum):
    """How a question stands with the answers given so far.

    A question is waiting while what it depends on is not answered. An answer to one that is not applicable is kept, and
    counts again when the question applies again.
    """

    ANSWERED = "answered"
    OPEN = "open"
    WAITING = "waiting"
    NOT_APPLICABLE = "not_applicable"

    @property
    def asked(self) -> bool:
        """Whether the question is asked now."""
        return self in (Standing.ANSWERED, Standing.OPEN)


@dataclass(frozen=True, slots=True)
class Answered:
    """A questionnaire, the answers to it, and the standing of each question by its id, in the order of asking."""

    questionnaire: Questionnaire
    answers: Answers
    standings: Mapping[str, Standing]

    @classmethod
    def of(cls, questionnaire: Questionnaire, answers: Answers) -> Self:
        """How every question stands. An answer to a question that is not there is left out of account.

        Raises:
            Fault: INVALID, ANSWER_INVALID: an answer is not of its question's type; `refused_answers` tells all such.
        """
        values: Values = {}
        standings: dict[str, Standing] = {}
        for question in questionnaire.questions:
            given = answers.get(question.id)
            applies = True if question.when is None else applies_when(question.when, values)
            standings[question.id] = _standing(applies, given)
            values.update(values_in_conditions(question, applies, question.typed(given) if given is not None else None))
        return cls(questionnaire, answers, standings)

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions that are asked now, answered or not."""
        return tuple(question for question in self.questionnaire.questions if self.standings[question.id].asked)

    @property
    def not_applicable(self) -> tuple[str, ...]:
        """The questions that have an answer, which does not count now because they are not asked."""
        return tuple(
            id_ for id_, standing in self.standings.items() if not standing.asked and self.answers.get(id_) is not None
        )

    def unanswered(self, by: Answerer | None = None) -> tuple[Question, ...]:
        """The questions that are asked, have no answer and may not be left out; by one who answers, or by anybody.

        A question that is waiting is not among them: it follows once an earlier one is answered.
        """
        return tuple(
            question
            for question in self.questionnaire.questions
            if self.standings[question.id] is Standing.OPEN
            and not question.may_be_left_out
            and (by is None or by in question.answered_by)
        )

    def counted(self, question: Question) -> Json:
        """The answer to a question as it counts now; None where there is none, or the question is not asked."""
        return self.answers[question.id] if self.standings[question.id] is Standing.ANSWERED else None


def applies_when(condition: Condition, values: Values) -> Truth:
    """Whether a question applies: None while an answer on which that depends is not given."""
    return predicate_of(condition)(values, {})


def values_in_conditions(question: Question, applies: Truth, value: Value | None) -> Iterator[tuple[str, Value | None]]:
    """What conditions see of a question: its value, and for one with several answers a yes or no for each option.

    Of a question that does not apply they see that it has none; of one that waits or is open, that it is not known.
    """
    seen: Value | None = value if applies else None if applies is None else NONE
    yield question.id, seen
    if question.type is QuestionType.SOME_OF:
        for option in question.options:
            yield f"{question.id}.{option.id}", option.id in seen if isinstance(seen, tuple) else seen


def _standing(applies: Truth, given: Json) -> Standing:
    if applies is None:
        return Standing.WAITING
    if not applies:
        return Standing.NOT_APPLICABLE
    return Standing.OPEN if given is None else Standing.ANSWERED


def refused_answers(
    questionnaire: Questionnaire, given: Answers, kept: Answers, by: Collection[Answerer]
) -> tuple[Violation, ...]:
    """What is wrong with answers that somebody gives beside those kept from before; empty where nothing is.

    The field of each begins with the id of its question. An answer is refused that is of another type, that answers a
    question which is not there or not asked with these answers, or whose question none of those `by` whom it is given
    may answer. None takes an answer back.
    """
    violations = [*_of_another_type(questionnaire, given), *_by_others(questionnaire, given, by)]
    wrong = {violation.field.partition(".")[0].partition("[")[0] for violation in violations}
    right = {id_: answer for id_, answer in given.items() if id_ not in wrong}
    standings = Answered.of(questionnaire, {**kept, **right}).standings
    for id_, answer in right.items():
        if answer is not None and not standings[id_].asked:
            violations.append(Violation(id_, "is not asked, by the answers to the questions before it"))
    return tuple(violations)


def _of_another_type(questionnaire: Questionnaire, given: Answers) -> Iterator[Violation]:
    questions = {question.id: question for question in questionnaire.questions}
    for id_, answer in given.items():
        if id_ not in questions:
            yield Violation(id_, f"is no question of the questionnaire {questionnaire.name}")
        elif answer is not None:
            try:
                questions[id_].typed(answer)
            except Fault as fault:
                yield from fault.violations


def _by_others(questionnaire: Questionnaire, given: Answers, by: Collection[Answerer]) -> Iterator[Violation]:
    for question in questionnaire.questions:
        if question.id in given and question.answered_by.isdisjoint(by):
            yield Violation(question.id, f"may be answered by: {', '.join(sorted(question.answered_by))}")
