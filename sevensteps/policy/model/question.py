"""One question of a questionnaire: what it asks, who may answer it, and how an answer is typed or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from sevensteps.characters import is_blank
from sevensteps.errors import Fault, Kind, Violation
from sevensteps.money import TIMES_A_WEEK, Frequency, weekly_of
from sevensteps.policy.model.conditions import Condition
from sevensteps.policy.model.facts import Fact, Value
from sevensteps.policy.model.verdict import Json

LONGEST_TEXT = 5_000
"""How many characters an answer in somebody's own words has at most, unless its question says otherwise."""
FREQUENCIES = tuple(str(frequency) for frequency in TIMES_A_WEEK)
"""How often an amount may come where the question asks for it; what comes once is in no week."""


class QuestionType(StrEnum):
    """What an answer is: a yes or no, options, a number, an amount in pounds, a day, or somebody's own words."""

    YES_NO = "yes_no"
    ONE_OF = "one_of"
    SOME_OF = "some_of"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    TEXT = "text"


FACT_TYPES: Mapping[QuestionType, str] = {
    QuestionType.YES_NO: "boolean",
    QuestionType.ONE_OF: "choice",
    QuestionType.SOME_OF: "words",
    QuestionType.NUMBER: "whole number",
    QuestionType.MONEY: "money",
    QuestionType.DAY: "date",
    QuestionType.TEXT: "narrative",
}
"""What a condition, or a decision, sees of each."""


class Answerer(StrEnum):
    """Who may answer a question."""

    PERSON = "person"
    HELPER = "helper"
    CARER = "carer"
    PRACTITIONER = "practitioner"
    FINANCE = "finance"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer out of several.

    `unknown` says that nobody knows, so a fact stays unknown; `alone` goes with no other option. `share` is how much of
    the points of a section is met by help that family and friends are willing to go on giving, per cent.
    """

    id: str
    says: str
    points: int = 0
    unknown: bool = False
    alone: bool = False
    share: int = 0


@dataclass(frozen=True, slots=True)
class SpeaksTo:
    """The fact of a decision that an answer says something about; `fact` is its path, such as born.

    A yes-or-no fact is yes where the answer is one of `yes_where`, no where it is one of `no_where`; about a fact that
    may be not applicable, the answer says so by `not_applicable_where`. An amount that `adds` is one of several.
    """

    decision: str
    fact: str
    yes_where: tuple[str, ...] = ()
    no_where: tuple[str, ...] = ()
    not_applicable_where: tuple[str, ...] = ()
    adds: bool = False
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)  # without slots, so that what follows from it is made once
class Question:
    """One question. `lowest` and `highest` are whole numbers, or pence; `longest` is in characters.

    With `asks_how_often` an amount of money comes with its frequency. `points` are for a yes. `informal_for` is the
    section of which an answer says how much of it family and friends do.
    """

    id: str
    section: str
    type: QuestionType
    asks: str
    help: str = ""
    unit: str = ""
    options: tuple[Option, ...] = ()
    answered_by: frozenset[Answerer] = frozenset(Answerer)
    when: Condition | None = None
    speaks_to: tuple[SpeaksTo, ...] = ()
    may_be_left_out: bool = False
    points: int = 0
    lowest: int | None = None
    highest: int | None = None
    longest: int = LONGEST_TEXT
    asks_how_often: bool = False
    informal_for: str = ""
    line: int = field(default=0, compare=False)

    @cached_property
    def fact(self) -> Fact:
        """The answer as a fact that conditions test; of an amount with its frequency, the amount a week."""
        options = tuple(option.id for option in self.options)
        return Fact(
            self.id, FACT_TYPES[self.type], self.asks, self.unit, options, lowest=self.lowest, highest=self.highest
        )

    def chosen(self, given: Json) -> tuple[Option, ...]:
        """The options that an answer names, in the order of the question."""
        named = given if isinstance(given, list) else [given]
        return tuple(option for option in self.options if option.id in named)

    def typed(self, given: Json) -> Value:
        """An answer as its value in conditions: an amount in pence, one with its frequency in pence a week.

        Raises:
            Fault: INVALID, FACT_INVALID: it is not of the question's type; with its path, which begins with the
                question's id, and what was expected.
        """
        match self.type:
            case QuestionType.TEXT:
                return self._own_words(given)
            case QuestionType.SOME_OF:
                return self._several(given)
            case QuestionType.MONEY if self.asks_how_often:
                return self._a_week(given)
            case _:
                return self._value(self.fact, given)

    def _own_words(self, given: Json) -> Value:
        if not isinstance(given, str) or is_blank(given) or "\0" in given or len(given) > self.longest:
            raise _refusal(self.id, f"must be text of at most {self.longest} characters")
        return given

    def _several(self, given: Json) -> Value:
        if not isinstance(given, Sequence) or isinstance(given, str):
            raise _refusal(self.id, "must be a list of options")
        names = [option.id for option in self.options]
        for position, option in enumerate(given):
            if option not in names:
                raise _refusal(f"{self.id}[{position}]", f"must be one of {', '.join(names)}")
            if option in given[:position]:
                raise _refusal(f"{self.id}[{position}]", "must not be in the list twice")
        if len(given) > 1 and (alone := next((option.id for option in self.chosen(list(given)) if option.alone), "")):
            raise _refusal(self.id, f"must have no other option beside {alone}")
        return tuple(str(option) for option in given)

    def _a_week(self, given: Json) -> Value:
        if not isinstance(given, Mapping) or set(given) != {"amount", "frequency"}:
            raise _refusal(self.id, "must be an amount and a frequency")
        if given["frequency"] not in FREQUENCIES:
            raise _refusal(f"{self.id}.frequency", f"must be one of {', '.join(FREQUENCIES)}")
        self._value(self.fact, given["amount"], "amount")
        weekly = weekly_of(Decimal(str(given["amount"])), Frequency(str(given["frequency"])))
        return int(weekly.scaleb(2))

    def _value(self, fact: Fact, given: Json, *inner: str) -> Value:
        path = ".".join((self.id, *inner))
        try:
            value = fact.typed(given, path)
        except Fault as fault:
            raise _refusal(path, f"must be {fact.expected}") from fault
        if value is None:
            raise _refusal(path, f"must be {fact.expected}")
        return value


def _refusal(path: str, expected: str) -> Fault:
    """The error for an answer that is not of its question's type: never with the answer, which may be anything."""
    return Fault(Kind.INVALID, "ANSWER_INVALID", f"answer {path}: {expected}", violations=[Violation(path, expected)])
