"""The language of conditions: small, closed, and the same for both evaluators."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sevensteps.policy.model.facts import Scalar

Comparison = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Is:
    """A fact has one of these values."""

    fact: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A number, amount or date is less than, at most, more than or at least a value."""

    fact: str
    order: Comparison
    value: int | str


@dataclass(frozen=True, slots=True)
class IsGiven:
    """A fact is known. It is false only of an optional fact that is absent; any other unknown fact may yet be given."""

    fact: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """All of the conditions hold."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One or more of the conditions hold."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `number` of the conditions hold."""

    number: int
    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class ItemsMeet:
    """At least `number` items of a collection meet a rule, or every item does (None)."""

    rule: str
    number: int | None


Condition: TypeAlias = Is | Compare | IsGiven | Not | All | Any | AtLeast | ItemsMeet

FactTest: TypeAlias = Is | Compare | IsGiven
"""A condition on one fact."""


def walk(condition: Condition) -> Iterator[Condition]:
    """The condition and every condition inside it."""
    yield condition
    match condition:
        case Not(inner):
            yield from walk(inner)
        case All(conditions) | Any(conditions) | AtLeast(_, conditions):
            for inner in conditions:
                yield from walk(inner)


def facts_of(condition: Condition) -> tuple[str, ...]:
    """The facts that a condition depends on, each once, in order."""
    return tuple(dict.fromkeys(test.fact for test in fact_tests_in(condition)))


def fact_tests_in(condition: Condition) -> Iterator[FactTest]:
    """Every condition on one fact, in order."""
    return (inner for inner in walk(condition) if isinstance(inner, Is | Compare | IsGiven))
