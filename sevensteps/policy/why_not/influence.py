"""The given facts that each rule depends on, item by item: only these can change its outcome."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from sevensteps.policy.model.compiled_decision import CompiledDecision, Rule
from sevensteps.policy.model.conditions import ItemsMeet, facts_of, walk
from sevensteps.policy.model.declared_facts import TypedFacts
from sevensteps.policy.model.derived_facts import CaseFact, Column, ScopeFact, Several, Source

FactPath: TypeAlias = tuple[str, str, str]
"""A given fact: its collection, item and name, the first two "" for the case. ("lines", "", "") is the list itself."""

NEW = ""
"""Stands for an item that a list could have in addition."""


class Influence:
    """Traces the rules of a decision back to the given facts of one case."""

    def __init__(self, compiled: CompiledDecision, facts: TypedFacts) -> None:
        self._facts = facts
        self._rules = {rule.id: rule for rule in compiled.rules}
        self._derived = {(derived.scope, derived.fact.name): derived for derived in compiled.derived_facts}
        self._behind_facts: dict[FactPath, frozenset[FactPath]] = {}

    def behind_each_rule(self) -> Mapping[tuple[str, str], frozenset[FactPath]]:
        """The given facts behind each rule that has a part in the verdict, by the rule's id and item."""
        return {
            (rule.id, item): frozenset(self._behind(rule, item))
            for rule in self._rules.values()
            if not rule.advisory
            for item in self._items(rule.scope)
        }

    def _items(self, scope: str) -> tuple[str, ...]:
        return (*(self._facts.collections[scope] or {}), NEW) if scope else ("",)

    def _behind(self, rule: Rule, item: str) -> Iterator[FactPath]:
        if rule.scope:
            yield rule.scope, "", ""
        for fact in facts_of(rule.condition):
            yield from self._behind_fact((rule.scope, item, fact))
        for inner in walk(rule.condition):
            if isinstance(inner, ItemsMeet):
                counted = self._rules[inner.rule]
                for other in self._items(counted.scope):
                    yield from self._behind(counted, other)

    def _behind_fact(self, path: FactPath) -> frozenset[FactPath]:
        """The fact itself, or the given facts that it is derived from."""
        if path not in self._behind_facts:
            scope, item, name = path
            derived = self._derived.get((scope, name))
            itself = () if scope and item == NEW else (path,)
            sources = derived.arguments.values() if derived else ()
            inputs = (given_fact for source in sources for given_fact in self._inputs(source, scope, item))
            self._behind_facts[path] = frozenset(inputs if derived else itself)
        return self._behind_facts[path]

    def _inputs(self, source: Source, scope: str, item: str) -> Iterator[FactPath]:
        match source:
            case ScopeFact(fact):
                yield from self._behind_fact((scope, item, fact))
            case CaseFact(fact):
                yield from self._behind_fact(("", "", fact))
            case Column(collection, fact):
                yield collection, "", ""
                for item_ in self._items(collection) if fact else ():
                    yield from self._behind_fact((collection, item_, fact))
            case Several(sources):
                for inner in sources:
                    yield from self._inputs(inner, scope, item)
