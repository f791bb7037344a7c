"""What a given fact could be instead of what it is: the nearest first."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, count, product, takewhile

from sevensteps.policy.evaluation.completion import looks_of, trials_of, with_value
from sevensteps.policy.evaluation.plain import Truths
from sevensteps.policy.model.conditions import Compare, Condition, Is, inside
from sevensteps.policy.model.facts import NONE, Fact, Value
from sevensteps.policy.model.given import Known, Values
from sevensteps.policy.model.ruling import Ruling
from sevensteps.policy.model.sums import Plain, Sum, inputs_of
from sevensteps.policy.why_not.influence import Place

ANOTHER = "another"
"""A word that is none of those that anything asks for."""
_NUMBERS = ("whole number", "money")
_LISTS = ("words", "narrative")
_STEP = 4
"""Numbers are tried this many times as far away each time, until a rule comes out otherwise."""


def at(known: Known, place: Place) -> Value | None:
    """What a fact is; of a list, its words."""
    scope, item, name = place
    if not name:
        items = known.items[scope]
        return None if items is None else tuple(items)
    return (known.items[scope] or {})[item][name] if scope else known.case[name]


def otherwise(known: Known, place: Place, value: Value) -> Known:
    """A copy of the facts, one of them otherwise; its sums are still to be worked out anew."""
    scope, item, name = place
    if name:
        return with_value(known, scope, item, name, value)
    listed = {word: (known.items[scope] or {}).get(word, {"item": word}) for word in _words_of(value)}
    items = {
        collection: None if found is None else {item: dict(values) for item, values in found.items()}
        for collection, found in {**known.items, scope: listed}.items()
    }
    return Known(dict(known.case), items)


class Alternatives:
    """The values that are worth trying for each fact of a case.

    `truths_of` says what becomes of every rule: a number is tried wherever one of them begins to come out otherwise.
    """

    def __init__(self, ruling: Ruling, known: Known, truths_of: Callable[[Known], Truths]) -> None:
        self._ruling, self._known, self._truths_of = ruling, known, truths_of
        self._words = dict.fromkeys(_words_in(ruling, known))
        self._furthest = 2 * max(map(abs, _numbers_in(ruling, known)), default=0)
        self._steps = [*takewhile(self._furthest.__gt__, (_STEP**power for power in count())), self._furthest]
        self._found: dict[Place, list[Value]] = {}

    def places(self) -> Iterator[Place]:
        """Every fact of the case, of its items, and every list of words."""
        yield from (("", "", name) for name in self._ruling.declared.case)
        for collection in self._ruling.declared.collections.values():
            if collection.words:
                yield collection.name, "", ""
                continue
            for item in self._known.items[collection.name] or {}:
                yield from ((collection.name, item, name) for name in collection.facts)

    def is_number(self, place: Place) -> bool:
        """Whether there are too many values to try each."""
        return bool(place[2]) and self._fact(place).type in _NUMBERS

    def of(self, place: Place) -> list[Value]:
        """Other values of a fact; of a list, those with one word more or less, and the empty one."""
        if place not in self._found:
            self._found[place] = self.of_when(place, self._known)
        return self._found[place]

    def of_when(self, place: Place, known: Known) -> list[Value]:
        """Other values of a fact where other facts are as they are in `known`."""
        now = at(known, place)
        if not place[2] or self._fact(place).type in _LISTS:
            return self._lists(place, now)
        fact = self._fact(place)
        found = self._turning_numbers(place, known, now) if self.is_number(place) else self._scalars(place, fact)
        absent = (NONE,) if fact.none_if_absent else ()
        return [value for value in dict.fromkeys((*found, *absent)) if value != now]

    def with_two_words_otherwise(self, place: Place) -> Iterator[Value]:
        """Of a list, those with two words more, less, or exchanged; of anything else nothing."""
        now = at(self._known, place)
        if isinstance(now, tuple) and (not place[2] or self._fact(place).type in _LISTS):
            for pair in combinations(self._toggled(place, now), 2):
                yield _with_toggled(now, pair)

    def marks_of(self, place: Place) -> list[Value]:
        """Where a number is compared, alone or in a sum, and the lowest and highest that it may be.

        With any of these a rule may come out otherwise once another fact has changed too.
        """
        now = at(self._known, place)
        marks = self._marks(place, self._known, now if isinstance(now, int) else 0)
        return [mark for mark in dict.fromkeys([*marks, *self._ends(place)]) if self._may_be(place, mark)]

    def _ends(self, place: Place) -> list[int]:
        fact = self._fact(place)
        return [end for end in (fact.lowest, fact.highest) if end is not None]

    def _may_be(self, place: Place, number: int) -> bool:
        fact = self._fact(place)
        return (fact.lowest is None or number >= fact.lowest) and (fact.highest is None or number <= fact.highest)

    def _fact(self, place: Place) -> Fact:
        return self._ruling.facts[place[0]][place[2]]

    def _scalars(self, place: Place, fact: Fact) -> Iterable[Value]:
        trials = trials_of(fact, looks_of(self._ruling, place[0], place[2]))
        if fact.type != "word":
            return trials
        named = [word for word in (*trials[:-1], *self._parameter_words(place)) if fact.constant(word) is not None]
        return (*named, ANOTHER)  # the last of the trials stands for any other word too

    def _parameter_words(self, place: Place) -> Iterator[str]:
        """The words that parameters have an amount for, where a sum looks them up."""
        for sum_ in self._sums_of(place[0], place[2]):
            for source in sum_.arguments.values():
                if isinstance(source, Plain) and isinstance(source.value, Mapping):
                    yield from (str(word) for word in source.value)

    def _lists(self, place: Place, now: Value | None) -> list[Value]:
        words = _words_of(now)
        found = [_with_toggled(words, (word,)) for word in self._toggled(place, words)]
        return [value for value in dict.fromkeys([*found, ()]) if value != now]

    def _toggled(self, place: Place, words: tuple[str, ...]) -> list[str]:
        """The words that may go from a list, and those that may come to it."""
        scope, _, name = place
        fact = self._fact(place) if name else None
        options = (fact.options or fact.hints) if fact else self._ruling.declared.collections[scope].options
        narrative = fact is not None and fact.type == "narrative"
        return list(dict.fromkeys([*words, *(options if options or narrative else (ANOTHER, *self._words))]))

    def _turning_numbers(self, place: Place, known: Known, now: Value | None) -> list[Value]:
        """The nearest number, up and down, with which the rules come out otherwise; then those with which again."""
        fact = self._fact(place)
        lowest = -self._furthest if fact.lowest is None else fact.lowest
        start = now if isinstance(now, int) else max(0, lowest)
        stops = {
            start + sign * _STEP**power for power in range(64) for sign in (1, -1) if _STEP**power <= self._furthest
        }
        begun = otherwise(known, place, start)
        self._truths_of(begun)  # which works its sums out
        stops |= {mark + step for mark in self._marks(place, begun, start) for step in (-1, 0, 1)}
        stops |= {lowest, *self._ends(place)}
        stops = {stop for stop in stops if self._may_be(place, stop)}
        seen: dict[int, Truths] = {}

        def truths(number: int) -> Truths:
            if number not in seen:
                seen[number] = self._truths_of(otherwise(known, place, number))
            return seen[number]

        up, down = sorted(stop for stop in stops if stop > start), sorted((s for s in stops if s < start), reverse=True)
        found = [*_turns(truths, start, up), *_turns(truths, start, down)]
        return [*([start] if now in (None, NONE) else []), *sorted(found, key=lambda number: abs(number - start))]

    def _marks(self, place: Place, known: Known, now: int) -> Iterator[int]:
        """Numbers near which a rule may come out otherwise: compared with by rules and sums, or off by what one is."""
        scope, _, name = place
        looks = looks_of(self._ruling, scope, name)
        yield from (trial for trial in trials_of(self._fact(place), looks) if isinstance(trial, int))
        for sum_ in self._sums_of(scope, name):
            for source in sum_.arguments.values():
                yield from _numbers_of(source.value) if isinstance(source, Plain) else ()
            if sum_.fact.type != self._fact(place).type:
                continue
            bounds = [*_numbers_of(list(map(_compared_with, looks_of(self._ruling, sum_.scope, sum_.fact.name))))]
            for value, bound in product(_values_of(sum_, known), bounds):
                yield from (now + value - bound, now + bound - value)

    def _sums_of(self, scope: str, fact: str) -> Iterator[Sum]:
        """The sums that a fact goes into, by way of others too."""
        used = {(scope, fact)}
        for sum_ in self._ruling.sums:  # a sum stands below those that it uses
            if used & set(inputs_of(sum_)):
                used.add((sum_.scope, sum_.fact.name))
                yield sum_


def _turns(truths: Callable[[int], Truths], start: int, stops: list[int]) -> Iterator[int]:
    """On the way over these stops, each first number with which the rules come out otherwise than with the one before.

    Between two stops with the same outcome none is looked for.
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


