"""Facts: how a pack declares them, and how what a caller gives becomes typed, or is refused by name.

Inside, money is whole pence, a date is ISO text and an unknown fact is None.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sevensteps.errors import Fault, Kind
from sevensteps.policy.verdict import Json

Scalar = bool | int | str
Value = bool | int | str | tuple[str, ...]
Values = dict[str, Value | None]

_MONEY = re.compile(r"(-?)(\d{1,9})(?:\.(\d{2}))?")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_LIMIT = 10**12
_LONGEST_LIST = 10_000
NOT_APPLICABLE = "not_applicable"
NONE = ""
"""What an optional fact is when it is not given: known to be none, rather than unknown."""

EXPECTED = {
    "boolean": "true or false",
    "whole number": "a whole number",
    "money": 'pounds and pence as text, such as "82.91"',
    "date": "a date as text, such as 2026-04-01",
    "choice": "one of the options",
    "word": "a short word of letters, digits, - and _",
    "words": "a list of short words",
    "narrative": "text, or the list of hint words found in it",
}


def _refuse(path: str, expected: str) -> Fault:
    return Fault(Kind.INVALID, "FACT_INVALID", f"fact {path[:200]}: expected {expected}", metadata={"fact": path[:200]})


def pence(text: str) -> int | None:
    """Pounds and pence as text in whole pence, None where it is not that."""
    found = _MONEY.fullmatch(text)
    if found is None or not text.isascii():
        return None
    amount = int(found[2]) * 100 + int(found[3] or 0)
    return -amount if found[1] else amount


def pounds(amount: int) -> str:
    """Whole pence as text in pounds, such as 82.91."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its type, its unit and the question, in plain English, that it answers."""

    name: str
    type: str
    question: str = ""
    unit: str = ""
    options: tuple[str, ...] = ()
    lowest: int | None = None
    highest: int | None = None
    hints: tuple[str, ...] = ()
    none_if_absent: bool = False

    def typed(self, given: object, path: str) -> Value | None:
        """The value inside the engine; None when unknown.

        Raises:
            Fault: INVALID, FACT_INVALID, naming the fact and what was expected of it.
        """
        if given is None:
            return NONE if self.none_if_absent else None
        value = self._read(given)
        if value is None:
            raise _refuse(path, self.expected)
        return value

    def constant(self, written: object) -> Scalar | None:
        """The value that a pack's author has written to compare this fact with; None when it is not of this type."""
        if isinstance(written, int) and not isinstance(written, bool) and self.type == "money":
            return None
        value = self._read(written)
        return None if isinstance(value, tuple) else value

    @property
    def expected(self) -> str:
        """What a caller may give, in words."""
        if self.type == "choice":
            return f"one of {', '.join(self.options)}"
        bounds = [
            f"{word} {self.json(bound)}"
            for word, bound in (("from", self.lowest), ("to", self.highest))
            if bound is not None
        ]
        return " ".join([EXPECTED[self.type], *bounds])

    def json(self, value: Value | None) -> Json:
        """The value as a caller would write it."""
        if self.type == "money" and isinstance(value, int):
            return pounds(value)
        return list(value) if isinstance(value, tuple) else None if value == NONE else value

    def _read(self, given: object) -> Value | None:
        match self.type:
            case "boolean":
                return given if isinstance(given, bool) else None
            case "whole number" | "money":
                return self._number(given)
            case "date":
                return _iso(given)
            case "choice":
                return given if isinstance(given, str) and given in self.options else None
            case "word":
                return given if isinstance(given, str) and _WORD.fullmatch(given) else None
            case "words":
                return _words(given, self.options)
            case _:
                return self._found_hints(given)

    def _number(self, given: object) -> int | None:
        if isinstance(given, bool):
            return None
        amount: int | None
        if self.type == "money":
            amount = pence(given) if isinstance(given, str) else given * 100 if isinstance(given, int) else None
        else:
            amount = given if isinstance(given, int) else None
        if amount is None or abs(amount) > _LIMIT:
            return None
        if (self.lowest is not None and amount < self.lowest) or (self.highest is not None and amount > self.highest):
            return None
        return amount

    def _found_hints(self, given: object) -> tuple[str, ...] | None:
        """Narrative never gets past this line: only the pack's own hint words found in it do."""
        if isinstance(given, str):
            said = set(re.findall(r"[a-z]+", given.lower()))
            return tuple(word for word in self.hints if word in said)
        return _words(given, self.hints)


def _iso(given: object) -> str | None:
    if isinstance(given, date):
        return given.isoformat()
    if not isinstance(given, str) or not given.isascii() or _ISO.fullmatch(given) is None:
        return None
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        return None


def _words(given: object, options: tuple[str, ...]) -> tuple[str, ...] | None:
    if not isinstance(given, list | tuple) or len(given) > _LONGEST_LIST:
        return None
    words = tuple(word for word in given if isinstance(word, str) and _WORD.fullmatch(word))
    if len(words) != len(given) or len(set(words)) != len(words) or (options and not set(words) <= set(options)):
        return None
    return words


