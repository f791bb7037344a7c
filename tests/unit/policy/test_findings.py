"""What a decision says: each rule's verdict, sentence and facts, what is missing, and the values beside the verdict."""

from dataclasses import replace
from datetime import date

import pytest

from sevensteps.errors import Fault
from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.model.compiled_decision import (
    CompiledDecision,
    ConstantValue,
    DecisionValue,
    FactValue,
    ItemsValue,
    Rule,
    ValueSource,
)
from sevensteps.policy.model.conditions import All, Any, Compare, Condition, Is, IsGiven, ItemsMeet, Not
from sevensteps.policy.model.declared_facts import Collection, DeclaredFacts
from sevensteps.policy.model.derived_facts import CaseFact, Column, Constant, DerivedFact, ScopeFact, Several, Source
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.verdict import Decision, Json, Verdict, range_of_all, verdict_of_all

ON = date(2026, 4, 1)
CASE = {
    "hours": Fact("hours", "whole number", lowest=0),
    "weekly": Fact("weekly", "money", lowest=0),
    "alone": Fact("alone", "boolean"),
    "due": Fact("due", "date", none_if_absent=True),
    "needs": Fact("needs", "words"),
}
ITEM = {"ill": Fact("ill", "boolean"), "cost": Fact("cost", "money", lowest=0)}
ALONE, ILL = Is("alone", (True,)), Is("ill", (True,))
ENOUGH = Compare("hours", ">=", 8)
MET, NOT_MET, OPEN, JUDGED = (
    Verdict.MET, Verdict.NOT_MET, Verdict.NOT_ENOUGH_INFORMATION, Verdict.NEEDS_JUDGEMENT,
)  # fmt: skip


def rule(
    id_: str, condition: Condition, scope: str = "", *, fails: Verdict = NOT_MET, because: str = "Because."
) -> Rule:
    return Rule(
        id=id_, scope=scope, condition=condition, holds=MET, fails=fails, because=because, reference="An Act",
        unverified=False, advisory=False, part="",
    )  # fmt: skip


def row(id_: str, condition: Condition, holds: Verdict = MET, **values: ValueSource) -> Rule:
    return replace(rule(id_, condition, fails=MET), holds=holds, row=True, values=values)


def worked_out(name: str, calculation: str, scope: str = "", **arguments: Source) -> DerivedFact:
    return DerivedFact(scope, Fact(name, "whole number"), calculation, arguments)


def decided(
    facts: dict[str, Json],
    *rules: Rule,
    derived_facts: tuple[DerivedFact, ...] = (),
    values: tuple[DecisionValue, ...] = (),
    earliest: str = "",
) -> Decision:
    """The decision by these rules alone."""
    declared = DeclaredFacts(CASE, {"things": Collection("things", ITEM)})
    every = {"": dict(CASE), "things": dict(ITEM)}
    for derived in derived_facts:
        every[derived.scope][derived.fact.name] = derived.fact
    return Decider(
        "tried", "hash", CompiledDecision("tried", declared, derived_facts, rules, (), values, earliest, every)
    ).decide(facts, ON)


def test_a_sentence_says_the_facts() -> None:
    """Numbers, pounds, yes and no, lists, and what is not known."""
    because = "{hours}; {weekly}; {alone}; {due}; {needs}; {other}."
    tried = rule("R", ENOUGH, because=because)

    def said(facts: dict[str, Json]) -> str:
        return decided(facts, tried).findings[0].because

    assert said({"hours": 8, "weekly": "1.05", "alone": True, "due": "2026-05-01", "needs": ["a", "b"]}) == (
        "8; £1.05; yes; 1 May 2026; a, b; {other}."
    )
    assert said({"hours": 0, "alone": False, "needs": []}) == "0; not known; no; not known; none; {other}."


def test_a_finding_shows_the_facts_that_its_rule_looks_at() -> None:
    """As a caller would write them, and for each item under its name."""
    known: dict[str, Json] = {"hours": 8, "weekly": "1.00", "alone": True, "things": [{"id": "a", "ill": True}]}
    of_case = rule("R", All((ENOUGH, ALONE, Compare("weekly", ">", 1))))
    of_things = rule("T", ILL, "things", because="{item} is ill: {ill}.")
    found, other = decided(known, of_case, of_things).findings
    assert found.facts == {"alone": True, "hours": 8, "weekly": "1.00"}
    assert (found.rule, found.verdict, found.reference, found.about) == ("R", MET, "An Act", "")
    assert decided({"weekly": "1.00"}, rule("G", IsGiven("weekly"))).findings[0].facts == {"weekly": "1.00"}
    assert (other.facts, other.about, other.because) == ({"things.a.ill": True}, "a", "a is ill: yes.")


