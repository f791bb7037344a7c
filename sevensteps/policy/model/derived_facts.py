"""Facts that are calculated from other facts before any rule is evaluated. Unknown in, unknown out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeAlias

from sevensteps.errors import Fault
from sevensteps.policy.model.arithmetic import CALCULATIONS, NOTHING_SETTLES, RISES_WITH, Result
from sevensteps.policy.model.conditions import Condition, ItemsMeet
from sevensteps.policy.model.declared_facts import TypedFacts, Values
from sevensteps.policy.model.facts import NONE, Fact
from sevensteps.policy.model.predicates import Predicate, predicate_of, undecided_parts

WHETHER = "whether"
"""The calculation of a yes or no from a condition."""

Source: TypeAlias = "ScopeFact | CaseFact | Column | Several | Constant | ItemName | DayOfDecision"
"""Where an argument of a calculation comes from."""


@dataclass(frozen=True, slots=True)
class ScopeFact:
    """A fact of the same scope as the derived fact."""

    fact: str


@dataclass(frozen=True, slots=True)
class CaseFact:
    """A fact of the case, used by a derived fact of an item."""

    fact: str


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of every item of a collection; without a fact, the names of the items."""

    collection: str
    fact: str


@dataclass(frozen=True, slots=True)
class Several:
    """A list of sources."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, or the value of a parameter."""

    value: object


@dataclass(frozen=True, slots=True)
class ItemName:
    """The name of the item itself."""


@dataclass(frozen=True, slots=True)
class DayOfDecision:
    """The day of which the decision is."""


ArgumentReader: TypeAlias = Callable[[TypedFacts, str], object]
"""Reads one argument from the facts, for an item."""

Readers: TypeAlias = tuple[tuple[str, ArgumentReader], ...]
"""The reader of each argument of a calculation, by the argument's name."""

Calculation: TypeAlias = Callable[[TypedFacts, str], Result | None]
"""The result for an item, from the facts; None while it is open."""

_UNKNOWN = object()


@dataclass(frozen=True)
class DerivedFact:
    """A fact calculated by one function of `arithmetic`; `scope` is the collection of its items, or "" for the case.

    With a condition it is whether that holds; the arguments are the facts that the condition tests.
    """

    scope: str
    fact: Fact
    calculation: str
    arguments: Mapping[str, Source]
    condition: Condition | None = None

    @cached_property
    def readers(self) -> Readers:
        """The reader of each argument, made once because a fact is derived again and again."""
        return tuple((name, _reader(source, self.scope)) for name, source in self.arguments.items())

    @cached_property
    def calculate(self) -> Calculation:
        """The result for an item, or None while it is open; made once for the same reason."""
        if self.condition is not None:
            return _whether(predicate_of(self.condition), self.scope)
        function = CALCULATIONS[self.calculation]
        if self.calculation in NOTHING_SETTLES:
            return _settled_by_nothing(function, self.readers)
        constants = {name: source.value for name, source in self.arguments.items() if isinstance(source, Constant)}
        varying = tuple((name, read) for name, read in self.readers if name not in constants)
        return _of_known(partial(function, **constants), varying)


def derive(derived_facts: tuple[DerivedFact, ...], facts: TypedFacts) -> None:
    """Add every derived fact to the facts, in the order in which the pack states them."""
    for derived in derived_facts:
        if not derived.scope:
            _add(derived, facts, "", facts.case)
            continue
        for item, values in facts.of(derived.scope).items():
            _add(derived, facts, item, values)


def _add(derived: DerivedFact, facts: TypedFacts, item: str, values: Values) -> None:
    name = derived.fact.name
    values[name] = None
    try:
        values[name] = derived.calculate(facts, item)
    except Fault as fault:
        facts.faults[derived.scope, item, name] = _fault_of(derived, fault)


def _whether(predicate: Predicate, scope: str) -> Calculation:
    return lambda facts, item: predicate(facts.of(scope)[item], {})


def _of_known(function: Callable[..., Result], readers: Readers) -> Calculation:
    """A calculation of arguments that all have to be known."""

    def calculate(facts: TypedFacts, item: str) -> Result | None:
        arguments: dict[str, object] = {}
        for name, read in readers:
            argument = arguments[name] = read(facts, item)
            if argument is _UNKNOWN:
                return None
        return function(**arguments)

    return calculate


def _settled_by_nothing(function: Callable[..., Result], readers: Readers) -> Calculation:
    """A calculation whose result is 0 as soon as one argument is 0 or no."""

    def calculate(facts: TypedFacts, item: str) -> Result | None:
        arguments = {name: read(facts, item) for name, read in readers}
        if not all(arguments.values()):
            return 0
        return None if _UNKNOWN in arguments.values() else function(**arguments)

    return calculate


