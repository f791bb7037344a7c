"""The hint words in receipts: all that is stored of a narrative. Another version of a pack may have other ones."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from sevensteps.policy.model.declared_facts import DeclaredFacts
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.verdict import Json

Facts: TypeAlias = Mapping[str, Json]


def hints_of(declared: DeclaredFacts) -> frozenset[str]:
    """Every hint word that is looked for in a narrative."""
    return frozenset(word for _, fact in _narratives(declared) for word in fact.hints)


def with_own_hints(facts: Facts, declared: DeclaredFacts) -> Facts:
    """The facts of a receipt without the hint words that these declarations do not look for."""
    for collection, fact in _narratives(declared):
        facts = _of_items(facts, collection, fact) if collection else _narrowed(facts, fact.name.split("."), fact)
    return facts


def _narratives(declared: DeclaredFacts) -> Iterator[tuple[str, Fact]]:
    yield from (("", fact) for fact in declared.case.values() if fact.type == "narrative")
    for name, collection in declared.collections.items():
        yield from ((name, fact) for fact in collection.facts.values() if fact.type == "narrative")


def _of_items(facts: Facts, collection: str, fact: Fact) -> Facts:
    items = facts.get(collection)
    if isinstance(items, list | tuple):
        return {**facts, collection: [_of_item(item, fact) for item in items]}
    if isinstance(items, Mapping):
        return {**facts, collection: {name: _of_item(item, fact) for name, item in items.items()}}
    return facts


def _of_item(item: Json, fact: Fact) -> Json:
    return _narrowed(item, [fact.name], fact) if isinstance(item, Mapping) else item


def _narrowed(facts: Facts, path: list[str], fact: Fact) -> Facts:
    name, *inner = path
    value = facts.get(name)
    if inner and isinstance(value, Mapping):
        return {**facts, name: _narrowed(value, inner, fact)}
    if not inner and isinstance(value, list | tuple):
        return {**facts, name: [word for word in value if word in fact.hints]}
    return facts
