"""What is said to turn a verdict, against everything that one or two facts of small made-up packs could be."""

import random
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date
from itertools import combinations

import pytest

from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.model.compiled_decision import CompiledDecision, Rule
from sevensteps.policy.model.conditions import All, Any, AtLeast, Compare, Comparison, Condition, Is, ItemsMeet, Not
from sevensteps.policy.model.declared_facts import Collection, DeclaredFacts
from sevensteps.policy.model.derived_facts import CaseFact, Column, Constant, DerivedFact, ScopeFact, Several
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.why_not.search import Change, smallest_changes

ON = date(2026, 4, 1)
CASE = {
    "ill": Fact("ill", "boolean"),
    "use": Fact("use", "choice", options=("food", "travel", "betting")),
    "points": Fact("points", "whole number", lowest=0, highest=9),
    "weekly": Fact("weekly", "whole number", lowest=0, highest=9),
    "otherwise": Fact("otherwise", "words"),
}
OF_THINGS = {
    "alone": Fact("alone", "boolean"),
    "hours": Fact("hours", "whole number", lowest=0, highest=9),
    "needs": Fact("needs", "words"),
    "text": Fact("text", "narrative", hints=("beer", "wine")),
}
THINGS = Collection("things", OF_THINGS)
REASONS = Collection("reasons", {"item": Fact("item", "word")}, words=True, options=("a", "b"), none_if_absent=True)
JOBS = Collection("jobs", {"item": Fact("item", "word")}, words=True)
SUMS = (
    DerivedFact(
        "things", Fact("linked", "whole number"), "shared", {"of": ScopeFact("needs"), "among": Column("jobs", "")}
    ),
    DerivedFact("things", Fact("hinted", "whole number"), "count", {"of": ScopeFact("text")}),
    DerivedFact(
        "jobs", Fact("things", "whole number"), "holding", {"of": Column("things", "needs"), "word": ScopeFact("item")}
    ),
    DerivedFact(
        "jobs", Fact("elsewhere", "boolean"), "contains", {"of": CaseFact("otherwise"), "word": ScopeFact("item")}
    ),
    DerivedFact("", Fact("reasons_given", "whole number"), "count", {"of": Column("reasons", "")}),
    DerivedFact("", Fact("cost", "whole number"), "total", {"of": Column("things", "hours")}),
    DerivedFact("", Fact("short", "whole number"), "difference", {"of": CaseFact("cost"), "less": CaseFact("points")}),
    DerivedFact("", Fact("both", "whole number"), "total", {"of": Several((CaseFact("points"), CaseFact("weekly")))}),
    DerivedFact("", Fact("over", "whole number"), "what remains", {"of": CaseFact("weekly"), "less": Constant(6)}),
)
SCOPES: Mapping[str, Mapping[str, Fact]] = {
    "": {**CASE, **{derived.fact.name: derived.fact for derived in SUMS if not derived.scope}},
    "things": {**OF_THINGS, **{derived.fact.name: derived.fact for derived in SUMS if derived.scope == "things"}},
    "jobs": {
        "item": Fact("item", "word"),
        **{derived.fact.name: derived.fact for derived in SUMS if derived.scope == "jobs"},
    },
    "reasons": {"item": Fact("item", "word")},
}


def some_condition(chance: random.Random, scope: str, depth: int = 2) -> Condition:
    """A condition on the facts of a scope, derived ones included."""
    if depth and chance.random() < 0.5:
        several = tuple(some_condition(chance, scope, depth - 1) for _ in range(chance.randrange(1, 4)))
        made: list[Condition] = [Not(several[0]), All(several), Any(several), AtLeast(chance.randrange(1, 3), several)]
        return chance.choice(made)
    fact = chance.choice([fact for fact in SCOPES[scope].values() if fact.type not in ("words", "narrative", "word")])
    match fact.type:
        case "boolean":
            return Is(fact.name, (chance.random() < 0.5,))
        case "choice":
            return Is(fact.name, tuple(chance.sample(fact.options, chance.randrange(1, 3))))
    number = chance.randrange(10 if fact.lowest is not None or not scope else 3)
    orders: tuple[Comparison, ...] = ("<", "<=", ">", ">=")
    compared: list[Condition] = [Is(fact.name, (number,)), Compare(fact.name, chance.choice(orders), number)]
    return chance.choice(compared)


def some_rules(chance: random.Random) -> Iterator[Rule]:
    """Rules of the case and of the items, a count of items among them."""
    asked = [(f"{scope or 'case'}{number}", scope, some_condition(chance, scope))
             for scope in ("things", "jobs", "") for number in range(chance.randrange(1, 3))]  # fmt: skip
    for id_, scope, condition in [*asked, ("count", "", ItemsMeet("things0", chance.choice([None, 1, 2])))]:
        yield Rule(
            id=id_, scope=scope, condition=condition, holds=Verdict.MET, because="b", reference="r", unverified=False,
            fails=chance.choice([Verdict.NOT_MET, Verdict.NEEDS_JUDGEMENT]), advisory=chance.random() < 0.2, part="",
        )  # fmt: skip


def some_facts(chance: random.Random) -> dict[str, Json]:
    """Facts of which a few are unknown."""

    def of(facts: Mapping[str, Fact]) -> dict[str, Json]:
        return {name: some_value(chance, fact) for name, fact in facts.items() if chance.random() < 0.9}

    facts = of(CASE)
    facts["things"] = [{"id": f"t{number}", **of(OF_THINGS)} for number in range(chance.randrange(3))]
    facts["reasons"] = some_words(chance, "a", "b")
    if chance.random() < 0.9:
        facts["jobs"] = some_words(chance, "cook", "shop", "walk")
    return facts


