"""Settling what Kleene's logic leaves open: what is unknown is tried with everything that it could be.

Kleene's answer is exact while every fact is looked at once, by a look that could see either. "Capacity or not capacity"
is certain, and yet unknown to it. So where a verdict is open, each other unknown fact is filled in with one value for
every way in which the rules can tell values apart, and a number in a sum is looked at between its bounds. Only if all
of these give the same verdict is that the verdict.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sevensteps.policy.evaluation.plain import test_of
from sevensteps.policy.evaluation.ranges import Ranges
from sevensteps.policy.model.conditions import Compare, Condition, Is, Items, Look, inside, looks_in
from sevensteps.policy.model.facts import FIRST_DAY, Fact, Value
from sevensteps.policy.model.given import Known
from sevensteps.policy.model.ruling import Ruling
from sevensteps.policy.model.sums import Sum, inputs_of, words_told_apart, work_out
from sevensteps.policy.model.verdict import Verdict

MOST_TRIALS = 2_000
"""So many ways of filling in are tried for a decision; a verdict that needs more stays open."""

MOST_ASKED = 50_000
"""So many times is a rule asked of something while they are tried: fewer trials for a plan of many lines."""

_ANY_OTHER_WORD = "any-other"
_SOMETHING: Mapping[str, tuple[Value, ...]] = {"date": (FIRST_DAY.isoformat(),), "words": ((),), "narrative": ((),)}
"""What stands for a fact of which rules only ask whether it is given."""

Place = tuple[str, str]
"""A fact by its scope and name."""


@dataclass(slots=True)
class Allowance:
    """What may still be tried for one decision, of whose rules so many are asked in each trial."""

    asked: int
    left: int = MOST_ASKED

    def spend(self) -> bool:
        """Take off one trial; whether there was enough left for it."""
        self.left -= max(self.asked, MOST_ASKED // MOST_TRIALS)
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A fact for which Kleene's answer may fall short, and a value for each way in which rules tell values apart."""

    scope: str
    fact: str
    trials: tuple[Value, ...]


class Completion:
    """Settles the verdict of a decision, or of one part of it, from what the unknown facts could be."""

    def __init__(self, ruling: Ruling, part: str | None = None) -> None:
        looks = _looks_behind(ruling, part)
        sums = _sums_behind(ruling, looks)
        self._sums = ruling.sums
        self._doubtful = tuple(_doubtful(ruling, looks, sums))
        self._ranges = Ranges(ruling.facts, looks, sums)

    def settle(self, known: Known, verdict_of: Callable[[Known], Verdict], allowance: Allowance) -> Verdict:
        """The one verdict that every way of filling in the unknown facts gives, or not enough information.

        Where every fact is filled in the same way throughout, two verdicts often differ; so that is tried first.
        """
        places = [(doubt, item) for doubt in self._doubtful for item in _unknown_in(doubt, known)]
        if not places and not self._ranges:
            return Verdict.NOT_ENOUGH_INFORMATION
        first, last = (tuple(doubt.trials[end] for doubt, _ in places) for end in (0, -1))
        ways: list[tuple[Value, ...]] = [*dict.fromkeys([(), first, last])]
        found: set[Verdict] = set()
        while ways and len(found) <= 1:
            way = ways.pop()
            verdict = verdict_of(self._filled_in(known, places, way)) if allowance.spend() else None
            if verdict is None or (verdict is Verdict.NOT_ENOUGH_INFORMATION and len(way) == len(places)):
                return Verdict.NOT_ENOUGH_INFORMATION
            if verdict is Verdict.NOT_ENOUGH_INFORMATION:
                ways.extend((*way, value) for value in places[len(way)][0].trials)
            else:
                found.add(verdict)
        return found.pop() if len(found) == 1 else Verdict.NOT_ENOUGH_INFORMATION

    def _filled_in(self, known: Known, places: Sequence[tuple[Doubtful, str]], way: tuple[Value, ...]) -> Known:
        """The facts, the first doubtful ones filled in this way, with all that is then worked out or certain."""
        filled = known.copy()
        for (doubt, item), value in zip(places, way, strict=False):
            filled.of(doubt.scope)[item][doubt.fact] = value
        work_out(self._sums, filled)
        self._ranges.stand_in(filled)
        return filled


def _unknown_in(doubt: Doubtful, known: Known) -> Iterator[str]:
    return (item for item, values in known.of(doubt.scope).items() if values[doubt.fact] is None)


