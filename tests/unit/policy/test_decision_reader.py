"""The language of packs, read: what each way of writing something comes to, and what is refused, line by line."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.errors import Fault, Kind
from sevensteps.policy.model.compiled_decision import (
    CompiledDecision,
    ConstantValue,
    DecisionValue,
    FactValue,
    ItemsValue,
    ValueSource,
)
from sevensteps.policy.model.conditions import All, Any, AtLeast, Compare, Condition, Is, IsGiven, ItemsMeet, Not
from sevensteps.policy.model.derived_facts import CaseFact, Column, Constant, ItemName, ScopeFact, Several
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.verdict import Verdict
from sevensteps.policy.packs.decision_reader import read_decision
from sevensteps.policy.packs.fact_reader import read_fact
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.packs.source import Section

ON = date(2026, 4, 1)
DATED = {
    "hours: {type: whole number": "8",
    "uses: {type: words": "[food, travel]",
    "use: {type: word": "food",
    "says: {type: verdict": "needs_judgement",
    "begun: {type: dates": "[2026-04-03]",
}
PARAMETERS = "parameters:\n" + "".join(
    f"  {name}, title: A, unit: A, set by: law, values: [{{from: 2020-01-01, value: {value}, reference: A}}]}}\n"
    for name, value in DATED.items()
)
RULES = """
decision: tried
title: Tried
from: 2020-01-01
until: 2029-12-31
reference: An Act
facts:
  hours: {{type: whole number, question: "Q?", highest: 168}}
  days: {{type: whole number, question: "Q?", lowest: -7}}
  weekly: {{type: money, question: "Q?", unit: pounds a week, lowest: "1.00"}}
  alone: {{type: boolean, question: "Q?"}}
  due: {{type: date, question: "Q?", if absent: none}}
  use: {{type: choice, options: $uses, question: "Q?"}}
  text: {{type: narrative, hints: [bet], question: "Q?"}}
  lines:
    listed as: records
    each:
      weekly: {{type: money, question: "Q?"}}
      needed: {{type: boolean, question: "Q?"}}
  needs: {{listed as: words, if absent: none, options: [food, home], each: {{}}}}
  outcomes:
    items: [food, child]
    may be not applicable: [child]
    each: {{unable: {{type: boolean, question: "Q?"}}}}
derived:
  more: {{type: whole number, calculate: {sum}}}
  lines.over: {{type: money, calculate: {line_sum}}}
rules:
  - {{rule: LINE, for each: lines, when: needed, because: "{{item}} costs {{weekly}}.", reference: An Act}}
  - {{rule: ABOVE, when: alone, because: Because., reference: An Act}}
  - {{rule: TRIED, {rule}, because: {because}, reference: An Act}}
"""
TABLE = """
tables:
  - {{table: T, hit: {hit}, {table}because: Otherwise., reference: An Act, rows: [
      {{row: one, when: alone, {row}because: One., reference: Its own law}},
      {{row: two, {second}, because: Two.}}]}}
"""
VALUES = """
values:
  said: {said}
