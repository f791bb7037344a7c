"""Why not? The smallest sets of facts that, were they otherwise, would turn the verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations

from sevensteps.policy.completion import looks_of, trials_of, with_value
from sevensteps.policy.conditions import Condition, Items, facts_of, inside
from sevensteps.policy.deciding import Decider
from sevensteps.policy.facts import NONE, Fact, Value
from sevensteps.policy.given import Known
from sevensteps.policy.sums import inputs_of
from sevensteps.policy.verdict import Json, Verdict

MOST_TRIALS = 100_000

Place = tuple[str, str, str]
"""A fact of the facts: its collection ("" for the case), the item ("" likewise) and its name."""


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, what it is and what it would have to be."""

    fact: str
    was: Json
    becomes: Json


def turning_changes(decider: Decider, facts: Mapping[str, Json]) -> tuple[tuple[Change, ...], ...]:
    """The sets of one and of two changed facts that turn the verdict: into met, or a met one into something else.

    Amounts are tried at the values that the rules compare them with, and up or down by what the sums have come to.
    No set contains a smaller one. Of several values of a fact that would do, the nearest is given.
    """
    known = decider.known(facts)
    verdict = decider.plain_verdict(known)
    sought = {Verdict.MET} if verdict is not Verdict.MET else {Verdict.NOT_MET, Verdict.NEEDS_JUDGEMENT}
    trials = [(place, value) for place in _places(decider, known, verdict) for value in _values(decider, known, place)]
    found: dict[frozenset[Place], tuple[tuple[Place, Value], ...]] = {}
    tried = 0
    for several in chain(combinations(trials, 1), combinations(trials, 2)):
        places = frozenset(place for place, _ in several)
        if len(places) < len(several) or any(smaller <= places for smaller in found):
            continue
        tried += 1
        changed = known
        for (scope, item, fact), value in several:
            changed = with_value(changed, scope, item, fact, value)
        if decider.plain_verdict(changed) in sought:
            found[places] = several
        if tried >= MOST_TRIALS:
            break
    return tuple(tuple(_change(decider, known, place, value) for place, value in several) for several in found.values())


def _change(decider: Decider, known: Known, place: Place, value: Value) -> Change:
    fact = decider.ruling.facts[place[0]][place[2]]
    return Change(".".join(part for part in place if part), fact.json(_at(known, place)), fact.json(value))


def _at(known: Known, place: Place) -> Value | None:
    scope, item, name = place
    return (known.items[scope] or {})[item][name] if scope else known.case[name]


def _places(decider: Decider, known: Known, verdict: Verdict) -> Iterator[Place]:
    """The given facts that could turn the verdict: all for one that is met, else those behind the rules not met."""
    rules = decider.rules_not_met(known) if verdict is not Verdict.MET else decider.ruling.rules
    looked_at: dict[tuple[str, str], None] = {}
    for rule in rules:
        for scope, fact in _looked_at(decider, rule.scope, rule.condition):
            looked_at.update(dict.fromkeys(_raw(decider, scope, fact)))
    for scope, fact in looked_at:
        if not scope:
            yield "", "", fact
        elif fact != "item":
            yield from ((scope, item, fact) for item in known.items[scope] or {})


def _looked_at(decider: Decider, scope: str, condition: Condition) -> Iterator[tuple[str, str]]:
    yield from ((scope, fact) for fact in facts_of(condition))
    for inner in inside(condition):
        if isinstance(inner, Items):
            counted = next(rule for rule in decider.ruling.rules if rule.id == inner.rule)
            yield from _looked_at(decider, counted.scope, counted.condition)


def _raw(decider: Decider, scope: str, fact: str) -> Iterator[tuple[str, str]]:
    """The given facts behind a fact: itself, or what it is worked out from."""
    sum_ = next((found for found in decider.ruling.sums if (found.scope, found.fact.name) == (scope, fact)), None)
    if sum_ is None:
        yield scope, fact
        return
    for inner_scope, inner in inputs_of(sum_):
        yield from _raw(decider, inner_scope, inner) if inner else ()


def _values(decider: Decider, known: Known, place: Place) -> list[Value]:
    """What a fact could be instead."""
    scope, _, name = place
    fact, now = decider.ruling.facts[scope][name], _at(known, place)
    values = list(trials_of(fact, looks_of(decider.ruling, scope, name)))
    if fact.type in ("money", "whole number") and isinstance(now, int):
        values += [amount for step in _steps(decider, known) for amount in (now + step, now - step)]
    if fact.type in ("words", "narrative"):
        values += _lists(known, fact, now)
    others = [value for value in dict.fromkeys(values) if value not in (now, NONE) and _allowed(fact, value)]
    return sorted(others, key=lambda value: _distance(value, now))


def _distance(value: Value, now: Value | None) -> int:
    """How far a number lies from what it is; everything else is as near."""
    return abs(value - now) if isinstance(value, int) and isinstance(now, int) else 0


def _steps(decider: Decider, known: Known) -> list[int]:
    worked_out = [known.case[sum_.fact.name] for sum_ in decider.ruling.sums if not sum_.scope]
    return [abs(amount) for amount in worked_out if isinstance(amount, int) and not isinstance(amount, bool) and amount]


def _lists(known: Known, fact: Fact, now: Value | None) -> list[Value]:
    """A list of words without what is in it, or with one word more that other facts use."""
    words = now if isinstance(now, tuple) else ()
    if fact.type == "narrative":
        return [()]
    listed = {item for items in known.items.values() for item, values in (items or {}).items() if "item" in values}
    return [(), *((*words, more) for more in sorted(listed - set(words)))]


def _allowed(fact: Fact, value: Value) -> bool:
    if isinstance(value, bool) or not isinstance(value, int):
        return True
    return (fact.lowest is None or value >= fact.lowest) and (fact.highest is None or value <= fact.highest)