def _looks_behind(ruling: Ruling, part: str | None) -> Mapping[Place, list[Look]]:
    """How the rules behind a verdict look at each fact."""
    found: dict[Place, list[Look]] = {}
    for scope, condition in _conditions_behind(ruling, part):
        for look in looks_in(condition):
            found.setdefault((scope, look.fact), []).append(look)
    return found


def _conditions_behind(ruling: Ruling, part: str | None = None) -> Iterator[tuple[str, Condition]]:
    """The conditions of the rules that have a part in a verdict, and of those that they count, each time they do."""
    rules = {rule.id: rule for rule in ruling.rules}
    for rule in ruling.rules:
        if not rule.advisory and part in (None, rule.part):
            yield rule.scope, rule.condition
            for inner in inside(rule.condition):
                if isinstance(inner, Items):
                    yield rules[inner.rule].scope, rules[inner.rule].condition


def _sums_behind(ruling: Ruling, looked_at: Mapping[Place, list[Look]]) -> tuple[Sum, ...]:
    """The sums that lead to these facts, in the order in which they are worked out."""
    needed, found = set(looked_at), list[Sum]()
    for sum_ in reversed(ruling.sums):
        if (sum_.scope, sum_.fact.name) in needed:
            needed.update(inputs_of(sum_))
            found.append(sum_)
    return tuple(reversed(found))


def _doubtful(ruling: Ruling, looks: Mapping[Place, list[Look]], sums: tuple[Sum, ...]) -> Iterator[Doubtful]:
    """The facts for which Kleene's answer may fall short and that can be tried with all that makes a difference."""
    declared = {"": ruling.declared.case, **{name: each.facts for name, each in ruling.declared.collections.items()}}
    for scope, facts in declared.items():
        for name, fact in facts.items():
            seen = looks.get((scope, name), [])
            going_into = [sum_ for sum_ in sums if (scope, name) in inputs_of(sum_)]
            trials = _trials_in_sums(fact, seen, going_into)
            if trials and (len(seen) > 1 or going_into or any(_always_the_same(look, trials) for look in seen)):
                yield Doubtful(scope, name, trials)


def _trials_in_sums(fact: Fact, looks: list[Look], sums: list[Sum]) -> tuple[Value, ...]:
    """One value for every way in which these looks and sums tell values apart; none where a sum could in any way."""
    if not sums or fact.type in ("boolean", "choice"):
        return trials_of(fact, looks) or _SOMETHING.get(fact.type, ())
    told_apart = [words_told_apart(sum_) for sum_ in sums]
    if fact.type != "word" or None in told_apart:
        return ()
    words = tuple(word for several in told_apart for word in several or ())
    return trials_of(fact, [*looks, Is(fact.name, words)])


def looks_of(ruling: Ruling, scope: str, fact: str) -> list[Look]:
    """How the rules that have a part in the verdict look at a fact."""
    conditions = (condition for behind, condition in _conditions_behind(ruling) if behind == scope)
    return [look for condition in conditions for look in looks_in(condition) if look.fact == fact]


def _always_the_same(look: Look, trials: tuple[Value, ...]) -> bool:
    """Whether a look sees the same in whatever the fact could be: more than nothing, of an amount that always is."""
    test = test_of(look)
    return len({test({look.fact: trial}, {}) for trial in trials}) == 1


def trials_of(fact: Fact, looks: list[Look]) -> tuple[Value, ...]:
    """One value for every way in which these looks at a fact can tell its values apart."""
    named: set[Value] = {value for look in looks if isinstance(look, Is) for value in look.values}
    named |= {look.value for look in looks if isinstance(look, Compare)}
    match fact.type:
        case "boolean":
            return (True, False)
        case "choice":
            return fact.options
        case "word":
            return (*sorted(str(word) for word in named), _ANY_OTHER_WORD)
        case "whole number" | "money":
            numbers = {int(value) + step for value in named if isinstance(value, int) for step in (-1, 0, 1)}
            return tuple(sorted(number for number in numbers if _within(fact, number)))
        case "date":
            return tuple(sorted({_moved(str(value), step) for value in named for step in (-1, 0, 1)}))
        case _:
            return ()


def _within(fact: Fact, number: int) -> bool:
    return (fact.lowest is None or number >= fact.lowest) and (fact.highest is None or number <= fact.highest)


def _moved(day: str, step: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=step)).isoformat()


def with_value(known: Known, scope: str, item: str, fact: str, value: Value) -> Known:
    """A copy of the facts, one of them otherwise; its sums are still to be worked out anew."""
    changed = known.copy()
    changed.of(scope)[item][fact] = value
    return changed