"""


def tried(
    folder: Path, rule: str = "when: alone", because: str = "Because.", derived: str = "total, of: [hours, days]",
    line_sum: str = "difference, of: weekly, less: 1", *, more: str = "", on: date = ON,
) -> CompiledDecision:  # fmt: skip
    """A small decision, compiled, with some of its parts replaced."""
    pack = folder / "tried"
    for place, text in {
        "pack.yaml": "pack: tried\nformat: 2\ntitle: Tried\n",
        "parameters/all.yaml": PARAMETERS,
        "rules/tried.yaml": RULES.format(rule=rule, because=because, sum=derived, line_sum=line_sum) + more,
    }.items():
        (pack / place).parent.mkdir(parents=True, exist_ok=True)
        (pack / place).write_text(text, encoding="utf-8")
    return read_decision(read_pack(folder, "tried"), "tried", on)


ALONE = Is("alone", (True,))
HOURS = Compare("hours", ">=", 8)


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("alone", ALONE), ("{alone: false}", Is("alone", (False,))), ("{not: alone}", Not(ALONE)),
        ("{use: food}", Is("use", ("food",))), ("{use: [food, travel]}", Is("use", ("food", "travel"))),
        ("{use: $uses}", Is("use", ("food", "travel"))), ("{use: $use}", Is("use", ("food",))),
        ("{hours: $hours}", Is("hours", (8,))), ("{hours: {at least: $hours}}", HOURS),
        ("{hours: {more than: 8}}", Compare("hours", ">", 8)), ("{hours: {at most: 8}}", Compare("hours", "<=", 8)),
        ('{weekly: {less than: "8.00"}}', Compare("weekly", "<", 800)),
        ("{due: {at least: 2026-04-01}}", Compare("due", ">=", "2026-04-01")),
        ("{hours: {at least: 8, less than: 9}}", All((HOURS, Compare("hours", "<", 9)))),
        ("{hours: {at least: 8}, alone: true}", All((HOURS, ALONE))),
        ("{due: given}", IsGiven("due", optional=True)), ("{alone: given}", IsGiven("alone", optional=False)),
        ("{all: [alone, {hours: {at least: 8}}]}", All((ALONE, HOURS))), ("{any: [alone]}", Any((ALONE,))),
        ("{at least: 1, of: [alone, {use: food}]}", AtLeast(1, (ALONE, Is("use", ("food",))))),
        ("{at least: $hours, of: [alone]}", AtLeast(8, (ALONE,))),
        ("{at least: 2, of: LINE}", ItemsMeet("LINE", 2)), ("{every: LINE}", ItemsMeet("LINE", None)),
        ("{some: LINE}", ItemsMeet("LINE", 1)), ("{rule: ABOVE}", ALONE),
    ],
)  # fmt: skip
def test_a_condition_is_what_is_written(tmp_path: Path, written: str, condition: Condition) -> None:
    """Every operator, with constants and with the values of parameters on the day."""
    assert tried(tmp_path, f"when: {written}").rules[-1].condition == condition


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{not: 3}", "a condition: the name of a fact, or a mapping"), ("{not: {}}", "a condition: the name of a fact"),
        ("lonely", "a declared fact; lonely is not one"), ("{hours: 8, lonely: true}", "lonely is not one"),
        ("{alone: 3}", "for alone: true or false"), ("{alone: [true, 3]}", "for alone: true or false"),
        ("{use: []}", "for use: one of food, travel"), ("{hours: 169}", "for hours: a whole number from 0 to 168"),
        ("{days: -8}", "for days: a whole number from -7"), ("{weekly: 5}", "for weekly: pounds and pence as text"),
        ('{weekly: "0.99"}', "from 1.00"), ("{alone: {at least: 1}}", "alone is a boolean: it cannot be less or more"),
        ("{use: {at least: food}}", "use is a choice: it cannot be less or more"),
        ("{hours: {over: 8}}", "one of less than, at most, more than, at least"),
        ("{hours: {at least: [8, 9]}}", "for hours: one whole number to compare with"),
        ("{hours: {at least: $days}}", "days: a parameter that the pack declares"),
        ("{hours: {at least: $use}}", "use: a parameter that can be compared with a whole number; it is word"),
        ("{use: $hours}", "hours: a parameter that can be compared with a choice; it is whole number"),
        ("{due: $use}", "use: a parameter that can be compared with a date; it is word"),
        ("{all: []}", "a list of conditions"), ("{all: alone}", "a list of conditions"),
        ("{at least: two, of: [alone]}", "at least: a whole number, of: a rule or a list"),
        ("{at least: true, of: [alone]}", "at least: a whole number, of: a rule or a list"),
        ("{at least: 1, of: [alone], alone: true}", "at least: a whole number, of: a rule or a list"),
        ("{at least: 1, of: ABOVE}", "the id of a rule that is evaluated for each item"),
        ("{every: ABOVE}", "the id of a rule that is evaluated for each item"),
        ("{every: [LINE]}", "the id of a rule that is evaluated for each item"),
        ("{rule: LINE}", "the id of a rule that stands above this one"),
        ("{rule: [ABOVE]}", "the id of a rule that stands above this one"),
        ("{rule: TRIED}", "the id of a rule that stands above this one"),
        ("alone, for each: days", "days: for each: a declared collection"),
        ("needed, for each: lines, applies when: {some: LINE}", "the id of a rule that is evaluated for each item"),
        ("alone, if not: not_enough_information", "if not"), ("alone, if not: $hours", "if not: a verdict out of met"),
    ],
)  # fmt: skip
def test_what_is_no_condition_is_refused(tmp_path: Path, written: str, expected: str) -> None:
    """With what was expected instead."""
    with pytest.raises(PackRefusedError) as refused:
        tried(tmp_path, f"when: {written}")
    (problem, *_) = refused.value.problems
    assert problem.file == "tried/rules/tried.yaml"
    assert expected in str(problem)


def test_a_rule_says_what_it_is_told_to(tmp_path: Path) -> None:
    """Not met unless the pack says otherwise, and met where the rule does not apply."""
    plain = tried(tmp_path).rules[-1]
    assert (plain.holds, plain.fails, plain.row, plain.advisory, plain.unverified) == (
        Verdict.MET, Verdict.NOT_MET, False, False, False,
    )  # fmt: skip
    told = tried(tmp_path, "when: alone, applies when: {use: food}, if not: $says, advisory: true, unverified: true")
    rule = told.rules[-1]
    food = Is("use", ("food",))
    assert (rule.condition, rule.applies, rule.fails) == (Any((Not(food), ALONE)), food, Verdict.NEEDS_JUDGEMENT)
    assert (rule.advisory, rule.unverified, rule.because, rule.reference) == (True, True, "Because.", "An Act")
    assert tried(tmp_path, "when: alone, until: 2026-04-01").rules[-1].id == "TRIED"
    assert tried(tmp_path, "when: alone, until: 2026-03-31").rules[-1].id == "ABOVE"
    assert tried(tmp_path, "when: alone, from: 2026-04-02").rules[-1].id == "ABOVE"


def test_a_sentence_names_facts_of_its_scope_only(tmp_path: Path) -> None:
    """`item` can be named in any scope; a fact of another scope cannot."""
    assert tried(tmp_path, because='"{item}: {hours}"').rules[-1].because == "{item}: {hours}"
    with pytest.raises(PackRefusedError, match="because: declared facts in braces; needed is not one"):
        tried(tmp_path, because='"{needed}"')


def test_facts_are_read_as_declared(tmp_path: Path) -> None:
    """Amounts and numbers are not negative unless the pack says so; options may be a parameter."""
    facts = tried(tmp_path).declared.case
    assert facts["hours"] == Fact("hours", "whole number", "Q?", lowest=0, highest=168)
    assert facts["days"] == Fact("days", "whole number", "Q?", lowest=-7)
    assert facts["weekly"] == Fact("weekly", "money", "Q?", "pounds a week", lowest=100)
    assert facts["alone"] == Fact("alone", "boolean", "Q?")
    assert facts["due"] == Fact("due", "date", "Q?", none_if_absent=True)
    assert facts["use"] == Fact("use", "choice", "Q?", options=("food", "travel"))
    assert facts["text"] == Fact("text", "narrative", "Q?", hints=("bet",))


def test_collections_are_read_as_declared(tmp_path: Path) -> None:
    """Records, words (each an item by itself) and the items that the law lists."""
    lines, needs, outcomes = tried(tmp_path).declared.collections.values()
    assert (lines.name, lines.words, lines.none_if_absent, lines.items) == ("lines", False, False, ())
    assert (needs.words, needs.none_if_absent, needs.options) == (True, True, ("food", "home"))
    assert (needs.facts["item"].name, needs.facts["item"].type) == ("item", "word")
    assert (outcomes.items, outcomes.may_be_not_applicable) == (("food", "child"), frozenset({"child"}))
    assert "item" not in outcomes.facts


def test_a_hint_that_no_text_can_hold_is_refused() -> None:
    """Words are found by their letters; a hint without letters is refused."""
    with pytest.raises(PackRefusedError, match="text: hints: words with letters"):
        read_fact("text", Section(type="narrative", hints=["bet", "24/7"]), lambda name, near: name)


def test_a_derived_fact_takes_what_is_written(tmp_path: Path) -> None:
    """Facts of its own scope and of the case, columns, lists, numbers, parameters and the item's name."""
    of_case, of_line = tried(tmp_path).derived_facts
    assert (of_case.scope, of_case.fact.name, of_case.calculation) == ("", "more", "total")
    assert of_case.arguments == {"of": Several((ScopeFact("hours"), ScopeFact("days")))}
    assert (of_line.scope, of_line.fact.name) == ("lines", "over")
    assert of_line.arguments == {"of": ScopeFact("weekly"), "less": Constant(1)}
    assert tried(tmp_path, derived="total, of: lines.weekly").derived_facts[0].arguments == {
        "of": Column("lines", "weekly")
    }
    assert tried(tmp_path, derived="count, of: needs").derived_facts[0].arguments == {"of": Column("needs", "")}
    named = tried(tmp_path, line_sum="contains, of: text, word: $item").derived_facts[1]
    assert named.arguments == {"of": CaseFact("text"), "word": ItemName()}
    assert tried(tmp_path, derived="same, of: $use").derived_facts[0].arguments == {"of": Constant("food")}