def test_a_count_is_shown_by_what_was_counted() -> None:
    """The numbers of items for which a rule is met, not met and unknown."""
    things: list[Json] = [{"id": "a", "ill": True}, {"id": "b", "ill": False}, {"id": "c"}, {"id": "d"}]
    *_, found = decided({"things": things}, rule("T", ILL, "things"), rule("R", ItemsMeet("T", 1))).findings
    assert found.facts == {"T met": 1, "T not met": 1, "T unknown": 2}


def test_nothing_is_said_of_a_rule_that_does_not_apply_and_of_a_row_that_is_not_hit() -> None:
    """A rule that does not apply and a row that does not fit give no finding; while that is open, theirs is open."""
    applies = replace(rule("R", Any((Not(ALONE), ENOUGH))), applies=ALONE)
    assert decided({"alone": False}, applies).findings == ()
    assert [finding.verdict for finding in decided({"alone": True, "hours": 8}, applies).findings] == [MET]
    assert [finding.verdict for finding in decided({}, applies).findings] == [OPEN]
    hit = row("T/one", ALONE, JUDGED)
    assert decided({"alone": False}, hit).findings == ()
    assert [finding.verdict for finding in decided({"alone": True}, hit).findings] == [JUDGED]
    assert [finding.verdict for finding in decided({}, hit).findings] == [OPEN]


def test_of_an_unknown_list_one_thing_is_said() -> None:
    """The rule is open for the list as a whole, and the list is what is missing."""
    decision = decided({}, rule("T", ILL, "things"), rule("R", ItemsMeet("T", None)))
    first, second = decision.findings
    assert (first.verdict, first.facts, first.about) == (OPEN, {"things": None}, "")
    assert second.verdict is OPEN
    assert (decision.verdict, decision.missing) == (OPEN, ("things",))


def test_all_rules_have_to_be_met() -> None:
    """Not met settles it; what is open comes before judgement; an advisory rule does not count."""
    judged = rule("J", ALONE, fails=JUDGED)
    tried = (rule("R", ENOUGH), judged)
    for hours, alone, verdict in (
        (8, True, MET), (7, True, NOT_MET), (8, False, JUDGED), (7, False, NOT_MET), (7, None, NOT_MET),
        (None, False, OPEN), (None, True, OPEN), (8, None, OPEN),
    ):  # fmt: skip
        assert decided({"hours": hours, "alone": alone}, *tried).verdict is verdict
    assert decided({"hours": 7, "alone": True}, replace(tried[0], advisory=True), judged).verdict is MET
    assert verdict_of_all([]) is MET
    assert [verdict_of_all([MET, JUDGED]), verdict_of_all([JUDGED, OPEN]), verdict_of_all([OPEN, NOT_MET])] == [
        JUDGED,
        OPEN,
        NOT_MET,
    ]
    assert range_of_all([]) == (MET, MET)
    assert range_of_all([(MET, JUDGED), (JUDGED, JUDGED)]) == (JUDGED, JUDGED)
    assert range_of_all([(MET, NOT_MET), (JUDGED, JUDGED)]) == (JUDGED, NOT_MET)


def test_only_what_could_make_the_verdict_worse_is_missing() -> None:
    """Neither facts that no longer matter nor those of an advisory rule."""
    tried = (rule("R", ENOUGH), rule("J", ALONE, fails=JUDGED))
    assert decided({}, *tried).missing == ("hours", "alone")
    assert decided({"alone": False}, *tried).missing == ("hours",)
    assert decided({"hours": 7}, *tried).missing == ()
    assert decided({}, tried[0], replace(tried[1], advisory=True)).missing == ("hours",)
    nested = rule("R", All((ENOUGH, IsGiven("weekly"), Any((ALONE, IsGiven("due", optional=True))))))
    assert decided({"hours": 8}, nested).missing == ("weekly", "alone")


def test_what_is_worked_out_is_missing_by_what_it_is_made_of() -> None:
    """Facts of the case and of items, each once, and a whole list where it is unknown."""
    total = worked_out("sum", "total", of=Column("things", "cost"))
    more = worked_out("more", "total", of=Several((ScopeFact("sum"), CaseFact("hours"), Constant(1))))
    tried = rule("R", Compare("more", ">=", 200))
    things: list[Json] = [{"id": "a", "cost": "1.00"}, {"id": "b"}]
    assert decided({}, tried, derived_facts=(total, more)).missing == ("things", "hours")
    assert decided({"things": things}, tried, derived_facts=(total, more)).missing == ("things.b.cost", "hours")
    assert decided({"things": things[:1], "hours": 99}, tried, derived_facts=(total, more)).verdict is MET
    assert decided({"things": things[:1], "hours": 98}, tried, derived_facts=(total, more)).verdict is NOT_MET
    over = worked_out("over", "difference", "things", of=ScopeFact("cost"), less=CaseFact("weekly"))
    each = (rule("T", Compare("over", ">", 0), "things"), rule("R", ItemsMeet("T", None)))
    assert decided({"things": things}, *each, derived_facts=(over,)).missing == ("weekly", "things.b.cost")
    counted = worked_out("many", "count", of=Column("things", ""))
    assert decided({}, rule("R", Compare("many", ">", 0)), derived_facts=(counted,)).missing == ("things",)
    assert decided({"things": things}, rule("R", Compare("many", ">", 1)), derived_facts=(counted,)).verdict is MET


