"""What is settled although facts are unknown: by their bounds, by trying them, and with how much work."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.evaluation.partial_evaluation import MOST_RULE_EVALUATIONS, MOST_TRIALS, TrialLimit
from sevensteps.policy.evaluation.plain import Truths
from sevensteps.policy.library import Library
from sevensteps.policy.model.arithmetic import CALCULATIONS, RISES_WITH
from sevensteps.policy.model.compiled_decision import CompiledDecision, Rule
from sevensteps.policy.model.conditions import All, Any, Compare, Condition, Is, IsGiven, ItemsMeet, Not
from sevensteps.policy.model.declared_facts import Collection, DeclaredFacts, TypedFacts
from sevensteps.policy.model.derived_facts import CaseFact, Column, Constant, DerivedFact, ScopeFact, Several
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.packs.decision_reader import read_decision
from sevensteps.policy.packs.pack import read_pack

ROOT = Path(__file__).parents[3] / "policies"
LIBRARY = Library(ROOT)
ON = date(2026, 4, 1)
OPEN = Verdict.NOT_ENOUGH_INFORMATION

LINE: dict[str, Json] = {
    "text": "A walking group", "needs": ["community"], "use": "general", "weekly": "50.00",
    "payee_close_family_same_household": False, "necessary_override": False,
}  # fmt: skip
PLAN: dict[str, Json] = {
    "template": "six",
    "answered": dict.fromkeys(["important", "change", "spend", "manage", "control", "next"], True),
    "eligible_needs": ["community"], "lines": [{"id": "l1", **LINE}], "met_otherwise": [], "personal_budget": "50.00",
    "indicative_budget": "50.00", "top_up": "0.00", "risks_considered": True, "person_involved": True,
    "advocate_considered": True, "lacks_capacity": False, "lacking": [],
}  # fmt: skip
AUTHORITY: dict[str, Json] = {
    "annual_cost": "5000.00", "over_indicative_percent": 0, "checks_met": True, "refer": False, "is_author": False,
    "is_assessor": False, "overrides": 0, "is_payments_officer": False,
}  # fmt: skip


def without(facts: Mapping[str, Json], name: str, **otherwise: Json) -> dict[str, Json]:
    return {key: value for key, value in {**facts, **otherwise}.items() if key != name}


@pytest.mark.parametrize(
    ("decision", "facts", "verdict", "values"),
    [
        ("plan-check", without(PLAN, "top_up"), "met", {"sufficient": "met"}),
        ("plan-check", without(PLAN, "top_up", personal_budget="49.99"), "not_met", {"sufficient": "not_met"}),
        ("plan-check", without(PLAN, "top_up", extras=[{"id": "x1", "weekly": "1.00"}]), "not_enough_information",
         {"sufficient": "not_enough_information", "legal": "met"}),
        ("plan-check", without(PLAN, "", lines=[{"id": "l1", **LINE}, {"id": "l2", **without(LINE, "weekly")}]),
         "not_enough_information", {"sufficient": "not_enough_information", "legal": "met"}),
        ("plan-check", without(PLAN, "", lines=[{"id": "l1", **LINE}, {"id": "l2", **without(LINE, "weekly")}],
                               personal_budget="49.99"), "not_met", {"sufficient": "not_met", "legal": "met"}),
        ("plan-check", without(PLAN, "personal_budget", lines=[], eligible_needs=["home"], met_otherwise=["home"]),
         "not_enough_information", {"legal": "met", "sufficient": "not_enough_information"}),
        ("plan-check", without(PLAN, "template", answered={"important": False}), "not_met",
         {"meets_needs": "not_met", "legal": "met"}),
        ("plan-check", without(PLAN, "template", answered={"next": False}), "not_enough_information",
         {"meets_needs": "not_enough_information"}),
        ("authority", AUTHORITY, "not_enough_information", {"level": None}),
        ("authority", without(AUTHORITY, "", annual_cost="99999999.00"), "not_met", {"level": "L3"}),
    ],
)  # fmt: skip
def test_what_every_answer_gives_is_certain(
    decision: str, facts: dict[str, Json], verdict: str, values: dict[str, Json]
) -> None:
    """A top-up is never negative, lines only add up, a role is the scheme's or another; likewise for parts."""
    decided = LIBRARY.decide(decision, pack="england", on=ON, facts=facts)
    assert decided.verdict == verdict
    assert {name: decided.values.get(name) for name in values} == values
    assert bool(decided.missing) is (decided.verdict is OPEN)
    assert LIBRARY.verify(decided.receipt()) == ()


