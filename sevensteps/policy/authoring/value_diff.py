"""What changed between two values of a parameter, in words: entry by entry where they are lists or tables."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from sevensteps.money import pounds_from_pence
from sevensteps.policy.packs.parameter_value import (
    DAY_BY_BIRTH,
    POINTS_TO_POUNDS,
    ParameterValue,
    amounts_by_points,
    days_by_birth,
)
from sevensteps.policy.packs.parameters import DatedValue, Parameter

MOST_DAYS_MOVED = 10
"""A day that is gone and one that is new are one that has moved, if they are no further apart: Easter moves further."""


def value_words(parameter: Parameter, dated: DatedValue) -> str:
    """A value in words, all of it."""
    value = dated.value
    if isinstance(value, Mapping):
        return ", ".join(f"{word} {pounds_from_pence(amount)}" for word, amount in value.items())
    if isinstance(value, tuple):
        if parameter.type == POINTS_TO_POUNDS:
            amounts = amounts_by_points(value).items()
            return ", ".join(f"{row.removesuffix(' points')}: {pounds_from_pence(pence)}" for row, pence in amounts)
        return ", ".join(days_by_birth(value)) or "nothing"
    return pounds_from_pence(value) if parameter.type == "money" and isinstance(value, int) else str(value)


def entry_changes(parameter: Parameter, old: ParameterValue, new: ParameterValue) -> str:
    """What changed in a list or table, entry by entry; empty where one of the values is neither."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return "; ".join(_amounts(old, new))
    if not isinstance(old, tuple) or not isinstance(new, tuple):
        return ""
    if parameter.type == POINTS_TO_POUNDS:
        return "; ".join(_amounts(amounts_by_points(old), amounts_by_points(new)))
    if parameter.type == DAY_BY_BIRTH:
        old, new = days_by_birth(old), days_by_birth(new)
    gone, added = _only_in(old, new), _only_in(new, old)
    order = [] if gone or added or old == new else [f"the order is {', '.join(map(str, new))}"]
    return "; ".join([*(_days(gone, added) if parameter.type == "dates" else _words(gone, added)), *order])


def _only_in(some: tuple[object, ...], others: tuple[object, ...]) -> list[str]:
    return [str(entry) for entry in (Counter(some) - Counter(others)).elements()]


def _amounts(old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[str]:
    for word in dict.fromkeys([*old, *new]):
        if word not in new:
            yield f"{word} is gone (was {_pounds(old[word])})"
        elif word not in old:
            yield f"{word} is new: {_pounds(new[word])}"
        elif old[word] != new[word]:
            yield f"{word} {_pounds(old[word])} → {_pounds(new[word])}"


def _pounds(pence: int) -> str:
    return f"{Decimal(pence).scaleb(-2):,}".removesuffix(".00")


def _words(gone: list[str], added: list[str]) -> Iterator[str]:
    yield from (f"{word} is gone" for word in gone)
    yield from (f"{word} is new" for word in added)


def _days(gone: list[str], added: list[str]) -> Iterator[str]:
    """Days that have moved, each to the nearest new one; then those that are gone or new."""
    left = list(added)
    for day in gone:
        near = min(left, key=lambda other: _days_between(day, other), default=None)
        if near is not None and _days_between(day, near) <= MOST_DAYS_MOVED:
            left.remove(near)
            yield f"{day} is moved to {near}"
        else:
            yield f"{day} is gone"
    yield from (f"{day} is new" for day in left)


def _days_between(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
