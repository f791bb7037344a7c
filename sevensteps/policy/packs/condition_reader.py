"""Reading conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeGuard

from sevensteps.policy.model.conditions import (
    All,
    Any,
    AtLeast,
    Compare,
    Comparison,
    Condition,
    Is,
    IsGiven,
    ItemsMeet,
    Not,
)
from sevensteps.policy.model.facts import Fact, Scalar
from sevensteps.policy.packs.problems import did_you_mean, read_each
from sevensteps.policy.packs.source import Section

_ORDERS: dict[str, Comparison] = {"less than": "<", "at most": "<=", "more than": ">", "at least": ">="}
_OPERATORS = ("all", "any", "not", "every", "some", "rule")


class ComparableParameter(Protocol):
    """The value of `$name` in a condition."""

    def __call__(self, name: str, fact_type: str) -> Scalar | tuple[Scalar, ...]:
        """The parameter's value. Raises a PackRefusedError if it cannot be compared with a fact of this type."""


@dataclass(frozen=True, slots=True)
class ConditionReader:
    """Reads the conditions of one scope: the case itself, or the items of one collection."""

    facts: Mapping[str, Fact]
    comparable: ComparableParameter
    rules: Mapping[str, Condition]
    item_rules: frozenset[str]

    def condition(self, written: object, near: Section, where: str) -> Condition:
        """One condition.

        Raises:
            PackRefusedError: with file, line, rule and what was expected.
        """
        if isinstance(written, str):
            return self._test(written, True, near, where)
        if not isinstance(written, Section) or not written:
            raise near.problem(where, "a condition: the name of a fact, or a mapping")
        if "of" in written:
            return self._at_least(written, where)
        key = next(iter(written))
        if key in _OPERATORS and len(written) == 1:
            return self._operator(key, written[key], written, where)
        tests = tuple(read_each(written.items(), lambda test: self._test(*test, written, where)))
        return tests[0] if len(tests) == 1 else All(tests)

    def _operator(self, key: str, operand: object, near: Section, where: str) -> Condition:
        match key:
            case "not":
                return Not(self.condition(operand, near, where))
            case "all":
                return All(self._conditions(operand, near, where))
            case "any":
                return Any(self._conditions(operand, near, where))
            case "every" | "some":
                return ItemsMeet(self._item_rule(operand, near, where), 1 if key == "some" else None)
            case _:
                if not isinstance(operand, str) or operand not in self.rules:
                    raise near.problem(where, "the id of a rule that stands above this one, of the same scope")
                return self.rules[operand]

    def _conditions(self, operand: object, near: Section, where: str) -> tuple[Condition, ...]:
        if not isinstance(operand, list) or not operand:
            raise near.problem(where, "a list of conditions")
        return tuple(read_each(operand, lambda inner: self.condition(inner, near, where)))

    def _at_least(self, written: Section, where: str) -> Condition:
        number = self._number(written.get("at least"))
        if set(written) != {"at least", "of"} or not isinstance(number, int) or isinstance(number, bool):
            raise written.problem(where, "at least: a whole number, of: a rule or a list of conditions")
        if isinstance(written["of"], str):
            return ItemsMeet(self._item_rule(written["of"], written, where), number)
        return AtLeast(number, self._conditions(written["of"], written, where))

    def _item_rule(self, operand: object, near: Section, where: str) -> str:
        if not isinstance(operand, str) or operand not in self.item_rules:
            raise near.problem(where, "the id of a rule that is evaluated for each item of a collection")
        return operand

    def _test(self, name: str, test: object, near: Section, where: str) -> Condition:
        fact = self.facts.get(name)
        if fact is None:
            raise near.problem(where, f"a declared fact; {name} is not one{did_you_mean(name, self.facts)}")
        if test == "given":
            return IsGiven(name, fact.none_if_absent)
        if isinstance(test, Section):
            return self._orders(fact, test, where)
        return Is(name, self._values(fact, test, near, where))

    def _orders(self, fact: Fact, test: Section, where: str) -> Condition:
        if fact.type not in {"whole number", "money", "date"}:
            raise test.problem(where, f"{fact.name} is a {fact.type}: it cannot be less or more")
        tests: list[Condition] = []
        for words, bound in test.items():
            if words not in _ORDERS:
                raise test.problem(where, f"one of {', '.join(_ORDERS)}")
            values = self._values(fact, bound, test, where)
            if len(values) != 1 or isinstance(values[0], bool):
                raise test.problem(where, f"for {fact.name}: one {fact.type} to compare with")
            tests.append(Compare(fact.name, _ORDERS[words], values[0]))
        return tests[0] if len(tests) == 1 else All(tuple(tests))

    def _number(self, written: object) -> object:
        return self.comparable(written[1:], "whole number") if _is_parameter(written) else written

    def _values(self, fact: Fact, written: object, near: Section, where: str) -> tuple[Scalar, ...]:
        if _is_parameter(written):
            value = self.comparable(written[1:], fact.type)
            return value if isinstance(value, tuple) else (value,)
        typed = [fact.constant(value) for value in (written if isinstance(written, list) else [written])]
        values = tuple(value for value in typed if value is not None)
        if len(values) != len(typed) or not values:
            raise near.problem(where, f"for {fact.name}: {fact.expected}")
        return values


def _is_parameter(written: object) -> TypeGuard[str]:
    return isinstance(written, str) and written.startswith("$")