@pytest.mark.parametrize(
    ("derived", "expected"),
    [
        ("guess, of: hours", "more: calculate: one of age by birth, age reached, amount where"),
        ("total, off: hours", "more: for total: of"), ("total", "more: for total: of"),
        ("what remains, of: hours, less: days, and: 1", "more: for what remains: less, of"),
        ("total, of: lonely", "lonely is none of them"), ("total, of: lines.needed.not", "is none of them"),
        ("total, of: [hours, lines.lonely]", "lines.lonely is none of them"),
        ("pounds for points, points: hours", "for pounds for points: points, table, withheld percent"),
    ],
)  # fmt: skip
def test_a_derived_fact_without_what_it_needs_is_refused(tmp_path: Path, derived: str, expected: str) -> None:
    """One argument too few, one too many, one that is not declared."""
    with pytest.raises(PackRefusedError) as refused:
        tried(tmp_path, derived=derived)
    assert expected in str(refused.value)


def table(hit: str = "first", head: str = "", row: str = "", second: str = "when: {use: food}", said: str = "") -> str:
    return TABLE.format(hit=hit, table=head, row=row, second=second) + (VALUES.format(said=said) if said else "")


def test_rows_are_rules_that_say_which_of_them_counts(tmp_path: Path) -> None:
    """With `hit: first` no row above may fit; `otherwise` counts where no row fits."""
    food = Is("use", ("food",))
    compiled = tried(tmp_path, more=table(head="otherwise: not_met, ", row="then: needs_judgement, "))
    one, two, other = compiled.rules[-3:]
    assert [rule.id for rule in (one, two, other)] == ["T/one", "T/two", "T"]
    assert [rule.condition for rule in (one, two)] == [ALONE, All((food, Not(ALONE)))]
    assert other.condition == Not(Any((ALONE, food)))
    assert [rule.holds for rule in (one, two, other)] == [Verdict.NEEDS_JUDGEMENT, Verdict.MET, Verdict.NOT_MET]
    assert {(rule.fails, rule.row) for rule in (one, two, other)} == {(Verdict.MET, True)}
    assert [rule.because for rule in (one, two, other)] == ["One.", "Two.", "Otherwise."]
    assert [rule.reference for rule in (one, two, other)] == ["Its own law", "An Act", "An Act"]
    (read,) = compiled.tables
    assert (read.id, read.hit, read.complete, read.rows) == ("T", "first", True, {"T/one": ALONE, "T/two": food})
    unique = tried(tmp_path, more=table("unique"))
    assert [rule.condition for rule in unique.rules[-2:]] == [ALONE, food]
    assert not unique.tables[0].complete
    ended = tried(tmp_path, more=table(second="until: 2026-03-31, when: {use: food}"))
    assert [rule.id for rule in ended.rules] == ["LINE", "ABOVE", "TRIED", "T/one"]


