"""What a receipt keeps of a narrative: the hint words that one version of a pack found. Another may have others."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.given import Declared
from sevensteps.policy.model.verdict import Json

Facts: TypeAlias = Mapping[str, Json]


def hints_of(declared: Declared) -> frozenset[str]:
    """Every word that is looked for in a narrative."""
    return frozenset(word for _, fact in _narratives(declared) for word in fact.hints)


def with_own_hints(facts: Facts, declared: Declared) -> Facts:
    """The kept facts without the hint words for which these declarations do not look."""
    for collection, fact in _narratives(declared):
        facts = _of_items(facts, collection, fact) if collection else _narrowed(facts, fact.name.split("."), fact)
    return facts


def _narratives(declared: Declared) -> Iterator[tuple[str, Fact]]:
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
    found = facts.get(name)
    if inner and isinstance(found, Mapping):
        return {**facts, name: _narrowed(found, inner, fact)}
    if not inner and isinstance(found, list | tuple):
        return {**facts, name: [word for word in found if word in fact.hints]}
    return facts
