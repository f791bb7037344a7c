"""The other values that a given fact could have, the nearest first."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, product

from sevensteps.policy.evaluation.partial_evaluation import fact_tests_of, trial_values, with_value
from sevensteps.policy.evaluation.plain import Truths
from sevensteps.policy.model.compiled_decision import CompiledDecision
from sevensteps.policy.model.conditions import Compare, Condition, Is, walk
from sevensteps.policy.model.declared_facts import TypedFacts, Values
from sevensteps.policy.model.derived_facts import Constant, DerivedFact, inputs_of
from sevensteps.policy.model.facts import NONE, Fact, Value
from sevensteps.policy.why_not.influence import FactPath

ANOTHER = "another"
"""A word that no rule or parameter names."""
_NUMBERS = ("whole number", "money")
_LISTS = ("words", "narrative")
_STEP = 4
"""Each number that is tried is this many times as far away as the one before, until the outcome of a rule changes."""


def value_at(facts: TypedFacts, path: FactPath) -> Value | None:
    """The value of a fact; of a list, its words."""
    scope, item, name = path
    if not name:
        items = facts.collections[scope]
        return None if items is None else tuple(items)
    return (facts.collections[scope] or {})[item][name] if scope else facts.case[name]


def with_value_at(facts: TypedFacts, path: FactPath, value: Value) -> TypedFacts:
    """A copy of the facts with another value of one; its derived facts have to be derived again."""
    scope, item, name = path
    if name:
        return with_value(facts, scope, item, name, value)
    listed = {word: (facts.collections[scope] or {}).get(word, {"item": word}) for word in _words_of(value)}
    return TypedFacts(facts.case, {**facts.collections, scope: listed}, on=facts.on).copy()


class Alternatives:
    """The values that are worth trying for each fact of a case.

    `truths_of` evaluates every rule: a number is tried wherever the outcome of one of them changes.
    """

    def __init__(
        self, compiled: CompiledDecision, facts: TypedFacts, truths_of: Callable[[TypedFacts], Truths]
    ) -> None:
        self._compiled, self._facts, self._truths_of = compiled, facts, truths_of
        self._words = dict.fromkeys(_words_in(compiled, facts))
        self._furthest = 2 * max(map(abs, _numbers_in(compiled, facts)), default=0)
        self._others: dict[FactPath, list[Value]] = {}

    def paths(self) -> Iterator[FactPath]:
        """Every fact of the case and of its items, and every list of words."""
        yield from (("", "", name) for name in self._compiled.declared.case)
        for collection in self._compiled.declared.collections.values():
            if collection.words:
                yield collection.name, "", ""
                continue
            for item in self._facts.collections[collection.name] or {}:
                yield from ((collection.name, item, name) for name in collection.facts)

    def is_number(self, path: FactPath) -> bool:
        """Whether it is a number, which has too many values to try each."""
        return bool(path[2]) and self._fact(path).type in _NUMBERS

    def of(self, path: FactPath) -> list[Value]:
        """Other values of a fact; of a list, those with one word more or less, and the empty list."""
        if path not in self._others:
            self._others[path] = self.of_when(path, self._facts)
        return self._others[path]

    def of_when(self, path: FactPath, facts: TypedFacts) -> list[Value]:
        """Other values of a fact, where the other facts are as in `facts`."""
        now = value_at(facts, path)
        if not path[2] or self._fact(path).type in _LISTS:
            return self._lists(path, now)
        fact = self._fact(path)
        others = self._numbers(path, facts, now) if self.is_number(path) else self._scalars(path, fact)
        absent = (NONE,) if fact.none_if_absent else ()
        return [value for value in dict.fromkeys((*others, *absent)) if value != now]

    def with_two_words_changed(self, path: FactPath) -> Iterator[Value]:
        """Of a list, those with two words more, fewer or exchanged; of any other fact, none."""
        now = value_at(self._facts, path)
        if isinstance(now, tuple) and (not path[2] or self._fact(path).type in _LISTS):
            for pair in combinations(self._toggled(path, now), 2):
                yield _with_toggled(now, pair)

    def thresholds_of(self, path: FactPath) -> list[Value]:
        """The numbers with which a number is compared, itself or derived, and its lowest and highest value.

        With any of these the outcome of a rule may change once another fact has changed too.
        """
        now = value_at(self._facts, path)
        thresholds = self._thresholds(path, self._facts, now if isinstance(now, int) else 0)
        return [number for number in dict.fromkeys([*thresholds, *self._ends(path)]) if self._may_be(path, number)]

    def _ends(self, path: FactPath) -> list[int]:
        fact = self._fact(path)
        return [end for end in (fact.lowest, fact.highest) if end is not None]

    def _may_be(self, path: FactPath, number: int) -> bool:
        fact = self._fact(path)
        return (fact.lowest is None or number >= fact.lowest) and (fact.highest is None or number <= fact.highest)

    def _fact(self, path: FactPath) -> Fact:
        return self._compiled.facts[path[0]][path[2]]

    def _scalars(self, path: FactPath, fact: Fact) -> Iterable[Value]:
        trials = trial_values(fact, fact_tests_of(self._compiled, path[0], path[2]))
        if fact.type != "word":
            return trials
        named = [word for word in (*trials[:-1], *self._parameter_words(path)) if fact.constant(word) is not None]
        return (*named, ANOTHER)  # the last of the trials stands for any other word too

    def _parameter_words(self, path: FactPath) -> Iterator[str]:
        """The words with an amount in a parameter in which a derived fact looks this one up."""
        for derived in self._derived_from(path[0], path[2]):
            for source in derived.arguments.values():
                if isinstance(source, Constant) and isinstance(source.value, Mapping):
                    yield from (str(word) for word in source.value)

    def _lists(self, path: FactPath, now: Value | None) -> list[Value]:
        words = _words_of(now)
        lists = [_with_toggled(words, (word,)) for word in self._toggled(path, words)]
        return [value for value in dict.fromkeys([*lists, ()]) if value != now]

    def _toggled(self, path: FactPath, words: tuple[str, ...]) -> list[str]:
        """The words that can be taken from a list, and those that can be added to it."""
        scope, _, name = path
        fact = self._fact(path) if name else None
        options = (fact.options or fact.hints) if fact else self._compiled.declared.collections[scope].options
        narrative = fact is not None and fact.type == "narrative"
        return list(dict.fromkeys([*words, *(options if options or narrative else (ANOTHER, *self._words))]))

    def _numbers(self, path: FactPath, facts: TypedFacts, now: Value | None) -> list[Value]:
        """The numbers, up and down, at which the outcome of a rule changes, the nearest first."""
        lowest = self._fact(path).lowest
        start = now if isinstance(now, int) else max(0, -self._furthest if lowest is None else lowest)
        stops = self._stops(path, facts, start)
        seen: dict[int, Truths] = {}

        def truths(number: int) -> Truths:
            if number not in seen:
                seen[number] = self._truths_of(with_value_at(facts, path, number))
            return seen[number]

        up, down = [stop for stop in stops if stop > start], [stop for stop in reversed(stops) if stop < start]
        numbers = [*_changes(truths, start, up), *_changes(truths, start, down)]
        return [*([start] if now in (None, NONE) else []), *sorted(numbers, key=lambda number: abs(number - start))]

    def _stops(self, path: FactPath, facts: TypedFacts, start: int) -> list[int]:
        """The numbers to try first: ever further from the start, beside every threshold, and the two ends."""
        distances = [_STEP**power for power in range(64) if _STEP**power <= self._furthest]
        stops = {start + sign * distance for distance in distances for sign in (1, -1)}
        at_start = with_value_at(facts, path, start)
        self._truths_of(at_start)  # this derives its facts
        stops |= {threshold + step for threshold in self._thresholds(path, at_start, start) for step in (-1, 0, 1)}
        stops |= {*([] if self._fact(path).lowest is not None else [-self._furthest]), *self._ends(path)}
        return sorted(stop for stop in stops if self._may_be(path, stop))

    def _thresholds(self, path: FactPath, facts: TypedFacts, now: int) -> Iterator[int]:
        """Numbers near which the outcome of a rule may change, from its own tests and from derived facts."""
        scope, _, name = path
        tests = fact_tests_of(self._compiled, scope, name)
        yield from (trial for trial in trial_values(self._fact(path), tests) if isinstance(trial, int))
        for derived in self._derived_from(scope, name):
            for source in derived.arguments.values():
                yield from _numbers_of(source.value) if isinstance(source, Constant) else ()
            if derived.fact.type != self._fact(path).type:
                continue
            tests_of_derived = fact_tests_of(self._compiled, derived.scope, derived.fact.name)
            bounds = [*_numbers_of([_compared_with(test) for test in tests_of_derived])]
            for value, bound in product(_values_of(derived, facts), bounds):
                yield from (now + value - bound, now + bound - value)

    def _derived_from(self, scope: str, fact: str) -> Iterator[DerivedFact]:
        """The derived facts that depend on a fact, directly or through others."""
        used = {(scope, fact)}
        for derived in self._compiled.derived_facts:  # a derived fact is below those that it uses
            if used & set(inputs_of(derived)):
                used.add((derived.scope, derived.fact.name))
                yield derived


def _changes(truths: Callable[[int], Truths], start: int, stops: list[int]) -> Iterator[int]:
    """From stop to stop, each first number with another outcome than the number before it.

    Between two stops with the same outcome no number is looked for.
    """
    here = start
    for stop in stops:
        while truths(here) != truths(stop):
            near, far = here, stop
            while abs(far - near) > 1:
                middle = (near + far) // 2
                near, far = (middle, far) if truths(middle) == truths(here) else (near, middle)
            here = far
            yield here
        here = stop


def _with_toggled(words: tuple[str, ...], toggled: tuple[str, ...]) -> tuple[str, ...]:
    return (*(word for word in words if word not in toggled), *(word for word in toggled if word not in words))


def _words_in(compiled: CompiledDecision, facts: TypedFacts) -> Iterator[str]:
    """The words in the lists of the case."""
    for collection in compiled.declared.collections.values():
        items = facts.collections[collection.name] or {}
        yield from items if collection.words else ()
        for values in items.values():
            yield from _words_among(collection.facts, values)
    yield from _words_among(compiled.declared.case, facts.case)


def _words_among(facts: Mapping[str, Fact], values: Values) -> Iterator[str]:
    for name, fact in facts.items():
        yield from _words_of(values[name]) if fact.type == "words" else ()


def _words_of(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _numbers_in(compiled: CompiledDecision, facts: TypedFacts) -> Iterator[int]:
    """Every number in the facts, in rules and in calculations."""
    yield from _numbers_of([facts.case, facts.collections])
    for derived in compiled.derived_facts:
        yield from _numbers_of([source.value for source in derived.arguments.values() if isinstance(source, Constant)])
    for rule in compiled.rules:
        yield from _numbers_of([_compared_with(condition) for condition in walk(rule.condition)])


def _compared_with(condition: Condition) -> object:
    match condition:
        case Compare(_, _, value):
            return value
        case Is(_, values):
            return values
    return None


def _numbers_of(value: object) -> Iterator[int]:
    if isinstance(value, Mapping):
        yield from _numbers_of(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _numbers_of(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def _values_of(derived: DerivedFact, facts: TypedFacts) -> Iterator[int]:
    scopes = (facts.collections[derived.scope] or {}).values() if derived.scope else (facts.case,)
    yield from (number for values in scopes for number in _numbers_of(values[derived.fact.name]))