@pytest.mark.parametrize("annual_cost", ["0.00", "5200.00", "52000.01", "9999999.00", "9999999.01"])
@pytest.mark.parametrize("refer", [True, False])
def test_an_unknown_role_is_any_of_the_scheme_or_none(annual_cost: str, refer: bool) -> None:  # noqa: FBT001
    """The verdict without the role is what it is in every role that a limit names, and in one that none does."""
    facts = without(AUTHORITY, "role", annual_cost=annual_cost, refer=refer)
    roles = ["assistant_team_manager", "approver", "team_manager", "service_manager", "head_of_service", "panel",
             "risk_panel", "somebody_else"]  # fmt: skip
    verdicts = {
        LIBRARY.decide("authority", pack="england", on=ON, facts={**facts, "role": role}).verdict for role in roles
    }
    decided = LIBRARY.decide("authority", pack="england", on=ON, facts=facts)
    assert decided.verdict is (verdicts.pop() if len(verdicts) == 1 else OPEN)


SMALL = range(3)
COST = Fact("cost", "money", lowest=0, highest=2)
CASE = {name: Fact(name, "money", lowest=0, highest=2) for name in ("budget", "more")}
THING = {"cost": COST, "wanted": Fact("wanted", "whole number", lowest=0, highest=2)}
DERIVED = (
    DerivedFact("things", Fact("left", "money"), "difference", {"of": ScopeFact("cost"), "less": CaseFact("more")}),
    DerivedFact("", Fact("all", "money"), "total", {"of": Column("things", "cost")}),
    DerivedFact(
        "",
        Fact("wanted", "money"),
        "total where",
        {"of": Column("things", "cost"), "where": Column("things", "wanted")},
    ),
    DerivedFact(
        "", Fact("available", "money"), "total", {"of": Several((ScopeFact("budget"), ScopeFact("more"), Constant(1)))}
    ),
    DerivedFact("", Fact("over", "money"), "difference", {"of": ScopeFact("all"), "less": ScopeFact("available")}),
    DerivedFact(
        "", Fact("remains", "money"), "what remains", {"of": ScopeFact("available"), "less": ScopeFact("wanted")}
    ),
)


def comparisons(*names: str) -> st.SearchStrategy[Condition]:
    compared = st.builds(Compare, st.sampled_from(names), st.sampled_from(["<", "<=", ">", ">="]), st.integers(-2, 4))
    named = st.builds(Is, st.sampled_from(names), st.integers(-1, 3).map(lambda value: (value,)))
    looks: st.SearchStrategy[Condition] = compared | named
    return st.recursive(
        looks,
        lambda inner: inner.map(Not) | st.tuples(inner, inner).map(All) | st.tuples(inner, inner).map(Any),
        max_leaves=4,
    )


of_case = comparisons("budget", "more", "all", "wanted", "available", "over", "remains")
of_things = comparisons("cost", "wanted", "left")
number = st.none() | st.sampled_from(SMALL)
things = st.lists(st.fixed_dictionaries({"cost": number, "wanted": number}), max_size=2)


def rule(id_: str, condition: Condition, scope: str = "", part: str = "") -> Rule:
    return Rule(
        id=id_, scope=scope, condition=condition, holds=Verdict.MET, fails=Verdict.NOT_MET, because="because",
        reference="law", unverified=False, advisory=False, part=part,
    )  # fmt: skip