def some_value(chance: random.Random, fact: Fact) -> Json:
    if fact.type in ("words", "narrative"):
        return some_words(chance, *(fact.hints or ("cook", "shop", "walk")))
    return chance.choice(list(every_value(fact)))


def some_words(chance: random.Random, *words: str) -> list[Json]:
    return [word for word in words if chance.random() < 0.4]


def every_value(fact: Fact) -> Iterator[Json]:
    yield from (True, False) if fact.type == "boolean" else fact.options or range(10)


def places_of(facts: Mapping[str, Json]) -> Iterator[tuple[str, Fact | None]]:
    """Every fact by its path; for a list of words, the list."""
    yield from CASE.items()
    for thing in things_of(facts):
        yield from ((f"things.{thing['id']}.{name}", fact) for name, fact in OF_THINGS.items())
    yield from (("reasons", None), ("jobs", None))


def things_of(facts: Mapping[str, Json]) -> list[dict[str, Json]]:
    things = facts["things"]
    assert isinstance(things, list)
    return [thing for thing in things if isinstance(thing, dict)]


def at(facts: Mapping[str, Json], path: str) -> Json:
    *_, item, name = ["", *path.split(".")]
    owner = next((thing for thing in things_of(facts) if thing["id"] == item), facts)
    return owner.get(name)


def with_value(facts: Mapping[str, Json], path: str, value: Json) -> dict[str, Json]:
    """The facts with one of them changed, as a caller would give them."""
    copy = deepcopy(dict(facts))
    *_, item, name = ["", *path.split(".")]
    owner = next((thing for thing in things_of(copy) if thing["id"] == item), copy)
    owner[name] = value
    return copy


def values_at(facts: Mapping[str, Json], path: str, fact: Fact | None, words_otherwise: int) -> Iterator[Json]:
    """Every other value of a fact; of a list, with some words changed, or empty."""
    now = at(facts, path)
    if fact is not None and fact.type not in ("words", "narrative"):
        yield from (value for value in every_value(fact) if value != now) if words_otherwise == 1 else ()
        return
    words = now if isinstance(now, list) else []
    about = [word for each, _ in places_of(facts) for word in listed(facts, each)]
    options = ["a", "b"] if path == "reasons" else list(fact.hints if fact and fact.hints else [*about, "another"])
    if words_otherwise == 1 and now != []:
        yield []
    for toggled in combinations(dict.fromkeys([*words, *options]), words_otherwise):
        yield [*(word for word in words if word not in toggled), *(word for word in toggled if word not in words)]


def listed(facts: Mapping[str, Json], path: str) -> list[Json]:
    """The words in a list, if it is one of words and not a text."""
    found = at(facts, path)
    return found if isinstance(found, list) and not path.endswith(".text") else []


def turned(decider: Decider, facts: Mapping[str, Json]) -> tuple[set[frozenset[str]], dict[str, list[Json]]]:
    """The paths of one fact or two that change the verdict, and for one fact the values that do."""
    met = verdict_of(decider, facts) is Verdict.MET
    sought = {Verdict.NOT_MET, Verdict.NEEDS_JUDGEMENT} if met else {Verdict.MET}
    places = dict(places_of(facts))
    alone = {path: [value for words in (1, 2) for value in values_at(facts, path, fact, words)
                    if verdict_of(decider, with_value(facts, path, value)) in sought]
             for path, fact in places.items()}  # fmt: skip
    found = {frozenset([path]) for path, values in alone.items() if values}
    for one, other in combinations((path for path, values in alone.items() if not values), 2):
        for value in values_at(facts, one, places[one], 1):
            changed = with_value(facts, one, value)
            if any(verdict_of(decider, with_value(changed, other, second)) in sought
                   for second in values_at(facts, other, places[other], 1)):  # fmt: skip
                found.add(frozenset([one, other]))
                break
    return found, alone


def verdict_of(decider: Decider, facts: Mapping[str, Json]) -> Verdict:
    return decider.plain_verdict(decider.typed(facts, ON))


def as_given(change: Change) -> Json:
    """What a caller would write for a change."""
    if isinstance(change.becomes, list):
        return ["another" if word == "another item" else word for word in change.becomes]
    return change.becomes


@pytest.mark.parametrize("seed", [*range(20), 54])
def test_every_set_turns_the_verdict_and_none_is_missed(seed: int) -> None:
    """All that brute force finds and nothing else; of a number that would do alone, the nearest."""
    chance = random.Random(seed)  # noqa: S311 - seeded, so that a failure can be had again
    declared = DeclaredFacts(CASE, {"things": THINGS, "reasons": REASONS, "jobs": JOBS})
    decider = Decider(
        "p", "h", CompiledDecision("tried", declared, SUMS, tuple(some_rules(chance)), (), (), "", SCOPES)
    )
    for _ in range(3):
        facts = some_facts(chance)
        expected, alone = turned(decider, facts)
        turning = smallest_changes(decider, facts, ON)
        assert turning.all_tried
        assert {frozenset(change.fact for change in changes) for changes in turning.sets} == expected
        for changes in turning.sets:
            changed: Mapping[str, Json] = facts
            for change in changes:
                changed = with_value(changed, change.fact, as_given(change))
            assert (verdict_of(decider, changed) is Verdict.MET) != (verdict_of(decider, facts) is Verdict.MET)
            only = changes[0]
            if len(changes) == 1 and type(only.was) is int and type(only.becomes) is int:
                others = [value for value in alone[only.fact] if isinstance(value, int)]
                assert abs(only.becomes - only.was) == min(abs(value - only.was) for value in others)