def derive_ranges(
    derived_facts: tuple[DerivedFact, ...], facts: TypedFacts, lowest: TypedFacts, highest: TypedFacts
) -> None:
    """Add to the lowest and highest facts the bounds of unknown derived facts that rise or fall with their inputs."""
    for derived in derived_facts:
        rises_with = RISES_WITH.get(derived.calculation, {})
        for item, values in facts.of(derived.scope).items() if rises_with else ():
            if values[derived.fact.name] is None:
                for bound, opposite in ((lowest, highest), (highest, lowest)):
                    read_from = {name: bound if rises else opposite for name, rises in rises_with.items()}
                    bound.of(derived.scope)[item][derived.fact.name] = _bound(derived, item, facts, read_from)


def _bound(derived: DerivedFact, item: str, facts: TypedFacts, read_from: Mapping[str, TypedFacts]) -> Result | None:
    """The result of the calculation, or None while an argument is unknown.

    `read_from` names the arguments that are read from other facts than `facts`.
    """
    arguments = {name: read(read_from.get(name, facts), item) for name, read in derived.readers}
    return None if _UNKNOWN in arguments.values() else CALCULATIONS[derived.calculation](**arguments)


def _fault_of(derived: DerivedFact, fault: Fault) -> Fault:
    """The fault of a calculation, with the name of the fact that could not be derived."""
    fact = f"{derived.scope}.{derived.fact.name}".lstrip(".")
    return Fault(fault.kind, fault.reason, f"derived fact {fact}: {fault.detail}", metadata={"fact": fact})


def _reader(source: Source, scope: str) -> ArgumentReader:
    match source:
        case ScopeFact(fact) if scope:
            return lambda facts, item: _or_unknown((facts.collections[scope] or {})[item][fact])
        case ScopeFact(fact) | CaseFact(fact):
            return lambda facts, _: _or_unknown(facts.case[fact])
        case Column(collection, fact):
            return lambda facts, _: _column(facts, collection, fact)
        case Several(sources):
            return _list_reader(tuple(_reader(inner, scope) for inner in sources))
        case Constant(value):
            return lambda _, __: value
        case ItemName():
            return lambda _, item: item
        case DayOfDecision():
            return lambda facts, _: facts.on


def _list_reader(readers: tuple[ArgumentReader, ...]) -> ArgumentReader:
    def read(facts: TypedFacts, item: str) -> object:
        values = tuple(reader(facts, item) for reader in readers)
        return _UNKNOWN if _UNKNOWN in values else values

    return read


def _or_unknown(value: object) -> object:
    return _UNKNOWN if value is None or value == NONE else value


def _column(facts: TypedFacts, collection: str, fact: str) -> object:
    items = facts.collections[collection]
    if items is None:
        return _UNKNOWN
    if not fact:
        return tuple(items)
    values = tuple([values[fact] for values in items.values()])
    return _UNKNOWN if None in values or NONE in values else values


def inputs_of(derived: DerivedFact) -> list[tuple[str, str]]:
    """The scope and name of every fact that a derived fact is calculated from (no name where it is the items)."""
    return [used for source in derived.arguments.values() for used in _inputs(source, derived.scope)]


def _inputs(source: Source, scope: str) -> list[tuple[str, str]]:
    match source:
        case ScopeFact(fact):
            return [(scope, fact)]
        case CaseFact(fact):
            return [("", fact)]
        case Column(collection, fact):
            return [(collection, fact)]
        case Several(sources):
            return [used for inner in sources for used in _inputs(inner, scope)]
        case _:
            return []


def unknown_inputs(derived: DerivedFact, item: str, facts: TypedFacts) -> list[tuple[str, str, str]]:
    """The scope, item and name of every unknown input (no name where a whole list is unknown)."""
    if derived.condition is not None:
        open_tests = undecided_parts(derived.condition, facts.of(derived.scope)[item], {})
        return [(derived.scope, item, test.fact) for test in open_tests if not isinstance(test, ItemsMeet)]
    sources = derived.arguments.values()
    return [unknown for source in sources for unknown in _unknown_inputs(source, derived.scope, item, facts)]


def _unknown_inputs(source: Source, scope: str, item: str, facts: TypedFacts) -> list[tuple[str, str, str]]:
    match source:
        case ScopeFact(fact):
            return [(scope, item, fact)] if facts.of(scope)[item][fact] in (None, NONE) else []
        case CaseFact(fact):
            return [("", "", fact)] if facts.case[fact] in (None, NONE) else []
        case Column(collection, fact):
            items = facts.collections[collection]
            if items is None:
                return [(collection, "", "")]
            return [(collection, name, fact) for name, values in items.items() if fact and values[fact] in (None, NONE)]
        case Several(sources):
            return [unknown for inner in sources for unknown in _unknown_inputs(inner, scope, item, facts)]
        case _:
            return []


def words_looked_up(derived: DerivedFact) -> frozenset[str] | None:
    """The words that a lookup in a list of amounts tells apart; None for any other calculation."""
    amounts = derived.arguments.get("amounts")
    if derived.calculation not in ("names word", "lowest limit") or not isinstance(amounts, Constant):
        return None
    names = amounts.value if isinstance(amounts.value, Mapping) else {}
    return frozenset(word for name in names for word in str(name).split("."))