def decider(*rules: Rule, derived_facts: tuple[DerivedFact, ...] = DERIVED) -> Decider:
    facts = {"": dict(CASE), "things": dict(THING)}
    for derived in derived_facts:
        facts[derived.scope][derived.fact.name] = derived.fact
    declared = DeclaredFacts(CASE, {"things": Collection("things", THING)})
    return Decider("tried", "hash", CompiledDecision("tried", declared, derived_facts, rules, (), (), "", facts))


def filled_in(facts: TypedFacts) -> Iterator[TypedFacts]:
    """Every way of filling in what is unknown."""
    unknown = [
        (scope, item, name)
        for scope, declared in (("", CASE), ("things", THING))
        for item, values in facts.of(scope).items()
        for name in declared
        if values[name] is None
    ]
    for way in product(SMALL, repeat=len(unknown)):
        filled = facts.copy()
        for (scope, item, name), value in zip(unknown, way, strict=True):
            filled.of(scope)[item][name] = value
        yield filled


@settings(max_examples=500, deadline=None)
@given(of_case, of_case, of_things, st.tuples(number, number), things)
def test_what_bounds_settle_brute_force_confirms(
    one: Condition,
    other: Condition,
    each: Condition,
    case: tuple[int | None, int | None],
    listed: list[dict[str, int | None]],
) -> None:
    """Whatever the calculations, tests and unknown amounts: a certain verdict holds in every way of filling in."""
    tried = decider(rule("R", one, part="a"), rule("S", other, part="b"), rule("T", each, "things", part="b"))
    facts: dict[str, Json] = {
        **{name: money(value) for name, value in zip(CASE, case, strict=True)},
        "things": [
            {"id": f"t{place}", "cost": money(thing["cost"]), "wanted": thing["wanted"]}
            for place, thing in enumerate(listed)
        ],
    }
    decided = tried.decide(facts, ON)
    ways = [filled.copy() for filled in filled_in(tried.compiled.declared.typed(facts))]
    if decided.verdict is not OPEN:
        assert {tried.plain_verdict(filled) for filled in ways} == {decided.verdict}
    for part, rules in (("a", ["R"]), ("b", ["S", "T"])):
        alone = decider(*(found for found in tried.compiled.rules if found.id in rules))
        if decided.values[part] != OPEN:
            assert {alone.plain_verdict(filled) for filled in ways} == {decided.values[part]}


def money(pence: int | None) -> Json:
    return None if pence is None else f"0.0{pence}"


@pytest.mark.parametrize(
    ("calculation", "argument"), [(name, each) for name in RISES_WITH for each in RISES_WITH[name]]
)
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_calculation_rises_and_falls_as_declared(calculation: str, argument: str, data: st.DataObject) -> None:
    """With one argument higher and all others the same, the result never moves the wrong way."""
    named = {"total": ["of"], "total where": ["of", "where"]}.get(calculation, ["of", "less"])
    drawn = {name: data.draw(st.tuples(st.integers(-5, 5), st.integers(-5, 5))) for name in named}
    raised = {**drawn, argument: (drawn[argument][0] + data.draw(st.integers(0, 5)), drawn[argument][1])}
    lists = calculation.startswith("total")
    before, after = (
        CALCULATIONS[calculation](**{name: both if lists else both[0] for name, both in given_.items()})
        for given_ in (drawn, raised)
    )
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert (before <= after) if RISES_WITH[calculation][argument] else (before >= after)


