"""A condition as a function of facts, in Kleene's logic: true, false, or None for unknown."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from sevensteps.policy.model.conditions import All, Any, AtLeast, Compare, Condition, Is, IsGiven, ItemsMeet, Not
from sevensteps.policy.model.declared_facts import Values
from sevensteps.policy.model.facts import NONE

Truth = bool | None

Tally = tuple[int, int, int]
"""For how many items a rule is true, false and unknown."""

Predicate = Callable[[Values, Mapping[str, Tally]], Truth]


def enough(number: int | None, tally_: Tally) -> Truth:
    """Whether at least `number` items (None: every item) are true, given how many are true, false and unknown."""
    true, false, unknown = tally_
    if number is None:
        return False if false else None if unknown else True
    return True if true >= number else None if true + unknown >= number else False


@lru_cache(maxsize=10_000)
def predicate_of(condition: Condition) -> Predicate:
    """The condition as a function of the facts of its scope and the tallies of the items' rules."""
    match condition:
        case Is(fact, values):
            return lambda facts, _: None if (value := facts[fact]) is None else value in values
        case Compare(fact, order, bound):
            return _comparison(fact, order, bound)
        case IsGiven(fact, optional):
            absent = False if optional else None
            return lambda facts, _: absent if facts[fact] in (None, NONE) else True
        case Not(inner):
            negated = predicate_of(inner)
            return lambda facts, tallies: None if (truth := negated(facts, tallies)) is None else not truth
        case All(conditions):
            return _any_or_all(False, [predicate_of(inner) for inner in conditions])
        case Any(conditions):
            return _any_or_all(True, [predicate_of(inner) for inner in conditions])
        case AtLeast(number, conditions):
            return _at_least(number, [predicate_of(inner) for inner in conditions])
        case ItemsMeet(rule, number):
            return lambda _, tallies: enough(number, tallies[rule])


def _comparison(fact: str, order: str, bound: int | str) -> Predicate:
    def evaluate(facts: Values, _: Mapping[str, Tally]) -> Truth:
        value = facts[fact]
        if value is None:
            return None
        if value == NONE:  # what is known to be absent is neither more nor less than anything
            return False
        position = (value > bound) - (value < bound)  # type: ignore[operator]  # a fact is compared with its own type
        return {"<": position < 0, "<=": position <= 0, ">": position > 0, ">=": position >= 0}[order]

    return evaluate


def _any_or_all(deciding: bool, predicates: list[Predicate]) -> Predicate:  # noqa: FBT001 - it is itself an outcome
    """True decides "any of", False decides "all of"."""

    def evaluate(facts: Values, tallies: Mapping[str, Tally]) -> Truth:
        truth: Truth = not deciding
        for predicate in predicates:
            outcome = predicate(facts, tallies)
            if outcome is deciding:
                return deciding
            if outcome is None:
                truth = None
        return truth

    return evaluate


def _at_least(number: int, predicates: list[Predicate]) -> Predicate:
    def evaluate(facts: Values, tallies: Mapping[str, Tally]) -> Truth:
        outcomes = [predicate(facts, tallies) for predicate in predicates]
        return enough(number, (outcomes.count(True), outcomes.count(False), outcomes.count(None)))

    return evaluate


def undecided_parts(
    condition: Condition, facts: Values, tallies: Mapping[str, Tally]
) -> Iterator[Is | Compare | IsGiven | ItemsMeet]:
    """The parts of an unknown condition that could still decide it."""
    if predicate_of(condition)(facts, tallies) is not None:
        return
    match condition:
        case Is() | Compare() | IsGiven() | ItemsMeet():
            yield condition
        case Not(inner):
            yield from undecided_parts(inner, facts, tallies)
        case All(conditions) | Any(conditions) | AtLeast(_, conditions):
            for inner in conditions:
                yield from undecided_parts(inner, facts, tallies)
