"""What changed between two packs, said in words: parameters, decisions, rules and rows, at all or on a day."""

from datetime import date

import pytest

from sevensteps.policy.diff import differences
from sevensteps.policy.pack import Pack
from sevensteps.policy.parameters import read_parameters
from sevensteps.policy.source import Section

BEGINS = date(2026, 1, 1)


def pack(
    parameters: dict[str, tuple[str, list[tuple[date, date | None, object]]]] | None = None, **decisions: Section
) -> Pack:
    """A pack with these parameters (their type and dated values) and decisions."""
    sections = {
        name: Section(type=type_, values=[
            Section({"from": begins, "value": value, "reference": "An Act", **({"until": ends} if ends else {})})
            for begins, ends, value in values
        ])
        for name, (type_, values) in (parameters or {}).items()
    }  # fmt: skip
    return Pack("p", "P", "hash", "", read_parameters(Section(parameters=Section(sections))), decisions, {})


def number(*values: tuple[date, date | None, object]) -> Pack:
    return pack({"n": ("whole number", list(values))})


LATER = date(2027, 1, 1)
EDITED = ", although values are never edited"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (number(), pack(), "parameter n is gone"), (pack(), number(), "parameter n is new"),
        (number((BEGINS, None, 1)), number((BEGINS, None, 1), (LATER, None, 2)),
         "parameter n: from 2027-01-01 it is 2 (An Act)"),
        (number((BEGINS, None, 1), (LATER, None, 2)), number((BEGINS, None, 1)),
         "parameter n: the value from 2027-01-01, 2, is gone"),
        (number((BEGINS, None, 1)), number((BEGINS, None, 2)),
         "parameter n: the value from 2026-01-01 was 1, is 2, although values are never edited"),
        (number((BEGINS, None, 1)), number((BEGINS, LATER, 1)),
         "parameter n: the value from 2026-01-01 ended never, ends 2027-01-01"),
        (number((BEGINS, LATER, 1)), number((BEGINS, None, 1)),
         "parameter n: the value from 2026-01-01 ended 2027-01-01, ends never"),
        (pack({"m": ("money", [(BEGINS, None, "1.00")])}), pack({"m": ("money", [(BEGINS, None, "1.05")])}),
         "parameter m: the value from 2026-01-01 was 1.00, is 1.05, although values are never edited"),
        (pack({"w": ("words", [(BEGINS, None, ["a", "b"])])}), pack({"w": ("words", [(BEGINS, None, ["a"])])}),
         "parameter w: the value from 2026-01-01 was a, b, is a, although values are never edited"),
        (pack({"a": ("amount by word", [(BEGINS, None, Section(x="1.00", y="2.00"))])}),
         pack({"a": ("amount by word", [(BEGINS, None, Section(x="1.00"))])}),
         "parameter a: the value from 2026-01-01 was x 1.00, y 2.00, is x 1.00, although values are never edited"),
        (pack({"t": ("points to pounds", [(BEGINS, None, [Section(points=n, pounds="1.00") for n in (1, 2)])])}),
         pack({"t": ("points to pounds", [(BEGINS, None, [Section(points=n, pounds="1.00") for n in (1, 3)])])}),
         f"parameter t: the value from {BEGINS} was 1: 1.00, 2: 1.00, is 1: 1.00, 3: 1.00{EDITED}"),
        (pack(), pack(help=Section()), "decision help is new"), (pack(help=Section()), pack(), "decision help is gone"),
    ],
)  # fmt: skip
def test_a_change_is_said(old: Pack, new: Pack, said: str) -> None:
    """One sentence, and nothing where nothing has changed."""
    assert differences(old, new) == [said]
    assert differences(old, old) == differences(new, new) == []


def rules(*entries: Section) -> Pack:
    return pack(help=Section(title="Help", rules=list(entries)))


def rule(id_: str, **more: object) -> Section:
    return Section(rule=id_, **more)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (rules(rule("A")), rules(rule("A"), rule("B")), "help, rules: rule B is new"),
        (rules(rule("A"), rule("B")), rules(rule("B")), "help, rules: rule A is gone"),
        (rules(rule("A", when="alone")), rules(rule("A", when="ill")),
         'help, rules, rule A, when: was "alone", is "ill"'),
        (rules(rule("A", when=Section(hours=8))), rules(rule("A", when=Section(hours=9))),
         "help, rules, rule A, when, hours: was 8, is 9"),
        (rules(rule("A", when=Section(hours=8))), rules(rule("A", when="alone")),
         "help, rules, rule A, when: was {'hours': 8}, is \"alone\""),
        (rules(rule("A", when=Section(all=["ill", "alone"]))), rules(rule("A", when=Section(all=["ill"]))),
         "help, rules, rule A, when, all: was ['ill', 'alone'], is ['ill']"),
        (rules(rule("A", when=Section(all=[Section(hours=8)]))), rules(rule("A", when=Section(all=[Section(hours=9)]))),
         "help, rules, rule A, when, all: was [{'hours': 8}], is [{'hours': 9}]"),
        (rules(rule("A")), rules(rule("A", advisory=True)), "help, rules, rule A: advisory is new"),
        (pack(help=Section(tables=[Section(table="T", rows=[Section(row="one")])])),
         pack(help=Section(tables=[Section(table="T", rows=[Section(row="two")])])),
         "help, tables, table T, rows: row one is gone"),
    ],
)  # fmt: skip
def test_a_changed_rule_is_found_by_its_id(old: Pack, new: Pack, said: str) -> None:
    """Rules, tables and rows are compared by their ids; what has none is compared as a whole."""
    assert differences(old, new)[0] == said
    assert differences(old, old) == differences(new, new) == []


def test_on_a_day_only_what_is_in_force_counts() -> None:
    """A value that begins the day after makes no difference; nor does a rule that ended the day before."""
    old, new = number((BEGINS, None, 1)), number((BEGINS, None, 1), (LATER, None, 2))
    assert differences(old, new, date(2026, 12, 31)) == []
    assert differences(old, new, LATER) == ["parameter n on 2027-01-01: was 1, is 2"]
    assert differences(number((BEGINS, None, 1)), number((LATER, None, 1)), BEGINS) == [
        "parameter n on 2026-01-01: was 1, is not in force"
    ]
    before, after = rules(rule("A"), rule("B", until=BEGINS)), rules(rule("A"))
    assert differences(before, after, BEGINS) == ["help, rules: rule B is gone"]
    assert differences(before, after, date(2026, 1, 2)) == []
