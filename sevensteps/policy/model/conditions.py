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
    """A number, amount or date stands in this order to a value."""

    fact: str
    order: Comparison
    value: int | str


@dataclass(frozen=True, slots=True)
class Given:
    """A fact is known. False only of an optional one that is not given: anything else may yet be."""

    fact: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Every one of the conditions holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One or more of the conditions hold."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of the conditions hold."""

    number: int
    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A rule that is asked of each item of a collection is met for so many of them, or for every one (None)."""

    rule: str
    number: int | None


Condition: TypeAlias = Is | Compare | Given | Not | All | Any | AtLeast | Items

Look: TypeAlias = Is | Compare | Given
"""A condition that looks at a fact itself."""


def inside(condition: Condition) -> Iterator[Condition]:
    """The condition and every one inside it."""
    yield condition
    match condition:
        case Not(inner):
            yield from inside(inner)
        case All(conditions) | Any(conditions) | AtLeast(_, conditions):
            for inner in conditions:
                yield from inside(inner)


def facts_of(condition: Condition) -> tuple[str, ...]:
    """The facts that a condition looks at, each once, in order."""
    return tuple(dict.fromkeys(look.fact for look in looks_in(condition)))


def looks_in(condition: Condition) -> Iterator[Look]:
    """Every look at a fact, in order."""
    return (inner for inner in inside(condition) if isinstance(inner, Is | Compare | Given))
