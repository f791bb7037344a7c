"""The ways through a questionnaire: whether a question can be asked at all, and what answers can come to.

Only the answers on which conditions depend are tried, each with one value for every way in which they tell it apart.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from sevensteps.errors import Fault
from sevensteps.policy.evaluation.partial_evaluation import trial_values
from sevensteps.policy.model.answered import applies_when, values_in_conditions
from sevensteps.policy.model.conditions import FactTest, fact_tests_in, facts_of
from sevensteps.policy.model.declared_facts import Values
from sevensteps.policy.model.facts import FIRST_DAY, Value
from sevensteps.policy.model.question import Question, QuestionType
from sevensteps.policy.model.questionnaire import Questionnaire

MOST_STEPS = 20_000
"""So many answers are tried for one question; what would take more is taken to be possible."""
MOST_OPTIONS = 6
"""Of so many options that conditions name, every combination is tried; of more, one and two at a time, and all."""


class Ways:
    """The ways through one questionnaire."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        """Work out what each question depends on, and which answers are worth trying."""
        self._questions = {question.id: question for question in questionnaire.questions}
        self._tests: dict[str, list[FactTest]] = {}
        for question in questionnaire.questions:
            for test in fact_tests_in(question.when) if question.when else ():
                self._tests.setdefault(test.fact.partition(".")[0], []).append(test)
        self._trials = {id_: tuple(self._answers(question)) for id_, question in self._questions.items()}
        self._steps = 0

    def can_be_asked(self, question: Question) -> bool:
        """Whether some answers to what comes before make a question apply."""
        self._steps = 0
        return question.when is None or self._found(question, self._behind([question]), {})

    def can_be_answered(self, question: Question) -> bool:
        """Whether there is any answer to a question."""
        return bool(self._trials[question.id])

    def most_points(self) -> int:
        """The most points to which answers can come; where there are too many ways, all options that give any."""
        return sum(self._most_of(group) for group in self._groups())

    def _found(self, wanted: Question, left: Sequence[Question], values: Values) -> bool:
        """Whether some answers to the questions that are left make the wanted one apply."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            return True
        known = {**dict.fromkeys(facts_of(wanted.when)), **values} if wanted.when else values
        applies = applies_when(wanted.when, known) if wanted.when else True
        if applies is not None or not left:
            return applies is True
        return any(self._found(wanted, left[1:], {**values, **seen}) for seen in self._seen(left[0], values))

    def _seen(self, question: Question, values: Values) -> Iterator[Values]:
        """What conditions can see of a question after these answers: each answer to it, or that it does not apply."""
        applies = True if question.when is None else applies_when(question.when, values)
        for value in self._trials[question.id] if applies else (None,):
            yield dict(values_in_conditions(question, applies, value))
        if applies and not self._trials[question.id]:
            yield dict(values_in_conditions(question, applies, None))

    def _behind(self, wanted: Sequence[Question]) -> list[Question]:
        """The questions on which others depend, and those on which these depend, in the order of asking."""
        ids: set[str] = set()
        left = [fact for question in wanted for fact in _depends_on(question)]
        while left:
            id_ = left.pop()
            if id_ not in ids:
                ids.add(id_)
                left += _depends_on(self._questions[id_])
        return [question for id_, question in self._questions.items() if id_ in ids]

    def _answers(self, question: Question) -> Iterator[Value]:
        """One answer for every way in which conditions tell the answers to a question apart."""
        tests = self._tests.get(question.id, [])
        match question.type:
            case QuestionType.SOME_OF:
                yield from _several(question, [test.fact.partition(".")[2] for test in tests])
            case QuestionType.TEXT:
                yield "words"
            case QuestionType.DAY:
                yield from trial_values(question.fact, tests) or (FIRST_DAY.isoformat(),)
            case QuestionType.NUMBER | QuestionType.MONEY:
                yield from _numbers(question, trial_values(question.fact, tests))
            case _:
                yield from trial_values(question.fact, tests)

    def _groups(self) -> Iterator[list[Question]]:
        """The questions in groups, none of which depends on another."""
        groups: list[set[str]] = []
        for question in self._questions.values():
            own = {question.id, *_depends_on(question)}
            apart = [group for group in groups if group.isdisjoint(own)]
            groups = [*apart, own.union(*(group for group in groups if group not in apart))]
        for group in groups:
            yield [question for id_, question in self._questions.items() if id_ in group]

    def _most_of(self, group: Sequence[Question]) -> int:
        self._steps = 0
        return self._most(group, {}) if any(map(most_points_of, group)) else 0

    def _most(self, left: Sequence[Question], values: Values) -> int:
        """The most points of the questions that are left, after these answers."""
        self._steps += 1
        if not left or self._steps > MOST_STEPS:
            return sum(map(most_points_of, left))
        question, rest = left[0], left[1:]
        applies = question.when is None or applies_when(question.when, values) is True
        if question.id not in self._tests:  # nothing depends on the answer
            return self._most(rest, values) + (most_points_of(question) if applies else 0)
        ways = []
        for seen in self._seen(question, values):
            points = self._points_of(question, seen[question.id]) if applies else 0
            ways.append(points + self._most(rest, {**values, **seen}))
        return max(ways, default=0)

    def _points_of(self, question: Question, value: Value | None) -> int:
        """The most points that an answer gives as far as conditions see it: they may not see all of its options."""
        if question.type is not QuestionType.SOME_OF:
            return sum(option.points for option in question.options if option.id == value) + question.points * bool(
                value
            )
        seen = {test.fact.partition(".")[2] for test in self._tests[question.id]}
        chosen = value if isinstance(value, tuple) else ()
        open_ = tuple(option for option in question.options if option.id in chosen or option.id not in seen)
        alone = [option for option in open_ if option.alone and set(chosen) <= {option.id}]
        together = [option for option in open_ if not option.alone]
        if set(chosen) & {option.id for option in alone}:
            together = []
        return max(sum(option.points for option in together), *(option.points for option in alone), 0)


def most_points_of(question: Question) -> int:
    """The most points that any answer to a question gives."""
    if question.type is QuestionType.SOME_OF:
        together = sum(option.points for option in question.options if not option.alone)
        return max(together, *(option.points for option in question.options))
    return max((option.points for option in question.options), default=question.points)


def _numbers(question: Question, tried: Sequence[Value]) -> Iterator[int]:
    """Numbers, or pence, within the bounds of the question: those that conditions tell apart, and the ends."""
    lowest = question.lowest or 0
    highest = lowest if question.highest is None else question.highest
    if lowest <= highest:
        yield from sorted({lowest, highest, *(number for number in tried if isinstance(number, int))})


def _depends_on(question: Question) -> list[str]:
    return [fact.partition(".")[0] for fact in facts_of(question.when)] if question.when else []


def _several(question: Question, named: Sequence[str]) -> Iterator[Value]:
    """Lists of options: none, and those that conditions name in every combination that the question allows."""
    options = list(dict.fromkeys(option for option in named if option)) or [question.options[0].id]
    sizes = range(len(options) + 1) if len(options) <= MOST_OPTIONS else (0, 1, 2, len(options))
    for size in sizes:
        for chosen in combinations(options, size):
            try:
                yield question.typed(list(chosen))
            except Fault:
                continue
