"""Both evaluators, and the verdict itself, against brute force over everything that the unknown facts could be."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.evaluation.durable import DurableEvaluator
from sevensteps.policy.evaluation.plain import PlainEvaluator
from sevensteps.policy.model.compiled_decision import CompiledDecision, Rule
from sevensteps.policy.model.conditions import (
    All,
    Any,
    AtLeast,
    Compare,
    Comparison,
    Condition,
    Is,
    IsGiven,
    ItemsMeet,
    Not,
)
from sevensteps.policy.model.declared_facts import Collection, DeclaredFacts, Values
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.predicates import Truth
from sevensteps.policy.model.predicates import predicate_of as as_test
from sevensteps.policy.model.verdict import Json, Verdict, verdict_of_all

FACTS = {
    "ill": Fact("ill", "boolean"),
    "lives_here": Fact("lives_here", "boolean"),
    "alone": Fact("alone", "boolean"),
    "use": Fact("use", "choice", options=("food", "travel", "betting")),
    "points": Fact("points", "whole number", lowest=0, highest=4),
    "weekly": Fact("weekly", "money", lowest=0, highest=3),
    "complex": Fact("complex", "boolean", none_if_absent=True),
    "setting": Fact("setting", "choice", options=("home", "care_home"), none_if_absent=True),
    "owed": Fact("owed", "money", lowest=0, highest=3, none_if_absent=True),
    "own_day": Fact("own_day", "date", none_if_absent=True),
}
EVERY_VALUE: Mapping[str, tuple[bool | int | str, ...]] = {
    "ill": (True, False), "lives_here": (True, False), "alone": (True, False),
    "use": ("food", "travel", "betting"), "points": (0, 1, 2, 3, 4), "weekly": (0, 1, 2, 3),
}  # fmt: skip

DAYS = ("2026-04-05", "2026-04-06", "2026-04-07")
ORDERS: st.SearchStrategy[Comparison] = st.sampled_from(["<", "<=", ">", ">="])
looks = st.one_of(
    st.sampled_from(["ill", "lives_here", "alone"]).flatmap(
        lambda name: st.booleans().map(lambda value: Is(name, (value,)))
    ),
    st.lists(st.sampled_from(["food", "travel", "betting"]), min_size=1, max_size=2, unique=True).map(
        lambda values: Is("use", tuple(values))
    ),
    st.builds(
        Compare,
        st.sampled_from(["points", "weekly", "owed"]),
        st.sampled_from(["<", "<=", ">", ">="]),
        st.integers(0, 4),
    ),
    st.builds(Compare, st.just("own_day"), st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from(DAYS)),
    st.builds(Is, st.just("complex"), st.booleans().map(lambda value: (value,))),
    st.builds(Is, st.just("setting"), st.sampled_from([("home",), ("care_home",), ("home", "care_home")])),
    st.builds(Is, st.just("owed"), st.sampled_from([(0,), (1,), (0, 2)])),
    st.builds(IsGiven, st.sampled_from(["complex", "setting", "owed", "own_day"]), st.just(True)),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    looks,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=1, max_size=3).map(lambda several: All(tuple(several))),
        st.lists(inner, min_size=1, max_size=3).map(lambda several: Any(tuple(several))),
        st.tuples(st.integers(1, 3), st.lists(inner, min_size=1, max_size=4)).map(
            lambda drawn: AtLeast(drawn[0], tuple(drawn[1]))
        ),
    ),
    max_leaves=8,
)
facts_given: st.SearchStrategy[dict[str, Json]] = st.fixed_dictionaries(
    {},
    optional={
        "ill": st.booleans(), "lives_here": st.booleans(), "alone": st.booleans(),
        "use": st.sampled_from(["food", "travel", "betting"]), "points": st.integers(0, 4),
        "weekly": st.sampled_from(["0.00", "0.01", "0.02", "0.03"]),
        "complex": st.booleans(), "setting": st.sampled_from(["home", "care_home"]),
        "owed": st.sampled_from(["0.00", "0.01", "0.02", "0.03"]), "own_day": st.sampled_from(DAYS),
    },
)  # fmt: skip
TWO_THIRDS = 0.67
thorough = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rule(id_: str, condition: Condition, fails: Verdict = Verdict.NOT_MET, scope: str = "") -> Rule:
    return Rule(
        id=id_, scope=scope, condition=condition, holds=Verdict.MET, fails=fails, because="because", reference="law",
        unverified=False, advisory=False, part="",
    )  # fmt: skip


def compiled(*rules: Rule) -> CompiledDecision:
    things = Collection("things", FACTS)
    declared = DeclaredFacts(FACTS, {"things": things})
    return CompiledDecision("tried", declared, (), rules, (), (), "", {"": FACTS, "things": FACTS})


def completions(facts: Mapping[str, Json]) -> Iterator[Values]:
    """Every way of filling in what is unknown."""
    typed = DeclaredFacts(FACTS, {}).typed(facts).case
    choices = [EVERY_VALUE[name] if value is None else (value,) for name, value in typed.items()]
    for values in product(*choices):
        yield dict(zip(typed, values, strict=True))


def by_brute_force(condition: Condition, facts: Mapping[str, Json]) -> Truth:
    """True or false if every way of filling in the unknown facts says so, otherwise unknown."""
    found = {as_test(condition)(filled, {}) for filled in completions(facts)}
    return found.pop() if len(found) == 1 else None


def some_facts(chance: random.Random) -> dict[str, Json]:
    """Facts of which about a third are unknown."""
    values = {name: FACTS[name].json(chance.choice(several)) for name, several in EVERY_VALUE.items()}
    return {name: value for name, value in values.items() if chance.random() < TWO_THIRDS}


@thorough
@given(st.lists(conditions, min_size=1, max_size=3), st.integers(0, 2**32))
def test_the_two_evaluators_agree(asked: list[Condition], seed: int) -> None:
    """Whatever the conditions and the facts, each rule has the same outcome: 500 packs, 20 sets of facts each."""
    of_case = [rule(f"R{number}", condition) for number, condition in enumerate(asked)]
    of_things = [rule(f"T{number}", condition, scope="things") for number, condition in enumerate(asked)]
    counted = [
        rule("every", ItemsMeet("T0", None)),
        rule("two", ItemsMeet("T0", 2)),
        rule("not-some", Not(ItemsMeet("T0", 1))),
    ]
    tried = compiled(*of_things, *of_case, *counted)
    plain, durable = PlainEvaluator(tried), DurableEvaluator(tried)
    chance = random.Random(seed)  # noqa: S311 - seeded, so that a failure can be had again
    for _ in range(20):
        things: list[Json] = [{"id": f"t{number}", **some_facts(chance)} for number in range(chance.randrange(4))]
        known = tried.declared.typed({**some_facts(chance), "things": things})
        assert plain.truths(known) == durable.truths(known)


@thorough
@given(conditions, facts_given)
def test_kleene_never_contradicts_brute_force(condition: Condition, case: dict[str, Json]) -> None:
    """What the plain evaluator is certain of, every way of filling in the unknown facts confirms."""
    tried = compiled(rule("R", condition))
    truth = PlainEvaluator(tried).truths(tried.declared.typed({**case, "things": []}))["R", ""]
    assert truth in (None, by_brute_force(condition, case))


@thorough
@given(st.lists(st.tuples(conditions, st.sampled_from(Verdict)), min_size=1, max_size=3), facts_given)
def test_a_verdict_is_certain_exactly_when_every_completion_gives_it(
    asked: list[tuple[Condition, Verdict]], case: dict[str, Json]
) -> None:
    """Met, not met or judgement if and only if all ways of filling in the unknown facts say so."""
    rules = [
        rule(f"R{number}", condition, fails if fails is not Verdict.NOT_ENOUGH_INFORMATION else Verdict.NOT_MET)
        for number, (condition, fails) in enumerate(asked)
    ]
    verdicts = {verdict_of_all(_said(rule_, filled) for rule_ in rules) for filled in completions(case)}
    decided = Decider("tried", "hash", compiled(*rules)).decide({**case, "things": []}, date(2026, 4, 1))
    expected = verdicts.pop() if len(verdicts) == 1 else Verdict.NOT_ENOUGH_INFORMATION
    assert decided.verdict is expected
    assert bool(decided.missing) is (expected is Verdict.NOT_ENOUGH_INFORMATION)


@thorough
@given(st.lists(st.tuples(conditions, st.sampled_from(["legal", "safe"])), min_size=1, max_size=4), facts_given)
def test_each_part_is_certain_exactly_when_every_completion_gives_it(
    asked: list[tuple[Condition, str]], case: dict[str, Json]
) -> None:
    """What holds for the whole holds for each part by itself: settled if and only if all ways of filling in say so."""
    rules = [replace(rule(f"R{number}", condition), part=part) for number, (condition, part) in enumerate(asked)]
    decided = Decider("tried", "hash", compiled(*rules)).decide({**case, "things": []}, date(2026, 4, 1))
    for part, said in decided.values.items():
        of_part = [rule_ for rule_ in rules if rule_.part == part]
        verdicts = {verdict_of_all(_said(rule_, filled) for rule_ in of_part) for filled in completions(case)}
        assert said == (verdicts.pop() if len(verdicts) == 1 else Verdict.NOT_ENOUGH_INFORMATION)


def _said(rule_: Rule, filled: Values) -> Verdict:
    return rule_.holds if as_test(rule_.condition)(filled, {}) else rule_.fails


def test_a_list_that_nobody_has_given_may_hold_anything() -> None:
    """Neither "every" nor "some" nor "two of them" is settled while the list itself is unknown."""
    of_things = rule("T", Is("ill", (True,)), scope="things")
    tried = compiled(
        of_things, rule("every", ItemsMeet("T", None)), rule("some", ItemsMeet("T", 1)), rule("two", ItemsMeet("T", 2))
    )
    known = tried.declared.typed({})
    for evaluator in (PlainEvaluator(tried), DurableEvaluator(tried)):
        truths = evaluator.truths(known)
        assert [truths[name, ""] for name in ("every", "some", "two")] == [None, None, None]


def test_an_optional_fact_that_is_not_given_is_known_to_be_none() -> None:
    """`given` is false of an optional fact, and open of any other, in both evaluators."""
    facts = {"own": Fact("own", "date", none_if_absent=True), "due": Fact("due", "date")}
    rules = (rule("own", IsGiven("own", optional=True)), rule("due", IsGiven("due")))
    tried = CompiledDecision("tried", DeclaredFacts(facts, {}), (), rules, (), (), "", {"": facts})
    for evaluator in (PlainEvaluator(tried), DurableEvaluator(tried)):
        absent = evaluator.truths(tried.declared.typed({}))
        given_ = evaluator.truths(tried.declared.typed({"own": "2026-05-01", "due": "2026-05-01"}))
        assert (absent["own", ""], absent["due", ""]) == (False, None)
        assert (given_["own", ""], given_["due", ""]) == (True, True)


def test_tables_of_many_rows_are_decided() -> None:
    """The engine refuses a fact of which more than 64 tests hold; tables may have more rows, on one fact or on many."""
    options = tuple(f"o{number}" for number in range(90))
    facts = {"use": Fact("use", "choice", options=options), **{name: Fact(name, "boolean") for name in options}}
    alike = [rule(f"A{name}", Is("use", (name,))) for name in options]
    booleans = [rule(f"B{name}", Is(name, (True,))) for name in options]
    first = [rule(f"F{n}", All((Is("use", (name,)), *(Not(Is("use", (above,))) for above in options[:n]))))
             for n, name in enumerate(options)]  # fmt: skip
    rules = (*alike, *booleans, *first)
    tried = CompiledDecision("tried", DeclaredFacts(facts, {}), (), rules, (), (), "", {"": facts})
    plain, durable = PlainEvaluator(tried), DurableEvaluator(tried)
    for name in ("o0", "o44", "o89"):
        known = tried.declared.typed({"use": name, **dict.fromkeys(options, True)})
        assert plain.truths(known) == durable.truths(known)


def test_a_list_of_words_is_given_once_it_is_there() -> None:
    """Even an empty one, to both evaluators; its words are for calculations."""
    facts = {"needs": Fact("needs", "words"), "text": Fact("text", "narrative", hints=("bet",))}
    rules = (rule("needs", IsGiven("needs")), rule("text", IsGiven("text")))
    tried = CompiledDecision("tried", DeclaredFacts(facts, {}), (), rules, (), (), "", {"": facts})
    for evaluator in (PlainEvaluator(tried), DurableEvaluator(tried)):
        for given_, truth in (({}, None), ({"needs": [], "text": []}, True), ({"needs": ["a"], "text": "Bets"}, True)):
            truths = evaluator.truths(tried.declared.typed(given_))
            assert (truths["needs", ""], truths["text", ""]) == (truth, truth)
