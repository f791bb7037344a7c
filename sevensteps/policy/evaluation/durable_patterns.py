"""The conditions of a decision as patterns of durable-rules, used only within what that engine does reliably.

The engine has no "unknown" and no safe "not", so each condition becomes two patterns of positive tests, one for true
and one for false. An unknown fact is left out, so that neither fires. Nothing is joined, and a pattern is all of its
tests or any one of them: what is nested otherwise is evaluated in an earlier stratum, and its outcome is asserted as a
field of the fact of a later one. So are the counts over the items of a collection.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sevensteps.policy.model.conditions import (
    All,
    Any,
    AtLeast,
    Compare,
    Condition,
    Is,
    IsGiven,
    ItemsMeet,
    Not,
    facts_of,
)
from sevensteps.policy.model.facts import LARGEST, NONE, Fact, Value
from sevensteps.policy.model.predicates import Tally

Operator = Literal["$and", "$or"]
Pattern = dict[str, object]

MOST_AT_ONCE = 60
"""Most conditions and tests of one fact: where more than 64 of them hold, the engine refuses the fact."""

GIVEN, LEAST, MOST = "g", "l", "m"
"""The endings of the fields that say of a fact whether it is given; and, of one that may be absent, its value, where
what is absent is less than everything, or more."""
TEXTS = frozenset(("date", "choice", "word"))
"""The types of facts whose values are text to the engine."""
BEYOND_TEXT, BEYOND_NUMBERS = "~", 2 * LARGEST
"""After every date, and above every number; with a minus before it, below."""
_ORDERS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_OPPOSITE = {"<": "$gte", "<=": "$gt", ">": "$lte", ">=": "$lt"}


@dataclass(frozen=True, slots=True)
class Part:
    """A condition inside another, and whether it has to hold there, or to fail."""

    condition: Condition
    holds: bool


@dataclass(frozen=True, slots=True)
class Test:
    """A test of one field of a fact."""

    field: str
    compares: str
    value: Value

    def pattern(self) -> Pattern:
        """The test as durable-rules writes it."""
        test: Pattern = {self.field: self.value}
        return {self.compares: test} if self.compares else test


@dataclass(frozen=True, slots=True)
class Stratum:
    """Conditions that are evaluated together.

    `patterns` show a node to be true, or false; `fields` are what the fact has that is asserted for them; `counts` name
    the fields that count nodes of earlier strata.
    """

    patterns: Mapping[tuple[str, bool], Sequence[Pattern]]
    fields: tuple[str, ...]
    counts: Mapping[str, tuple[str, ...]]


class Scope:
    """The conditions of the case, or of one collection's items, in strata. The outcome of each is known by its node."""

    def __init__(self, conditions: Mapping[str, Condition], declared: Mapping[str, Fact]) -> None:
        """`conditions` are those of the rules, by the rule's id; `declared` are the facts that they may test."""
        facts = dict.fromkeys(fact for condition in conditions.values() for fact in facts_of(condition))
        self.fields = {fact: f"f{position}" for position, fact in enumerate(facts)}
        endings = ("", GIVEN, LEAST, MOST)
        self._names = {fact: tuple(field + ending for ending in endings) for fact, field in self.fields.items()}
        self._declared = declared
        self.tallies: dict[str, str] = {}
        self._counts: dict[AtLeast, str] = {}
        self._nodes: dict[Condition, str] = {}
        self._depths: dict[Condition, int] = {}
        for condition in conditions.values():
            self._place(condition)
        self.rules = {rule: self._nodes[condition] for rule, condition in conditions.items()}
        self.strata = [self._stratum(conditions) for conditions in self._evaluated_together()]

    def _place(self, condition: Condition) -> int:
        """Give a condition a node; returns how many strata have to come before its own."""
        if condition not in self._depths:
            self._depths[condition] = max((self._known_after(part.condition) for part in _parts(condition)), default=0)
            self._nodes[condition] = f"n{len(self._nodes)}"
        return self._depths[condition]

    def _known_after(self, part: Condition) -> int:
        """How many strata have to come before a part of another condition can be tested."""
        match part:
            case AtLeast(_, conditions):
                self._counts.setdefault(part, f"c{len(self._counts)}")
                return max(map(self._place, conditions)) + 1
            case ItemsMeet(rule):
                self.tallies.setdefault(rule, f"t{len(self.tallies)}")
        return self._place(part) + 1 if _operator(part) else 0

    def _evaluated_together(self) -> Iterator[list[Condition]]:
        """The conditions of one stratum after another; where it has very many, as many at once as the engine takes."""
        together: list[Condition] = []
        parts: set[Part] = set()
        for condition in sorted(self._depths, key=self._depths.__getitem__):
            of_this = set(_parts(condition))
            is_later = together and self._depths[together[0]] < self._depths[condition]
            if is_later or (together and len(together) + len(parts | of_this) >= MOST_AT_ONCE):
                yield together
                together, parts = [], set()
            together.append(condition)
            parts |= of_this
        if together:
            yield together

    def _stratum(self, conditions: Sequence[Condition]) -> Stratum:
        patterns: dict[tuple[str, bool], Sequence[Pattern]] = {}
        fields: dict[str, None] = {}
        counts: dict[str, tuple[str, ...]] = {}
        for condition in conditions:
            counted = (part.condition for part in _parts(condition) if isinstance(part.condition, AtLeast))
            counts |= {self._counts[part]: tuple(self._nodes[inner] for inner in part.conditions) for part in counted}
            for truth in (True, False):
                tests = self._tests(condition, truth=truth)
                if tests:
                    is_any = _operator(condition, holds=truth) == "$or"
                    several = [test.pattern() for test in tests]
                    patterns[self._nodes[condition], truth] = [{"$or": several}] if is_any and tests[1:] else several
                    fields |= dict.fromkeys(test.field for test in tests)
        return Stratum(patterns, tuple(fields), counts)

    def _tests(self, condition: Condition, *, truth: bool) -> Sequence[Test]:
        """The tests that show a condition to be true, or false, all of them or any one; none where nothing does."""
        parts = _parts(condition)
        tests = [self._test(part.condition, holds=part.holds is truth) for part in parts]
        possible = [test for test in tests if test]
        return possible if len(possible) == len(parts) or _operator(condition, holds=truth) == "$or" else ()

    def _test(self, part: Condition, *, holds: bool) -> Test | None:
        """The one positive test that shows a part to hold, or to fail; None when it never does."""
        match part:
            case Is(fact, (bool(value),)) if not self._may_be_absent(fact):
                return Test(self.fields[fact], "", int(value is holds))
            case Is(fact, (value,)):
                plain = int(value) if isinstance(value, bool) else value
                return Test(self._field(fact, LEAST), "" if holds else "$neq", plain)
            case Compare(fact, order, bound):
                field = self._field(fact, MOST if order in {"<", "<="} else LEAST)
                return Test(field, (_ORDERS if holds else _OPPOSITE)[order], bound)
            case IsGiven(fact, optional):
                return Test(f"{self.fields[fact]}{GIVEN}", "", int(holds)) if holds or optional else None
            case ItemsMeet(rule, None):
                tally = self.tallies[rule]
                return Test(f"{tally}o", "$lt", 1) if holds else Test(f"{tally}f", "$gte", 1)
            case ItemsMeet(rule, int(number)):
                return self._enough(self.tallies[rule], number, holds=holds)
            case AtLeast(number, _):
                return self._enough(self._counts[part], number, holds=holds)
        return Test(self._nodes[part], "", int(holds))

    def _may_be_absent(self, fact: str) -> bool:
        return self._declared[fact].none_if_absent

    def _field(self, fact: str, ending: str) -> str:
        return f"{self.fields[fact]}{ending if self._may_be_absent(fact) else ''}"

    def tell(self, fact: str, value: Value, known: dict[str, Value]) -> None:
        """Add the fields that say what is known of a fact. What is absent is NONE, and compares with nothing."""
        field, given, least, most = self._names[fact]
        is_given = value != NONE
        known[given] = int(is_given)
        if isinstance(value, tuple):  # a condition can test of a list only whether it is given
            return
        plain = int(value) if isinstance(value, bool) else value
        if not self._may_be_absent(fact):
            known[field] = plain
        elif is_given:
            known[least] = known[most] = plain
        elif self._declared[fact].type in TEXTS:
            known[least], known[most] = "", BEYOND_TEXT
        else:
            known[least], known[most] = -BEYOND_NUMBERS, BEYOND_NUMBERS

    def _enough(self, tally: str, number: int, *, holds: bool) -> Test:
        return Test(f"{tally}t", "$gte", number) if holds else Test(f"{tally}p", "$lt", number)


