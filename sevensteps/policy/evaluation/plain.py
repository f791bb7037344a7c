"""The plain evaluator: Kleene's three-valued logic, written so that it can be checked by reading.

True, False, or None for unknown.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from sevensteps.policy.model.conditions import All, Any, AtLeast, Compare, Condition, Given, Is, Items, Not
from sevensteps.policy.model.facts import NONE
from sevensteps.policy.model.given import Known, Values
from sevensteps.policy.model.ruling import Ruling

Truth = bool | None
Truths = dict[tuple[str, str], Truth]
"""What became of each rule, by its id and the item that it was asked of ("" for the case)."""

Tally = tuple[int, int, int]
"""Of how many items a rule is true, false and unknown."""

UNKNOWN_LIST = 1_000_000
"""A list that nobody has given may hold any number of items."""

Test = Callable[[Values, Mapping[str, Tally]], Truth]


def tally(truths: Truths, rule: str) -> Tally:
    """How a rule came out over the items that it was asked of."""
    found = [truth for (id_, _), truth in truths.items() if id_ == rule]
    return found.count(True), found.count(False), found.count(None)


def enough(number: int | None, tally_: Tally) -> Truth:
    """Whether so many items (None: every one) are true, given how many are true, false and unknown."""
    true, false, unknown = tally_
    if number is None:
        return False if false else None if unknown else True
    return True if true >= number else None if true + unknown >= number else False


class PlainEvaluator:
    """Asks every rule of a decision in turn."""

    name = "plain"

    def __init__(self, ruling: Ruling) -> None:
        self._items = [(name, [(rule.id, test_of(rule.condition)) for rule in ruling.of_scope(name)])
                       for name in ruling.declared.collections]  # fmt: skip
        self._case = [(rule.id, test_of(rule.condition)) for rule in ruling.of_scope("")]

    def truths(self, known: Known) -> Truths:
        """What becomes of every rule on these facts (worked out ones included)."""
        truths: Truths = {}
        tallies: dict[str, Tally] = {}
        for collection, tests in self._items:
            items = known.items[collection]
            for rule, test in tests:
                if items is None:
                    truths[rule, ""], tallies[rule] = None, (0, 0, UNKNOWN_LIST)
                    continue
                counts = {True: 0, False: 0, None: 0}
                for item, values in items.items():
                    truth = truths[rule, item] = test(values, tallies)
                    counts[truth] += 1
                tallies[rule] = counts[True], counts[False], counts[None]
        for rule, test in self._case:
            truths[rule, ""] = test(known.case, tallies)
        return truths


@lru_cache(maxsize=10_000)
def test_of(condition: Condition) -> Test:
    """The condition as a function of the facts of its scope and the tallies of the items."""
    match condition:
        case Is(fact, values):
            return lambda facts, _: None if (value := facts[fact]) is None else value in values
        case Compare(fact, order, bound):
            return _compared(fact, order, bound)
        case Given(fact, optional):
            absent = False if optional else None
            return lambda facts, _: absent if facts[fact] in (None, NONE) else True
        case Not(inner):
            negated = test_of(inner)
            return lambda facts, tallies: None if (truth := negated(facts, tallies)) is None else not truth
        case All(conditions):
            return _until(False, [test_of(inner) for inner in conditions])
        case Any(conditions):
            return _until(True, [test_of(inner) for inner in conditions])
        case AtLeast(number, conditions):
            return _at_least(number, [test_of(inner) for inner in conditions])
        case Items(rule, number):
            return lambda _, tallies: enough(number, tallies[rule])


def _compared(fact: str, order: str, bound: int | str) -> Test:
    def test(facts: Values, _: Mapping[str, Tally]) -> Truth:
        value = facts[fact]
        if value is None:
            return None
        position = (value > bound) - (value < bound)  # type: ignore[operator]  # a fact is compared with its own type
        return {"<": position < 0, "<=": position <= 0, ">": position > 0, ">=": position >= 0}[order]

    return test


def _until(settling: bool, tests: list[Test]) -> Test:  # noqa: FBT001 - the truth value that settles the matter
    def test(facts: Values, tallies: Mapping[str, Tally]) -> Truth:
        truth: Truth = not settling
        for inner in tests:
            found = inner(facts, tallies)
            if found is settling:
                return settling
            if found is None:
                truth = None
        return truth

    return test


def _at_least(number: int, tests: list[Test]) -> Test:
    def test(facts: Values, tallies: Mapping[str, Tally]) -> Truth:
        found = [inner(facts, tallies) for inner in tests]
        return enough(number, (found.count(True), found.count(False), found.count(None)))

    return test


def unsettled(
    condition: Condition, facts: Values, tallies: Mapping[str, Tally]
) -> Iterator[Is | Compare | Given | Items]:
    """The parts of an unknown condition that could still settle it."""
    if test_of(condition)(facts, tallies) is not None:
        return
    match condition:
        case Is() | Compare() | Given() | Items():
            yield condition
        case Not(inner):
            yield from unsettled(inner, facts, tallies)
        case All(conditions) | Any(conditions) | AtLeast(_, conditions):
            for inner in conditions:
                yield from unsettled(inner, facts, tallies)