def test_a_row_that_answers_a_fact_waits_for_it(tmp_path: Path) -> None:
    """A row's values are constants, parameters or facts; a fact has to be known before the row counts."""
    row = tried(tmp_path, more=table(row="values: {due: {fact: due}, kind: hard, from: $hours}, ")).rules[-2]
    assert row.condition == All((ALONE, IsGiven("due", optional=True)))
    assert row.values == {"due": FactValue("due"), "kind": ConstantValue("hard"), "from": ConstantValue(8)}


@pytest.mark.parametrize(
    ("said", "value", "when"),
    [
        ("{plain: 3}", ConstantValue(3), set(Verdict)), ("{fact: more, when: [met]}", FactValue("more"), {Verdict.MET}),
        ("{items: LINE, if none: [nothing]}", ItemsValue("LINE", ["nothing"]), set(Verdict)),
    ],
)  # fmt: skip
def test_a_value_is_what_is_written(tmp_path: Path, said: str, value: ValueSource, when: set[Verdict]) -> None:
    """With every verdict, unless the pack says with which."""
    (answer,) = tried(tmp_path, more=VALUES.format(said=said)).values
    assert answer == DecisionValue("said", value, frozenset(when))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (VALUES.format(said="{fact: lonely}"), "lonely: fact: a declared or derived fact"),
        (VALUES.format(said="{items: ABOVE}"), "ABOVE: items: a rule that is evaluated for each item"),
        (VALUES.format(said="{plain: $begun}"), "a word, a whole number, or a parameter that is one"),
        (table(head="for each: lines, ", row="values: {kind: hard}, ").replace("alone", "needed"), "values only in a"),
        (table().replace("row: two", "row: one"), "T/one: an id that no other rule in force has"),
    ],
)
def test_a_value_that_nothing_gives_is_refused(tmp_path: Path, more: str, expected: str) -> None:
    """Facts, rules and parameters that do not exist, and ids that are used twice."""
    with pytest.raises(PackRefusedError) as refused:
        tried(tmp_path, more=more)
    assert expected in str(refused.value)


@pytest.mark.parametrize("on", [date(2019, 12, 31), date(2030, 1, 1)])
def test_a_decision_is_read_on_the_days_on_which_it_stands(tmp_path: Path, on: date) -> None:
    """From its first day to its last, not the day before or after."""
    assert tried(tmp_path, on=date(2020, 1, 1)).name == tried(tmp_path, on=date(2029, 12, 31)).name == "tried"
    with pytest.raises(Fault, match=f"decision tried of pack tried is not in force on {on}") as refused:
        tried(tmp_path, on=on)
    fault = refused.value
    assert (fault.kind, fault.reason, fault.metadata["decision"]) == (Kind.INVALID, "NOT_IN_FORCE", "tried")