@dataclass(frozen=True, slots=True)
class Collection:
    """Many things of one sort, each with the same facts.

    `items` are the names when the law lists them (the ten outcomes); otherwise the caller lists them, as records with
    an `id` or as bare words. `none_if_absent` says that a list which is not given is empty rather than unknown.
    """

    name: str
    facts: Mapping[str, Fact]
    items: tuple[str, ...] = ()
    words: bool = False
    options: tuple[str, ...] = ()
    may_be_not_applicable: frozenset[str] = frozenset()
    none_if_absent: bool = False

    def typed(self, given: object) -> dict[str, Values] | None:
        """Each item's facts by its name, None when the list itself is unknown."""
        if self.items:
            return self._closed(given)
        if given is None:
            return {} if self.none_if_absent else None
        if self.words:
            words = _words(given, self.options)
            if words is None:
                named = f" out of {', '.join(self.options)}" if self.options else ""
                raise _refuse(self.name, f"a list of different words{named}")
            return {word: {"item": word} for word in words}
        return self._records(given)

    def _closed(self, given: object) -> dict[str, Values]:
        asked = given if given is not None else {}
        if not isinstance(asked, Mapping):
            raise _refuse(self.name, f"an object with {', '.join(self.items)}")
        for name in asked:
            if name not in self.items:
                raise _refuse(f"{self.name}.{name}", "no such fact: it is not declared")
        return {item: self._item(item, asked.get(item)) for item in self.items}

    def _item(self, item: str, given: object) -> Values:
        if given == NOT_APPLICABLE and item in self.may_be_not_applicable:
            return dict.fromkeys(self.facts, False)
        return self._facts(given if given is not None else {}, f"{self.name}.{item}")

    def _records(self, given: object) -> dict[str, Values]:
        if not isinstance(given, list | tuple) or len(given) > _LONGEST_LIST:
            raise _refuse(self.name, "a list of objects, each with an id")
        records: dict[str, Values] = {}
        for position, record in enumerate(given):
            path = f"{self.name}[{position}]"
            if not isinstance(record, Mapping):
                raise _refuse(path, "an object with an id")
            name = record.get("id")
            if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
                raise _refuse(f"{path}.id", "a short id of letters, digits, - and _")
            if name in records:
                raise _refuse(f"{path}.id", "an id that no other item of the list has")
            records[name] = self._facts({key: fact for key, fact in record.items() if key != "id"}, path)
        return records

    def _facts(self, given: object, path: str) -> Values:
        if not isinstance(given, Mapping):
            raise _refuse(path, f"an object with {', '.join(self.facts)}")
        for name in given:
            if name not in self.facts:
                raise _refuse(f"{path}.{name}", "no such fact: it is not declared")
        return {name: fact.typed(given.get(name), f"{path}.{name}") for name, fact in self.facts.items()}


@dataclass(slots=True)
class Known:
    """Typed facts of one evaluation: the case's own, and each collection's item by item (None: list unknown)."""

    case: Values
    items: dict[str, dict[str, Values] | None]
    given: Mapping[str, Json] = field(default_factory=dict)
    faults: dict[tuple[str, str, str], Fault] = field(default_factory=dict)
    """Why a sum could not be worked out, by scope, item and fact: it matters only where the fact does."""


@dataclass(frozen=True, slots=True)
class Declared:
    """Every fact that a decision may be given. A dotted name is a fact inside an object."""

    case: Mapping[str, Fact]
    collections: Mapping[str, Collection]

    def typed(self, given: object) -> Known:
        """The given facts, typed.

        Raises:
            Fault: INVALID, FACT_INVALID: an undeclared fact, or one of the wrong type, by its path.
        """
        if not isinstance(given, Mapping):
            raise _refuse("facts", "an object")
        case = {path: fact.typed(None, path) for path, fact in self.case.items()}
        for name, value in given.items():
            if name not in self.collections:
                self._place(str(name), value, case)
        items = {name: collection.typed(given.get(name)) for name, collection in self.collections.items()}
        return Known(case, items, self._kept(given, case, items))

    def _place(self, path: str, value: object, case: Values) -> None:
        fact = self.case.get(path)
        if fact is not None:
            case[path] = fact.typed(value, path)
        elif any(name.startswith(f"{path}.") for name in self.case):
            if value is not None and not isinstance(value, Mapping):
                raise _refuse(path, "an object")
            for name, inner in (value or {}).items():
                self._place(f"{path}.{name}", inner, case)
        else:
            raise _refuse(path, "no such fact: it is not declared")

    def _kept(self, given: Mapping[str, object], case: Values, items: Mapping[str, object]) -> dict[str, Json]:
        """What a receipt keeps: the known facts in the caller's shape, narrative replaced by its hint words."""
        kept: dict[str, Json] = {}
        for path, value in case.items():
            if value not in (None, NONE):
                _set(kept, path.split("."), self.case[path].json(value))
        for name, collection in self.collections.items():
            typed = items[name]
            if given.get(name) is not None and isinstance(typed, dict):
                kept[name] = _kept_items(collection, typed, given[name])
        return kept


def _set(target: dict[str, Json], path: list[str], value: Json) -> None:
    *outer, last = path
    for name in outer:
        inner = target.setdefault(name, {})
        if isinstance(inner, dict):
            target = inner
    target[last] = value


def _kept_items(collection: Collection, typed: Mapping[str, Values], given: object) -> Json:
    def facts(values: Values) -> dict[str, Json]:
        return {
            name: fact.json(values[name]) for name, fact in collection.facts.items() if values[name] not in (None, NONE)
        }

    if collection.words:
        return list(typed)
    if not collection.items:
        return [{"id": name, **facts(values)} for name, values in typed.items()]
    asked = given if isinstance(given, Mapping) else {}
    return {
        name: NOT_APPLICABLE if asked.get(name) == NOT_APPLICABLE else facts(values)
        for name, values in typed.items()
        if asked.get(name) is not None
    }
