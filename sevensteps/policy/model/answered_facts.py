"""What answers say about the facts of a decision. Unanswered is unknown, never no."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from sevensteps.money import Frequency, Money, Rounding, Total, pounds
from sevensteps.policy.model.answered import Answered, Standing
from sevensteps.policy.model.declared_facts import NOT_APPLICABLE
from sevensteps.policy.model.question import Question, QuestionType, SpeaksTo
from sevensteps.policy.model.verdict import Json

Spoken = tuple[Question, SpeaksTo]


def facts_of(answered: Answered, decision: str, rounded_down: Collection[str] = ()) -> dict[str, Json]:
    """The facts that a decision is given by the answers, in its own shape; a fact that nobody knows is left out.

    A yes-or-no fact is yes where any answer says so, and no where one says so and no other could still say yes. An
    amount of several questions is known once all of them that are asked are answered. Amounts are rounded half up, but
    those `rounded_down`, from which a charge is worked out.
    """
    facts: dict[str, Json] = {}
    for path, spoken in _by_fact(answered, decision).items():
        fact = _fact(answered, spoken, Rounding.DOWN if path in rounded_down else Rounding.HALF_UP)
        if fact is not None:
            _put(facts, path.split("."), fact)
    return facts


def answers_behind(answered: Answered, decision: str, fact: str) -> tuple[str, ...]:
    """The questions whose answers say something about a fact now, by their ids: why it is as it is."""
    spoken = _by_fact(answered, decision).get(fact, ())
    return tuple(question.id for question, _ in spoken if answered.standings[question.id] is Standing.ANSWERED)


def _by_fact(answered: Answered, decision: str) -> dict[str, list[Spoken]]:
    by_fact: dict[str, list[Spoken]] = {}
    for question in answered.questionnaire.questions:
        for speaks in question.speaks_to:
            if speaks.decision == decision:
                by_fact.setdefault(speaks.fact, []).append((question, speaks))
    return by_fact


def _fact(answered: Answered, spoken: Sequence[Spoken], rounding: Rounding) -> Json:
    known = [
        (question, speaks, answer) for question, speaks in spoken if (answer := answered.counted(question)) is not None
    ]
    open_ = any(answered.standings[question.id] in (Standing.OPEN, Standing.WAITING) for question, _ in spoken)
    if any(speaks.adds for _, speaks in spoken):
        if any(question.type is QuestionType.NUMBER for question, _ in spoken):
            return None if open_ else sum(number for _, _, number in known if isinstance(number, int))
        return None if open_ else _total([answer for _, _, answer in known], rounding)
    if any(speaks.not_applicable_where for _, speaks in spoken):
        said = any(_among(answer, speaks.not_applicable_where) for _, speaks, answer in known)
        return NOT_APPLICABLE if said else None
    if any(speaks.yes_where or speaks.no_where for _, speaks in spoken):
        return _yes_or_no([truth for each in known for truth in _says(*each)], settled=not open_)
    return next((_value(question, answer) for question, _, answer in known), None)


def _says(question: Question, speaks: SpeaksTo, answer: Json) -> Iterator[bool | None]:
    """Whether an answer says yes or no, or that nobody knows; nothing where it says nothing about the fact."""
    if any(option.unknown for option in question.chosen(answer)):
        yield None
    elif _among(answer, speaks.yes_where):
        yield True
    elif _among(answer, speaks.no_where) or (question.type is QuestionType.SOME_OF and not speaks.no_where):
        yield False


def _yes_or_no(said: Sequence[bool | None], *, settled: bool) -> bool | None:
    if True in said:
        return True
    return False if said and None not in said and settled else None


def _among(answer: Json, words: Sequence[str]) -> bool:
    """Whether an answer is one of the words, or a list has one of them; yes and no stand for true and false."""
    given = ("yes" if answer else "no",) if isinstance(answer, bool) else answer
    return not set(given if isinstance(given, list | tuple) else (given,)).isdisjoint(words)


def _total(answers: Sequence[Json], rounding: Rounding) -> Json:
    """Amounts together, in pounds; of those that come with a frequency, in pounds a week."""
    return pounds(Total.of(map(_money, answers), rounding).weekly)


def _money(answer: Json) -> Money:
    if isinstance(answer, Mapping):
        return Money(Decimal(str(answer["amount"])), Frequency(str(answer["frequency"])))
    return Money(Decimal(str(answer)))


def _value(question: Question, answer: Json) -> Json:
    """An answer as a fact: the option, number, day or text, or pounds, a week where it comes with a frequency."""
    if question.type is QuestionType.MONEY:
        return pounds(Total.of([_money(answer)]).weekly)
    if any(option.unknown for option in question.chosen(answer)):
        return None
    return answer


def _put(facts: dict[str, Json], path: list[str], fact: Json) -> None:
    """Put a fact at its path. Of what is not applicable nothing else is said."""
    *outer, last = path
    for name in outer:
        inner = facts.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        facts = inner
    facts[last] = fact
