"""Facts that follow from other facts, worked out before any rule is asked. Unknown in, unknown out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from sevensteps.errors import Fault
from sevensteps.policy.model.arithmetic import CALCULATIONS, RISING, Result
from sevensteps.policy.model.facts import NONE, Fact
from sevensteps.policy.model.given import Known

Source: TypeAlias = "OfItem | OfCase | Column | Several | Plain | ItemName"


@dataclass(frozen=True, slots=True)
class OfItem:
    """A fact of the same scope."""

    fact: str


@dataclass(frozen=True, slots=True)
class OfCase:
    """A fact of the case, asked for by one of its items."""

    fact: str


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of every item of a collection; without a fact, the items' names."""

    collection: str
    fact: str


@dataclass(frozen=True, slots=True)
class Several:
    """A list of sources."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """A number, or what a parameter is."""

    value: object


@dataclass(frozen=True, slots=True)
class ItemName:
    """The name of the item itself."""


Read: TypeAlias = Callable[[Known, str], object]
"""What a source is among the facts, for an item."""

_UNKNOWN = object()


@dataclass(frozen=True)
class Sum:
    """A fact worked out by one function of `arithmetic`; `scope` is the collection whose items it belongs to, or ""."""

    scope: str
    fact: Fact
    calculation: str
    arguments: Mapping[str, Source]

    @cached_property
    def reads(self) -> tuple[tuple[str, Read], ...]:
        """How each argument is read, made ready once, for a sum is worked out again and again."""
        return tuple((name, _read(source, self.scope)) for name, source in self.arguments.items())


def work_out(sums: tuple[Sum, ...], known: Known) -> None:
    """Add every worked out fact to the known ones, in the order in which the pack states them."""
    for sum_ in sums:
        for item, values in known.of(sum_.scope).items():
            values[sum_.fact.name] = None
            try:
                values[sum_.fact.name] = _result(sum_, item, known, {})
            except Fault as fault:
                known.faults[sum_.scope, item, sum_.fact.name] = _of(sum_, fault)


def work_out_ranges(sums: tuple[Sum, ...], known: Known, least: Known, most: Known) -> None:
    """Add to the least and the most that facts can be what comes of unknown sums that rise and fall with them."""
    for sum_ in sums:
        rising = RISING.get(sum_.calculation, {})
        for item, values in known.of(sum_.scope).items() if rising else ():
            if values[sum_.fact.name] is None:
                for bound, other in ((least, most), (most, least)):
                    sides = {name: bound if rises else other for name, rises in rising.items()}
                    bound.of(sum_.scope)[item][sum_.fact.name] = _result(sum_, item, known, sides)


def _result(sum_: Sum, item: str, known: Known, sides: Mapping[str, Known]) -> Result | None:
    """What comes of a sum, some arguments read elsewhere than the others; nothing while one is unknown."""
    arguments: dict[str, object] = {}
    for name, read in sum_.reads:
        argument = arguments[name] = read(sides.get(name, known), item)
        if argument is _UNKNOWN:
            return None
    return CALCULATIONS[sum_.calculation](**arguments)


def _of(sum_: Sum, fault: Fault) -> Fault:
    """What was wrong with a sum, and which fact would have come of it."""
    fact = f"{sum_.scope}.{sum_.fact.name}".lstrip(".")
    return Fault(fault.kind, fault.reason, f"fact {fact}, worked out: {fault.detail}", metadata={"fact": fact})


def _read(source: Source, scope: str) -> Read:
    match source:
        case OfItem(fact) if scope:
            return lambda known, item: _or_unknown((known.items[scope] or {})[item][fact])
        case OfItem(fact) | OfCase(fact):
            return lambda known, _: _or_unknown(known.case[fact])
        case Column(collection, fact):
            return lambda known, _: _column(known, collection, fact)
        case Several(sources):
            return _several(tuple(_read(inner, scope) for inner in sources))
        case Plain(value):
            return lambda _, __: value
        case ItemName():
            return lambda _, item: item


def _several(reads: tuple[Read, ...]) -> Read:
    def read(known: Known, item: str) -> object:
        values = tuple(each(known, item) for each in reads)
        return _UNKNOWN if _UNKNOWN in values else values

    return read


def _or_unknown(value: object) -> object:
    return _UNKNOWN if value is None or value == NONE else value


def _column(known: Known, collection: str, fact: str) -> object:
    items = known.items[collection]
    if items is None:
        return _UNKNOWN
    if not fact:
        return tuple(items)
    values = tuple([values[fact] for values in items.values()])
    return _UNKNOWN if None in values or NONE in values else values


def inputs_of(sum_: Sum) -> list[tuple[str, str]]:
    """The facts that a worked out one is made of: scope and name (no name where it is the items themselves)."""
    return [used for source in sum_.arguments.values() for used in _used(source, sum_.scope)]


def _used(source: Source, scope: str) -> list[tuple[str, str]]:
    match source:
        case OfItem(fact):
            return [(scope, fact)]
        case OfCase(fact):
            return [("", fact)]
        case Column(collection, fact):
            return [(collection, fact)]
        case Several(sources):
            return [used for inner in sources for used in _used(inner, scope)]
        case _:
            return []


def unknown_inputs(sum_: Sum, item: str, known: Known) -> list[tuple[str, str, str]]:
    """What a worked out fact needs and nobody has given: scope, item and fact (none where a whole list is unknown)."""
    return [needed for source in sum_.arguments.values() for needed in _needed(source, sum_.scope, item, known)]


def _needed(source: Source, scope: str, item: str, known: Known) -> list[tuple[str, str, str]]:
    match source:
        case OfItem(fact):
            return [(scope, item, fact)] if known.of(scope)[item][fact] in (None, NONE) else []
        case OfCase(fact):
            return [("", "", fact)] if known.case[fact] in (None, NONE) else []
        case Column(collection, fact):
            items = known.items[collection]
            if items is None:
                return [(collection, "", "")]
            return [(collection, name, fact) for name, values in items.items() if fact and values[fact] in (None, NONE)]
        case Several(sources):
            return [needed for inner in sources for needed in _needed(inner, scope, item, known)]
        case _:
            return []


def words_told_apart(sum_: Sum) -> frozenset[str] | None:
    """The words that make a difference to a sum that looks one up in a list of amounts; None for any other sum."""
    amounts = sum_.arguments.get("amounts")
    if sum_.calculation not in ("names word", "lowest limit") or not isinstance(amounts, Plain):
        return None
    names = amounts.value if isinstance(amounts.value, Mapping) else {}
    return frozenset(word for name in names for word in str(name).split("."))
