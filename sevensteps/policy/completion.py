"""Settling what Kleene's logic leaves open: a fact that several rules look at is tried with everything it could be.

Kleene's answer is exact while every fact is looked at once, by a look that could see either. "Capacity or not capacity"
is certain, and yet unknown to it. So where the verdict is open, each other unknown fact is filled in with one value for
every way in which the rules can tell values apart. Only if all of these give the same verdict is that the verdict.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from sevensteps.policy.conditions import Compare, Given, Is, inside
from sevensteps.policy.facts import Fact, Value
from sevensteps.policy.given import Known
from sevensteps.policy.plain import test_of
from sevensteps.policy.ruling import Ruling
from sevensteps.policy.sums import inputs_of
from sevensteps.policy.verdict import Verdict

MOST_TRIALS = 2_000
"""So many ways of filling in are tried; a verdict that needs more stays open."""

Look: TypeAlias = Is | Compare | Given

_ANY_OTHER_WORD = "any-other"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A fact for which Kleene's answer may fall short, and a value for each way in which rules tell values apart."""

    scope: str
    fact: str
    trials: tuple[Value, ...]


def doubtful_facts(ruling: Ruling) -> tuple[Doubtful, ...]:
    """The facts of a ruling for which Kleene's answer may fall short."""
    found: list[Doubtful] = []
    inputs = Counter(needed for sum_ in ruling.sums for needed in inputs_of(sum_))
    for scope, declared in (
        ("", ruling.declared.case),
        *((c.name, c.facts) for c in ruling.declared.collections.values()),
    ):
        for name, fact in declared.items():
            looks, worked = looks_of(ruling, scope, name), inputs[scope, name]
            trials = trials_of(fact, looks)
            finite = fact.type in ("boolean", "choice")
            doubtful = len(looks) + worked > 1 or any(_always_the_same(look, trials) for look in looks)
            if doubtful and trials and (finite or not worked):
                found.append(Doubtful(scope, name, trials))
    return tuple(found)


def looks_of(ruling: Ruling, scope: str, fact: str) -> list[Look]:
    """How the rules that have a part in the verdict look at a fact."""
    conditions = [rule.condition for rule in ruling.of_scope(scope) if not rule.advisory]
    looks = [look for condition in conditions for look in inside(condition) if isinstance(look, Is | Compare | Given)]
    return [look for look in looks if look.fact == fact]


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


def settle(doubtful: tuple[Doubtful, ...], known: Known, verdict_of: Callable[[Known], Verdict]) -> Verdict:
    """The one verdict that every way of filling in the doubtful facts gives, or not enough information."""
    open_ = [(doubt, item) for doubt in doubtful for item in _unknown_in(doubt, known)]
    budget = [MOST_TRIALS]
    found = _fill(open_, known, verdict_of, budget)
    return found if found is not None and budget[0] > 0 else Verdict.NOT_ENOUGH_INFORMATION


def _unknown_in(doubt: Doubtful, known: Known) -> Iterator[str]:
    if not doubt.scope:
        yield from ("",) if known.case[doubt.fact] is None else ()
        return
    for item, values in (known.items[doubt.scope] or {}).items():
        if values[doubt.fact] is None:
            yield item


def _fill(
    open_: list[tuple[Doubtful, str]], known: Known, verdict_of: Callable[[Known], Verdict], budget: list[int]
) -> Verdict | None:
    if not open_:
        return None
    (doubt, item), rest = open_[0], open_[1:]
    verdicts: set[Verdict | None] = set()
    for trial in doubt.trials:
        budget[0] -= 1
        filled = with_value(known, doubt.scope, item, doubt.fact, trial)
        verdict: Verdict | None = verdict_of(filled)
        if verdict is Verdict.NOT_ENOUGH_INFORMATION:
            verdict = _fill(rest, filled, verdict_of, budget)
        verdicts.add(verdict)
        if len(verdicts) > 1 or verdict is None or budget[0] <= 0:
            return None
    return verdicts.pop() if verdicts else None


def with_value(known: Known, scope: str, item: str, fact: str, value: Value) -> Known:
    """A copy of the facts, one of them otherwise; its sums are still to be worked out anew."""
    case = dict(known.case)
    items = {
        name: None if of_items is None else {item_: dict(values) for item_, values in of_items.items()}
        for name, of_items in known.items.items()
    }
    ((items[scope] or {})[item] if scope else case)[fact] = value
    return Known(case, items)
