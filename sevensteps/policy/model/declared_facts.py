"""The facts that a decision declares, of the case and of its collections, and how a caller's facts are typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from sevensteps.errors import ID, Fault
from sevensteps.policy.model.facts import LONGEST_LIST, NONE, Fact, Value, refusal, words_of
from sevensteps.policy.model.verdict import Json

Values = dict[str, Value | None]
"""Facts of the case, or of one item, by name; None for an unknown one."""

NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Collection:
    """Items of one kind, each with the same facts.

    `items` are their names where the law lists them (the ten outcomes); otherwise the caller lists them, as records
    with an `id` or as plain words. With `none_if_absent` a list that is not given is empty rather than unknown.
    """

    name: str
    facts: Mapping[str, Fact]
    items: tuple[str, ...] = ()
    words: bool = False
    options: tuple[str, ...] = ()
    may_be_not_applicable: frozenset[str] = frozenset()
    none_if_absent: bool = False

    def typed(self, given: object) -> dict[str, Values] | None:
        """The facts of each item by its name; None when the list itself is unknown.

        Raises:
            Fault: INVALID, FACT_INVALID, with the path of the fact and what was expected.
        """
        if self.items:
            return self._listed_by_law(given)
        if given is None:
            return {} if self.none_if_absent else None
        if self.words:
            words = words_of(given, self.options)
            if words is None:
                named = f" out of {', '.join(self.options)}" if self.options else ""
                raise refusal(self.name, f"a list of different words{named}")
            return {word: {"item": word} for word in words}
        return self._records(given)

    def _listed_by_law(self, given: object) -> dict[str, Values]:
        answers = given if given is not None else {}
        if not isinstance(answers, Mapping):
            raise refusal(self.name, f"an object with {', '.join(self.items)}")
        for name in answers:
            if name not in self.items:
                raise refusal(f"{self.name}.{name}", "no such fact: it is not declared")
        return {item: self._item(item, answers.get(item)) for item in self.items}

    def _item(self, item: str, given: object) -> Values:
        if given == NOT_APPLICABLE and item in self.may_be_not_applicable:
            return dict.fromkeys(self.facts, False)
        return self._facts(given if given is not None else {}, f"{self.name}.{item}")

    def _records(self, given: object) -> dict[str, Values]:
        if not isinstance(given, list | tuple) or len(given) > LONGEST_LIST:
            raise refusal(self.name, "a list of objects, each with an id")
        records: dict[str, Values] = {}
        for position, record in enumerate(given):
            path = f"{self.name}[{position}]"
            if not isinstance(record, Mapping):
                raise refusal(path, "an object with an id")
            name = record.get("id")
            if not isinstance(name, str) or not ID.fullmatch(name):
                raise refusal(f"{path}.id", "a short id of letters, digits, - and _")
            if name in records:
                raise refusal(f"{path}.id", "an id that no other item of the list has")
            records[name] = self._facts({key: fact for key, fact in record.items() if key != "id"}, path)
        return records

    def _facts(self, given: object, path: str) -> Values:
        if not isinstance(given, Mapping):
            raise refusal(path, f"an object with {', '.join(self.facts)}")
        for name in given:
            if name not in self.facts:
                raise refusal(f"{path}.{name}", "no such fact: it is not declared")
        return {name: fact.typed(given.get(name), path, name) for name, fact in self.facts.items()}


@dataclass(slots=True)
class TypedFacts:
    """The typed facts of one evaluation: the case's own, and those of each collection by item (None: list unknown)."""

    case: Values
    collections: dict[str, dict[str, Values] | None]
    faults: dict[tuple[str, str, str], Fault] = field(default_factory=dict)
    """Why a fact could not be derived, by scope, item and fact. It matters only where the fact is needed."""
    on: str = ""
    """The day of the decision, for what is derived from it."""

    def of(self, scope: str) -> Mapping[str, Values]:
        """The facts of each item of a collection by its name; of the case under ""; empty where a list is unknown."""
        return (self.collections[scope] or {}) if scope else {"": self.case}

    def copy(self) -> Self:
        """A copy that can be changed independently; its derived facts have to be derived again."""
        collections = {
            name: None if items is None else {item: dict(values) for item, values in items.items()}
            for name, items in self.collections.items()
        }
        return type(self)(dict(self.case), collections, on=self.on)


@dataclass(frozen=True, slots=True)
class DeclaredFacts:
    """Every fact that a decision may be given. A dotted name is a fact inside an object."""

    case: Mapping[str, Fact]
    collections: Mapping[str, Collection]

    def typed(self, given: object, on: date | None = None) -> TypedFacts:
        """The given facts, typed, for a decision of a day.

        Raises:
            Fault: INVALID, FACT_INVALID, with the path of a fact that is not declared or of the wrong type.
        """
        if not isinstance(given, Mapping):
            raise refusal("facts", "an object")
        case = {path: fact.typed(None, path) for path, fact in self.case.items()}
        for name, value in given.items():
            if name not in self.collections:
                self._add(str(name), value, case)
        collections = {name: collection.typed(given.get(name)) for name, collection in self.collections.items()}
        return TypedFacts(case, collections, on=on.isoformat() if on else "")

    def _add(self, path: str, value: object, case: Values) -> None:
        fact = self.case.get(path)
        if fact is not None:
            case[path] = fact.typed(value, path)
        elif any(name.startswith(f"{path}.") for name in self.case):
            if value is not None and not isinstance(value, Mapping):
                raise refusal(path, "an object")
            for name, inner in (value or {}).items():
                self._add(f"{path}.{name}", inner, case)
        else:
            raise refusal(path, "no such fact: it is not declared")

    def for_receipt(self, given: Mapping[str, Json], facts: TypedFacts) -> dict[str, Json]:
        """The facts that a receipt stores: known ones in the caller's shape, narrative replaced by its hint words."""
        stored: dict[str, Json] = {}
        for path, fact in self.case.items():
            value = facts.case[path]
            if value not in (None, NONE):
                _set(stored, path.split("."), fact.json(value))
        for name, collection in self.collections.items():
            items = facts.collections[name]
            if given.get(name) is not None and items is not None:
                stored[name] = _items_for_receipt(collection, items, given[name])
        return stored


def _set(target: dict[str, Json], path: list[str], value: Json) -> None:
    *outer, last = path
    for name in outer:
        inner = target.setdefault(name, {})
        if isinstance(inner, dict):
            target = inner
    target[last] = value


def _items_for_receipt(collection: Collection, items: Mapping[str, Values], given: object) -> Json:
    if collection.words:
        return list(items)
    if not collection.items:
        return [{"id": name, **_known_facts(collection, values)} for name, values in items.items()]
    answers = given if isinstance(given, Mapping) else {}
    return {
        name: NOT_APPLICABLE if answers.get(name) == NOT_APPLICABLE else _known_facts(collection, values)
        for name, values in items.items()
        if answers.get(name) is not None
    }


def _known_facts(collection: Collection, values: Values) -> dict[str, Json]:
    return {
        name: fact.json(value)
        for name, fact in collection.facts.items()
        if (value := values[name]) is not None and value != NONE
    }
