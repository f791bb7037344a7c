"""What is certain of an unknown number, or of one derived from it, from its lowest and highest possible value.

A budget that covers the cost without its top-up covers it whatever the top-up is, because that is never negative. Where
every test of a number has the same outcome over its whole range, any number of the range can stand for it.
"""

from collections.abc import Mapping, Sequence

from sevensteps.policy.model.conditions import Compare, FactTest, Is
from sevensteps.policy.model.declared_facts import TypedFacts
from sevensteps.policy.model.derived_facts import DerivedFact, derive_ranges
from sevensteps.policy.model.facts import LARGEST, Fact, Value
from sevensteps.policy.model.predicates import predicate_of

NUMBERS = ("whole number", "money")


class Ranges:
    """The numbers of a decision that rules test, and the derived facts that lead to them."""

    def __init__(
        self,
        facts: Mapping[str, Mapping[str, Fact]],
        tests: Mapping[tuple[str, str], Sequence[FactTest]],
        derived_facts: tuple[DerivedFact, ...],
    ) -> None:
        self._derived_facts = derived_facts
        derived = {(fact.scope, fact.fact.name) for fact in derived_facts}
        self._given = [
            (scope, fact)
            for scope, of_scope in facts.items()
            for fact in of_scope.values()
            if fact.type in NUMBERS and (scope, fact.name) not in derived
        ]
        self._tests = {key: own for key, own in tests.items() if facts[key[0]][key[1]].type in NUMBERS}

    def __bool__(self) -> bool:
        return bool(self._tests)

    def fill_in(self, facts: TypedFacts) -> None:
        """Fill in each unknown number whose tests all have one outcome over its range, with its lowest value."""
        lowest, highest = self._bounds(facts)
        derive_ranges(self._derived_facts, facts, lowest, highest)
        for (scope, name), tests in self._tests.items():
            for item, values in facts.of(scope).items():
                low, high = lowest.of(scope)[item][name], highest.of(scope)[item][name]
                if values[name] is None and all(_same_throughout(test, low, high) for test in tests):
                    values[name] = low

    def _bounds(self, facts: TypedFacts) -> tuple[TypedFacts, TypedFacts]:
        """The facts with every unknown number at its lowest, and at its highest."""
        lowest, highest = facts.copy(), facts.copy()
        for scope, fact in self._given:
            for item, values in facts.of(scope).items():
                if values[fact.name] is None:
                    lowest.of(scope)[item][fact.name] = -LARGEST if fact.lowest is None else fact.lowest
                    highest.of(scope)[item][fact.name] = LARGEST if fact.highest is None else fact.highest
        return lowest, highest


def _same_throughout(test: FactTest, low: Value | None, high: Value | None) -> bool:
    """Whether a test has the same outcome for every number from low to high; false where a bound is unknown."""
    if not isinstance(low, int) or not isinstance(high, int):
        return False
    if isinstance(test, Compare):
        predicate = predicate_of(test)
        return predicate({test.fact: low}, {}) is predicate({test.fact: high}, {})
    named = test.values if isinstance(test, Is) else ()
    return low == high or not any(low <= value <= high for value in named if isinstance(value, int))