def counted(name: str, tally: Tally) -> dict[str, Value]:
    """What a fact says of the number of items or nodes that are true, false and unknown."""
    true, false, unknown = tally
    return {f"{name}t": true, f"{name}f": false, f"{name}o": false + unknown, f"{name}p": true + unknown}


def _operator(condition: Condition, *, holds: bool = True) -> Operator | None:
    """Whether a condition holds, or fails, where all of its parts do or any one does; None where it has no parts."""
    match condition:
        case Not(inner):
            return _operator(inner, holds=not holds)
        case All():
            return "$and" if holds else "$or"
        case Any() | Is(_, (_, _, *_)):
            return "$or" if holds else "$and"
    return None


def _parts(condition: Condition) -> tuple[Part, ...]:
    """The parts that all have to be as they say, or any one of them, for the condition to hold."""
    return tuple(dict.fromkeys(_opened(Part(condition, holds=True), _operator(condition) or "$and")))


def _opened(part: Part, operator: Operator) -> Iterator[Part]:
    """A part, or the parts of it where these are joined by the same operator."""
    match part.condition:
        case Not(inner):
            yield from _opened(Part(inner, holds=not part.holds), operator)
        case All(conditions) | Any(conditions) if _operator(part.condition, holds=part.holds) == operator:
            for inner in conditions:
                yield from _opened(Part(inner, part.holds), operator)
        case Is(fact, values) if _operator(part.condition, holds=part.holds) == operator:
            yield from (Part(Is(fact, (value,)), part.holds) for value in values)
        case _:
            yield part
