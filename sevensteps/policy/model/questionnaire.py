"""A questionnaire: sections of questions in plain words, whose answers are facts of decisions."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import chain

from sevensteps.policy.model.question import Question


class Purpose(StrEnum):
    """What a questionnaire is for."""

    SELF_ASSESSMENT = "self_assessment"
    CARERS_ASSESSMENT = "carers_assessment"
    COUNCIL_LED = "council_led"
    LIGHT_TOUCH = "light_touch"
    FINANCES = "finances"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class QuestionnaireSection:
    """Questions that belong together, under a title and an explanation."""

    id: str
    title: str
    help: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)  # without slots, so that its questions are put together once
class Questionnaire:
    """One questionnaire of a pack.

    `decision` is the one to which its answers speak unless they name another. `owner` is who answers for the text in
    the council, and `reviewed_on` the day on which they last read it. `unverified` marks text that rests on general
    knowledge.
    """

    name: str
    title: str
    purpose: Purpose
    decision: str
    owner: str
    reviewed_on: date
    reference: str
    introduction: str
    sections: tuple[QuestionnaireSection, ...]
    unverified: bool = False
    file: str = ""

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in the order in which it is asked."""
        return tuple(chain.from_iterable(section.questions for section in self.sections))

    def question(self, id_: str) -> Question | None:
        """The question of this id; None where there is none."""
        return next((question for question in self.questions if question.id == id_), None)

    @property
    def decisions(self) -> tuple[str, ...]:
        """The decisions to which an answer may speak, each once."""
        named = (speaks.decision for question in self.questions for speaks in question.speaks_to)
        return tuple(dict.fromkeys((self.decision, *named)) if self.decision else dict.fromkeys(named))
