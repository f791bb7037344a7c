"""What changed between two packs, said in words: parameters, decisions, rules and rows, at all or on a day."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.authoring.in_words import condition_words
from sevensteps.policy.packs.pack import Pack, read_pack
from sevensteps.policy.packs.parameters import read_parameters
from sevensteps.policy.packs.source import Section

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
         "parameter w: the value from 2026-01-01: b is gone, although values are never edited"),
        (pack({"a": ("amount by word", [(BEGINS, None, Section(x="1.00", y="2.00"))])}),
         pack({"a": ("amount by word", [(BEGINS, None, Section(x="1.00"))])}),
         "parameter a: the value from 2026-01-01: y is gone (was 2), although values are never edited"),
        (pack({"t": ("points to pounds", [(BEGINS, None, [Section(points=n, pounds="1.00") for n in (0, 2)])])}),
         pack({"t": ("points to pounds", [(BEGINS, None, [Section(points=n, pounds="1.00") for n in (0, 3)])])}),
         f"parameter t: the value from {BEGINS}: 2 points is gone (was 1); 3 points is new: 1{EDITED}"),
        (pack(), pack(help=Section()), "decision help is new"), (pack(help=Section()), pack(), "decision help is gone"),
    ],
)  # fmt: skip
def test_a_change_is_said(old: Pack, new: Pack, said: str) -> None:
    """One sentence, and nothing where nothing has changed."""
    assert differences(old, new) == [said]
    assert differences(old, old) == differences(new, new) == []


LIMITS = {"approver": "52000.00", "service_manager": "52000.00", "panel": "0.50"}
HOLIDAYS = [date(2027, 5, 3), date(2027, 8, 30), date(2027, 12, 27)]


@pytest.mark.parametrize(
    ("type_", "old", "new", "said"),
    [
        ("amount by word", LIMITS, {**LIMITS, "approver": "3000.00"}, "approver 52,000 → 3,000"),
        ("amount by word", LIMITS, {"approver": "52000.00", "panel": "1.00"},
         "service_manager is gone (was 52,000); panel 0.50 → 1"),
        ("amount by word", LIMITS, {**LIMITS, "risk_panel": "9.99"}, "risk_panel is new: 9.99"),
        ("dates", HOLIDAYS, [date(2027, 5, 7), *HOLIDAYS[1:]], "2027-05-03 is moved to 2027-05-07"),
        ("dates", HOLIDAYS, HOLIDAYS[:2], "2027-12-27 is gone"),
        ("dates", HOLIDAYS[1:], [date(2027, 5, 31), *HOLIDAYS[1:]], "2027-05-31 is new"),
        ("dates", HOLIDAYS, [date(2027, 5, 31), *HOLIDAYS[1:]], "2027-05-03 is gone; 2027-05-31 is new"),
        ("words", ["a", "b"], ["b", "a"], "the order is b, a"),
        ("words", ["a", "b"], ["b", "c"], "a is gone; c is new"),
    ],
)  # fmt: skip
def test_of_a_list_only_what_changed_is_said(type_: str, old: object, new: object, said: str) -> None:
    """A changed limit, a lost role, a moved holiday: where a value was edited, where one begins, and on a day."""
    before, after = (Section(value) if isinstance(value, dict) else value for value in (old, new))
    was, edited = pack({"n": (type_, [(BEGINS, None, before)])}), pack({"n": (type_, [(BEGINS, None, after)])})
    assert differences(was, edited) == [f"parameter n: the value from {BEGINS}: {said}{EDITED}"]
    assert differences(was, edited, LATER) == [f"parameter n on {LATER}: {said}"]
    added = pack({"n": (type_, [(BEGINS, None, before), (LATER, None, after)])})
    assert differences(was, added) == [f"parameter n: from {LATER} {said} (An Act)"]


def rules(*entries: Section) -> Pack:
    return pack(help=Section(title="Help", rules=list(entries)))


def rule(id_: str, **more: object) -> Section:
    return Section(rule=id_, **more)


def table(hit: str, *rows: str) -> Pack:
    return pack(help=Section(tables=[Section(table="T", hit=hit, rows=[Section(row=row) for row in rows])]))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (rules(rule("A")), rules(rule("A"), rule("B")), "help: rule B is new"),
        (rules(rule("A")), rules(rule("A"), rule("B", when="alone", advisory=True)),
         "help: rule B is new: when alone; advisory yes"),
        (rules(rule("A"), rule("B")), rules(rule("B")), "help: rule A is gone"),
        (rules(rule("A", when="alone")), rules(rule("A", when="ill")),
         'help, rule A, when: was "alone", is "ill"'),
        (rules(rule("A", when=Section(hours=8))), rules(rule("A", when=Section(hours=Section({"at least": 9})))),
         'help, rule A, when: was "hours is 8", is "hours at least 9"'),
        (rules(rule("A", when="alone")), rules(rule("A", when="alone", until=LATER)),
         "help, rule A, until is new: 2027-01-01"),
        (rules(rule("A", when="alone", until=LATER)), rules(rule("A", when="alone")),
         "help, rule A, until is gone: was 2027-01-01"),
        (rules(rule("A")), rules(rule("A", advisory=True)), "help, rule A, advisory: was no, is yes"),
        (rules(rule("A"), rule("B")), rules(rule("B"), rule("A")), "help: the order of the rules, was A, B, is B, A"),
        (rules(rule("A", when="ill", until=BEGINS), rule("A", **{"from": LATER, "when": "ill"})),
         rules(rule("A", when="alone", until=BEGINS), rule("A", **{"from": LATER, "when": "ill"})),
         'help, rule A, when: was "ill", is "alone"'),
        (rules(rule("A", **{"if not": "not_met"})), rules(rule("A")), 'help, rule A, if not is gone: was "not_met"'),
        (table("first", "one", "two"), table("first", "two", "one"),
         "help, table T: the order of the rows, of which the first that fits counts, was one, two, is two, one"),
        (table("collect", "one"), table("collect", "two"), "help, table T: row one is gone"),
        (table("first", "one"), table("unique", "one"), 'help, table T, hit: was "first", is "unique"'),
        (rules(rule("A")), pack(help=Section(title="Help", tables=[Section(table="T", hit="first", rows=[
            Section(row="one", when="ill")])], rules=[rule("A")])),
         'help: table T is new: hit "first"; row one: when ill'),
        (pack(help=Section(facts=Section(hours=Section(type="money")))), pack(help=Section(facts=Section())),
         "help, facts, hours is gone: was type money"),
        (pack(help=Section(values=Section(due=Section(plain="a", when=["met"])))),
         pack(help=Section(values=Section(due=Section(plain="a", when=["met", "not_met"])))),
         "help, values, due, when: was met, is met, not_met"),
    ],
)  # fmt: skip
def test_a_changed_rule_is_found_by_its_id(old: Pack, new: Pack, said: str) -> None:
    """Rules, tables and rows are compared by their ids; what has no id is compared as a whole."""
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
    assert differences(before, after, BEGINS) == ["help: rule B is gone"]
    assert differences(before, after, date(2026, 1, 2)) == []


def test_a_row_put_before_others_is_said_with_the_order() -> None:
    """Where the first row that fits counts, a new one takes its place before or after the others, and that is said."""
    _, order = differences(table("first", "one", "two"), table("first", "one", "new", "two"))
    assert order.endswith("was one, two, is one, new, two")
    assert len(differences(table("unique", "one", "two"), table("unique", "one", "new", "two"))) == 1


def test_on_a_day_how_long_things_stand_makes_no_difference() -> None:
    """A decision that is not in force on the day is left out; in one that is, the dates do not count."""
    old = pack(help=Section({"from": BEGINS, "title": "Help"}), gone=Section(until=BEGINS))
    new = pack(help=Section({"from": BEGINS, "until": LATER, "title": "Help"}), new=Section({"from": LATER}))
    assert differences(old, new, date(2026, 6, 1)) == []
    assert differences(old, new, date(2025, 6, 1)) == ["decision gone is gone on 2025-06-01"]
    assert differences(old, new, LATER) == ["decision new is new on 2027-01-01"]


def described(**changed: object) -> Pack:
    """A pack with one parameter, of which one thing is different."""
    body: dict[str, object] = {"title": "N", "type": "whole number", "set by": "law", "unit": "hours"}
    value: dict[str, object] = {"from": BEGINS, "value": 1, "reference": "An Act"}
    for key, written in changed.items():
        (body if key in body else value)[key] = written
    parameters = read_parameters(Section(parameters=Section(n=Section(body, values=[Section(value)]))))
    return Pack("p", "P", "hash", "", parameters, {}, {})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"set by": "council"}, 'parameter n, set by: was "law", is "council"'),
        ({"title": "M"}, 'parameter n, title: was "N", is "M"'),
        ({"unit": "days"}, 'parameter n, unit: was "hours", is "days"'),
        ({"reference": "Another"}, 'parameter n: the value from 2026-01-01, reference: was "An Act", is "Another"'),
        ({"unverified": True}, "parameter n: the value from 2026-01-01, unverified: was no, is yes"),
    ],
)
def test_what_is_said_about_a_parameter_counts_too(changed: dict[str, object], said: str) -> None:
    """Who may set it, its title and unit, and its law: on the day too."""
    assert differences(described(), described(**changed)) == [said]
    (on_the_day,) = differences(described(), described(**changed), LATER)
    assert on_the_day.endswith(said.rpartition(":")[2])


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("alone", "alone"),
        (Section(any=["significant_impact", "resident"]), "any of: significant_impact, resident"),
        (Section(all=["ill", Section({"not": "alone"})]), "all of: ill, (not alone)"),
        (Section({"not": Section(use="nhs")}), "not (use is nhs)"),
        (Section({"at least": 2, "of": ["ill", "alone"]}), "at least 2 of: ill, alone"),
        (Section({"at least": "$n", "of": "OUTCOME"}), "at least $n of: OUTCOME"),
        (Section(every="OUTCOME"), "every OUTCOME"),
        (Section(use=["nhs", "housing"], alone=False), "use is nhs or housing and alone is no"),
        (Section(own_date="given"), "own_date is given"),
        (Section(hours=Section({"at least": 8, "less than": "$most"})), "hours at least 8 and hours less than $most"),
    ],
)
def test_a_condition_is_said_as_it_reads(written: object, words: str) -> None:
    """In the words of the pack language, without brackets and quotes of a programming language."""
    assert condition_words(written) == words


def test_rows_by_birth_that_differ_are_named(packs: Path) -> None:
    """The row that is gone and the one that is new, as days or ages; not the whole table."""
    table = """parameters:
  pension.age: {title: P, type: day by birth, set by: law, values: [{from: 2020-01-01, reference: An Act, value: [
    {born from: 1900-01-01, years: 60}, {born from: 1960-04-06, years: 66, months: 1}]}]}
"""
    file = packs / "small/parameters/pension.yaml"
    file.write_text(table, encoding="utf-8")
    old = read_pack(packs, "small")
    file.write_text(table.replace("years: 66, months: 1", "day: 2026-05-06"), encoding="utf-8")
    assert differences(old, read_pack(packs, "small"), date(2026, 1, 1)) == [
        (
            "parameter pension.age on 2026-01-01: born from 1960-04-06: at 66 years and 1 month is gone; "
            "born from 1960-04-06: on 2026-05-06 is new"
        )
    ]
    file.unlink()
    assert "born from 1900-01-01: at 60 years, born from" in "".join(differences(read_pack(packs, "small"), old))
