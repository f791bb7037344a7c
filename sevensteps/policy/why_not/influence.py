"""Which given facts stand behind each rule, item by item: only these can make it come out otherwise."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from sevensteps.policy.model.conditions import Items, facts_of, inside
from sevensteps.policy.model.given import Known
from sevensteps.policy.model.ruling import Rule, Ruling
from sevensteps.policy.model.sums import Column, OfCase, OfItem, Several, Source

Place: TypeAlias = tuple[str, str, str]
"""A given fact: its collection ("" for the case), the item ("" likewise) and its name. ("c", "", "") is the list c."""

NEW = ""
"""Stands for an item that a list has not, and might."""


class Influence:
    """Follows the rules of a ruling back to the facts of one case."""

    def __init__(self, ruling: Ruling, known: Known) -> None:
        self._known = known
        self._rules = {rule.id: rule for rule in ruling.rules}
        self._sums = {(sum_.scope, sum_.fact.name): sum_ for sum_ in ruling.sums}
        self._found: dict[Place, frozenset[Place]] = {}

    def behind_each(self) -> Mapping[tuple[str, str], frozenset[Place]]:
        """The facts behind each rule that has a part in the verdict, by its id and the item that it is asked of."""
        return {
            (rule.id, item): frozenset(self._behind(rule, item))
            for rule in self._rules.values()
            if not rule.advisory
            for item in self._items(rule.scope)
        }

    def _items(self, scope: str) -> tuple[str, ...]:
        return (*(self._known.items[scope] or {}), NEW) if scope else ("",)

    def _behind(self, rule: Rule, item: str) -> Iterator[Place]:
        if rule.scope:
            yield rule.scope, "", ""
        for fact in facts_of(rule.condition):
            yield from self._behind_fact((rule.scope, item, fact))
        for inner in inside(rule.condition):
            if isinstance(inner, Items):
                counted = self._rules[inner.rule]
                for other in self._items(counted.scope):
                    yield from self._behind(counted, other)

    def _behind_fact(self, place: Place) -> frozenset[Place]:
        """The fact itself, or what it is worked out from."""
        if place not in self._found:
            scope, item, name = place
            sum_ = self._sums.get((scope, name))
            given = () if scope and item == NEW else (place,)
            sources = sum_.arguments.values() if sum_ else ()
            used = (found for source in sources for found in self._used(source, scope, item))
            self._found[place] = frozenset(used if sum_ else given)
        return self._found[place]

    def _used(self, source: Source, scope: str, item: str) -> Iterator[Place]:
        match source:
            case OfItem(fact):
                yield from self._behind_fact((scope, item, fact))
            case OfCase(fact):
                yield from self._behind_fact(("", "", fact))
            case Column(collection, fact):
                yield collection, "", ""
                for each in self._items(collection) if fact else ():
                    yield from self._behind_fact((collection, each, fact))
            case Several(sources):
                for inner in sources:
                    yield from self._used(inner, scope, item)