def test_a_missing_parameter_matters_only_where_its_derived_fact_does() -> None:
    """A verdict that does not need the parameter is given; one that does is refused with its name."""
    derived = worked_out("kept", "working days later", day=Constant("2026-04-01"), days=CaseFact("hours"),
                      bank_holidays=Constant(("2025-12-25",)))  # fmt: skip
    tried = rule("R", Any((ALONE, Compare("kept", ">", 0))))
    assert decided({"alone": True, "hours": 1}, tried, derived_facts=(derived,)).verdict is MET
    with pytest.raises(Fault, match="derived fact kept: no bank holidays are known for 2026"):
        decided({"alone": False, "hours": 1}, tried, derived_facts=(derived,))


def test_parts_have_a_verdict_each() -> None:
    """Of the rules that name the part, and of no other."""
    legal, safe = replace(rule("L", ENOUGH), part="legal"), replace(rule("S", ALONE), part="safe")
    assert decided({"hours": 7, "alone": True}, legal, safe).values == {"legal": "not_met", "safe": "met"}
    assert decided({"hours": 8}, legal, safe).values == {"legal": "met", "safe": "not_enough_information"}


def test_values_are_answered_under_their_verdicts() -> None:
    """A fact, a constant, the items for which a rule is met; not what is unknown."""
    answers = (
        DecisionValue("weekly", FactValue("weekly"), frozenset(Verdict)),
        DecisionValue("next", ConstantValue("plan"), frozenset({MET})),
        DecisionValue("ill", ItemsValue("I", ["nobody"]), frozenset(Verdict)),
    )
    tried = (rule("R", ENOUGH), replace(rule("I", ILL, "things"), advisory=True))
    things: list[Json] = [{"id": "a", "ill": True}, {"id": "b", "ill": False}]
    known: dict[str, Json] = {"hours": 8, "weekly": "1.00", "things": things}
    assert decided(known, *tried, values=answers).values == {"weekly": "1.00", "next": "plan", "ill": ["a"]}
    assert decided({"hours": 7, "things": things[1:]}, *tried, values=answers).values == {"ill": ["nobody"]}


def test_rows_give_their_values_when_they_count() -> None:
    """All that are hit, or of several the earliest; none while any that gives values is open.

    What the earliest does not say comes from the earliest that says it.
    """
    rows = (row("T/a", ALONE, day=ConstantValue("2026-05-02")), row("T/b", ENOUGH, day=ConstantValue("2026-05-01")))
    both: dict[str, Json] = {"alone": True, "hours": 8}
    assert decided(both, *rows).values == {"day": "2026-05-01"}
    assert decided(both, *reversed(rows)).values == {"day": "2026-05-02"}
    assert decided(both, *reversed(rows), earliest="day").values == {"day": "2026-05-01"}
    law = (
        row("T/c", ENOUGH, day=ConstantValue("2026-05-04"), by=ConstantValue("an Act")),
        row("T/d", ENOUGH, day=ConstantValue("2026-05-03"), by=ConstantValue("a Regulation")),
    )
    assert decided(both, *law, *rows, earliest="day").values == {"day": "2026-05-01", "by": "a Regulation"}
    assert decided({"alone": False, "hours": 7}, *rows, earliest="day").values == {}
    open_ = decided({"alone": True}, *rows)
    assert (open_.verdict, open_.values, open_.missing) == (OPEN, {}, ("hours",))
    assert decided({"alone": True}, rows[0], replace(rows[1], advisory=True)).verdict is MET


def test_what_every_answer_gives_is_certain() -> None:
    """A fact that is tested twice is tried both ways, an amount at its edges."""
    assert decided({}, rule("R", Any((ALONE, Not(ALONE))))).verdict is MET
    assert decided({}, rule("R", Any((ENOUGH, Compare("hours", "<", 8))))).verdict is MET
    assert decided({}, rule("R", Any((ENOUGH, Compare("hours", "<", 7))))).verdict is OPEN
    assert decided({}, rule("R", Compare("hours", ">=", 0))).verdict is MET
    assert decided({}, rule("R", Compare("hours", ">", 0))).verdict is OPEN
    assert decided({}, rule("R", IsGiven("alone"))).verdict is MET
    things: list[Json] = [{"id": "a"}, {"id": "b"}]
    twice = (rule("T", Any((ILL, Not(ILL))), "things"), rule("R", ItemsMeet("T", None)))
    assert decided({"things": things}, *twice).verdict is MET
