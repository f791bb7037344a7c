"""Facts that follow from other facts, worked out before any rule is asked. Unknown in, unknown out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sevensteps.errors import Fault
from sevensteps.policy.arithmetic import CALCULATIONS
from sevensteps.policy.facts import NONE, Fact
from sevensteps.policy.given import Known, Values

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


@dataclass(frozen=True, slots=True)
class Sum:
    """A fact worked out by one function of `arithmetic`; `scope` is the collection whose items it belongs to, or ""."""

    scope: str
    fact: Fact
    calculation: str
    arguments: Mapping[str, Source]


_UNKNOWN = object()


def work_out(sums: tuple[Sum, ...], known: Known) -> None:
    """Add every worked out fact to the known ones, in the order in which the pack states them."""
    for sum_ in sums:
        if not sum_.scope:
            _add(sum_, known, "", known.case)
            continue
        for item, values in (known.items[sum_.scope] or {}).items():
            _add(sum_, known, item, values)


def _add(sum_: Sum, known: Known, item: str, own: Values) -> None:
    own[sum_.fact.name] = None
    arguments: dict[str, object] = {}
    for name, source in sum_.arguments.items():
        value = source.value if isinstance(source, Plain) else _argument(source, known, item, own)
        if value is _UNKNOWN:
            return
        arguments[name] = value
    try:
        own[sum_.fact.name] = CALCULATIONS[sum_.calculation](**arguments)
    except Fault as fault:
        known.faults[sum_.scope, item, sum_.fact.name] = _of(sum_, fault)


def _of(sum_: Sum, fault: Fault) -> Fault:
    """What was wrong with a sum, and which fact would have come of it."""
    fact = f"{sum_.scope}.{sum_.fact.name}".lstrip(".")
    return Fault(fault.kind, fault.reason, f"fact {fact}, worked out: {fault.detail}", metadata={"fact": fact})


def _argument(source: Source, known: Known, item: str, own: Values) -> object:
    match source:
        case OfItem(fact):
            return _or_unknown(own[fact])
        case OfCase(fact):
            return _or_unknown(known.case[fact])
        case Column(collection, fact):
            return _column(known, collection, fact)
        case Several(sources):
            values = tuple(_argument(inner, known, item, own) for inner in sources)
            return _UNKNOWN if _UNKNOWN in values else values
        case Plain(value):
            return value
        case ItemName():
            return item


def _or_unknown(value: object) -> object:
    return _UNKNOWN if value in (None, NONE) else value


def _column(known: Known, collection: str, fact: str) -> object:
    items = known.items[collection]
    if items is None:
        return _UNKNOWN
    if not fact:
        return tuple(items)
    values = tuple(values[fact] for values in items.values())
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
            own = (known.items[scope] or {})[item] if scope else known.case
            return [(scope, item, fact)] if own[fact] in (None, NONE) else []
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