def test_a_number_without_bounds_can_be_anything_that_is_taken() -> None:
    """Without a declared lowest value, a total with it can be anything; with one it cannot fall below it."""
    looks = rule("R", Compare("sum", ">=", -1))
    for fact, verdict in ((Fact("n", "whole number"), OPEN), (Fact("n", "whole number", lowest=-1), Verdict.MET)):
        derived = DerivedFact("", Fact("sum", "whole number"), "total", {"of": Several((ScopeFact("n"),))})
        facts = {"": {"n": fact, "sum": derived.fact}}
        tried = CompiledDecision("tried", DeclaredFacts({"n": fact}, {}), (derived,), (looks,), (), (), "", facts)
        assert Decider("tried", "hash", tried).decide({}, ON).verdict is verdict


@pytest.mark.parametrize("type_", ["date", "words", "narrative", "word", "money", "boolean"])
def test_whatever_an_unknown_fact_is_it_is_given_then(type_: str) -> None:
    """A rule that tests only whether a fact is given holds in every way of filling it in."""
    fact = Fact("fact", type_)
    tried = CompiledDecision(
        "tried", DeclaredFacts({"fact": fact}, {}), (), (rule("R", IsGiven("fact")),), (), (), "", {"": {"fact": fact}}
    )
    assert Decider("tried", "hash", tried).decide({}, ON).verdict is Verdict.MET


def test_a_rule_that_is_counted_twice_is_tried() -> None:
    """Some thing costs more than a penny, or none does: certain, whatever it costs."""
    counted = replace(rule("T", Compare("cost", ">", 1), "things"), advisory=True)
    either = rule("R", Any((ItemsMeet("T", 1), Not(ItemsMeet("T", 1)))))
    assert decider(counted, either, derived_facts=()).decide({"things": [{"id": "a"}]}, ON).verdict is Verdict.MET


class Counting:
    """An evaluator that counts how often its rules are evaluated."""

    name = "counting"

    def __init__(self, decider_: Decider) -> None:
        self.asked = 0
        self._plain = decider_.plain

    def truths(self, facts: TypedFacts) -> Truths:
        truths = self._plain.truths(facts)
        self.asked += len(truths)
        return truths


UNKNOWN_USES: dict[str, Json] = without(LINE, "use", necessary_override=True)


@pytest.mark.parametrize(
    "facts",
    [
        {"lines": [{"id": f"l{number}"} for number in range(300)]},
        {"lines": [{"id": f"l{number}"} for number in range(3000)]},
        without(PLAN, "", personal_budget="50000.00", indicative_budget="50000.00",
                lines=[{"id": f"l{number}", **UNKNOWN_USES} for number in range(10)]),
        without(PLAN, "", personal_budget="50000.00", indicative_budget="50000.00",
                lines=[{"id": f"l{number}", **UNKNOWN_USES} for number in range(300)]),
        without(PLAN, "template", answered={}, personal_budget="50000.00",
                lines=[{"id": f"l{number}", **LINE} for number in range(1000)]),
    ],
)  # fmt: skip
def test_however_much_is_unknown_only_so_much_is_tried(facts: dict[str, Json]) -> None:
    """Plans of hundreds of lines without their facts soon stay open: rules are evaluated no more often than allowed."""
    tried = Decider("england", "hash", read_decision(read_pack(ROOT, "england"), "plan-check", ON))
    counting = Counting(tried)
    tried.evaluators = (counting,)
    assert tried.decide(facts, ON).verdict is OPEN
    once = len(tried.plain.truths(tried.typed(facts, ON)))
    assert counting.asked <= once + MOST_RULE_EVALUATIONS


def test_few_rules_are_tried_so_often_and_no_oftener() -> None:
    """A trial of few rules counts as much as one of 25, so that there are no more trials than MOST_TRIALS."""
    limit = TrialLimit(rules_per_trial=1)
    assert sum(1 for _ in iter(limit.take_one, False)) == MOST_TRIALS
    assert sum(1 for _ in iter(TrialLimit(rules_per_trial=MOST_RULE_EVALUATIONS // 4).take_one, False)) == 4
    assert not TrialLimit(rules_per_trial=MOST_RULE_EVALUATIONS + 1).take_one()