def _words_in(ruling: Ruling, known: Known) -> Iterator[str]:
    """The words in the lists of the case."""
    for collection in ruling.declared.collections.values():
        items = known.items[collection.name] or {}
        yield from items if collection.words else ()
        for values in items.values():
            yield from _words_among(collection.facts, values)
    yield from _words_among(ruling.declared.case, known.case)


def _words_among(facts: Mapping[str, Fact], values: Values) -> Iterator[str]:
    for name, fact in facts.items():
        yield from _words_of(values[name]) if fact.type == "words" else ()


def _words_of(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _numbers_in(ruling: Ruling, known: Known) -> Iterator[int]:
    """Every number of the facts, and that rules and sums look at."""
    yield from _numbers_of([known.case, known.items])
    for sum_ in ruling.sums:
        yield from _numbers_of([source.value for source in sum_.arguments.values() if isinstance(source, Plain)])
    for rule in ruling.rules:
        yield from _numbers_of([_compared_with(look) for look in inside(rule.condition)])


def _compared_with(look: Condition) -> object:
    return look.value if isinstance(look, Compare) else look.values if isinstance(look, Is) else None


def _numbers_of(value: object) -> Iterator[int]:
    if isinstance(value, Mapping):
        yield from _numbers_of(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _numbers_of(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def _values_of(sum_: Sum, known: Known) -> Iterator[int]:
    scopes = (known.items[sum_.scope] or {}).values() if sum_.scope else (known.case,)
    yield from (number for values in scopes for number in _numbers_of(values[sum_.fact.name]))
