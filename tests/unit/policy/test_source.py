"""A pack's files: what is refused before anything is read into it, with the very line; and the table of its rules."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy.authoring.rule_table import rule_table
from sevensteps.policy.packs.form import read_file
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.problems import PackRefusedError, Problem
from sevensteps.policy.packs.source import Section
from sevensteps.policy.packs.validity import change_days, in_force, parameters_of

pytestmark = pytest.mark.usefixtures("reader")

HEAD = "pack: small\ntitle: A pack\n"


def problem(folder: Path, text: str | bytes, form: str = "pack") -> Problem:
    """The first problem of a file with this text."""
    (folder / "pack.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PackRefusedError) as refused:
        read_file(folder / "pack.yaml", folder, form)
    return refused.value.problems[0]


@pytest.mark.parametrize(
    ("text", "line", "where", "expected"),
    [
        (f"{HEAD}extends: [", 3, "", "YAML: "), (f"{HEAD}title: Another\n", 3, "title", "this key is here twice"),
        (f"{HEAD}1: one\n", 3, "1", "a key must be text; quote it"), ("- pack\n", 1, "", "a mapping of keys to values"),
        ("", 1, "", "a mapping of keys to values"), (b"title: \xff\n", 0, "", "YAML in UTF-8: "),
        ("[" * 5000, 1, "", "parts that are nested at most 50 deep"),
        ("pack: 3\ntitle: A pack\n", 1, "pack", "3 is not of type 'string'"),
        (f"{HEAD}other: 2026-04-01\n", 1, "", "'other' was unexpected"),
    ],
)  # fmt: skip
def test_what_is_no_pack_is_refused_by_its_line(
    tmp_path: Path, text: str | bytes, line: int, where: str, expected: str
) -> None:
    """The line, the key where there is one, and what was expected."""
    found = problem(tmp_path, text)
    assert (found.file, found.line, found.where) == ("pack.yaml", line, where)
    assert expected in found.expected


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(PackRefusedError, match=r"^pack.yaml: a file that can be read: No such file"):
        read_file(tmp_path / "pack.yaml", tmp_path, "pack")


def test_a_problem_names_the_nearest_rule(tmp_path: Path) -> None:
    """The line where the rule begins, and its id."""
    head = "decision: d\ntitle: D\nfrom: 2020-01-01\nreference: A\nfacts: {a: {type: date, question: Q}}\n"
    text = f"{head}rules:\n  - rule: ONE\n    when: alone\n"
    found = problem(tmp_path, text, "rules")
    assert (found.line, found.where) == (7, "ONE")


def test_yes_and_no_are_words_and_true_and_false_are_not(tmp_path: Path) -> None:
    """A rule may be called NO or on."""
    (tmp_path / "pack.yaml").write_text("pack: on\ntitle: no\n", encoding="utf-8")
    content = read_file(tmp_path / "pack.yaml", tmp_path, "pack")
    assert (content["pack"], content["title"], content.line) == ("on", "no", 1)
    assert problem(tmp_path, "pack: true\ntitle: A pack\n").expected == "True is not of type 'string'"
    assert problem(tmp_path, "pack: a\ntitle: false\n").expected == "False is not of type 'string'"


def test_a_section_gives_what_is_asked_for() -> None:
    """Text, a flag, a day, a list, mappings in a list or by name; anything else is left out."""
    section = Section(
        text="t", flag=True, yes="true", day=date(2026, 4, 1), one=3, some=[Section(), 3], by=Section(a=Section(), b=3)
    )
    assert (section.text("text"), section.text("none"), section.text("none", "else")) == ("t", "", "else")
    assert (section.flag("flag"), section.flag("yes"), section.flag("none")) == (True, False, False)
    assert (section.day("day"), section.day("text"), section.day("none")) == (date(2026, 4, 1), None, None)
    assert (section.entries("one"), section.entries("none")) == ([3], [])
    assert list(section.sections("some")) == [Section()]
    assert list(section.named("by")) == [("a", Section())]
    assert list(section.named("one")) == []


def test_problems_read_as_a_place_and_what_was_expected() -> None:
    """Without a line or a name where there is none."""
    assert str(Problem("f.yaml", 3, "ONE", "a date")) == "f.yaml:3: ONE: a date"
    assert str(Problem("f.yaml", 0, "", "a date")) == "f.yaml: a date"
    assert str(PackRefusedError([Problem("f", 0, "", "a"), Problem("g", 0, "", "b")])) == "f: a\ng: b"


RULES = Section(
    title="D", reference="An Act", rules=[Section(rule="ONE", because="a|b", reference="s.1", unverified=True)],
    tables=[Section(
        table="T", reference="s.2", because="Else.", otherwise="met",
        rows=[Section(row="a", because="A\nA."), Section(row="b", because="B.", reference="s.3")],
    ), Section(table="U", reference="s.4", because="Never said.", rows=[])],
)  # fmt: skip


def test_every_rule_stands_in_the_table_with_its_law() -> None:
    """Rows under their table's law where they have none of their own; what is said otherwise under the table's name."""
    assert rule_table(Pack("p", "P", "", "", {}, {"d": RULES}, {})).splitlines() == [
        "### `d`: D", "", "An Act", "",
        "| rule | because | because not | law | checked |", "| --- | --- | --- | --- | --- |",
        "| ONE | a\\|b |  | s.1 | not yet |", "| T/a | A A. |  | s.2 | yes |", "| T/b | B. |  | s.3 | yes |",
        "| T | Else. |  | s.2 | yes |",
    ]  # fmt: skip


def test_what_is_dated_is_in_force_from_its_first_day_to_its_last() -> None:
    """Both included; without a day it always is."""
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    dated = Section({"from": first, "until": last})
    days = (date(2025, 12, 31), first, last, date(2027, 1, 1))
    assert [in_force(dated, day) for day in days] == [False, True, True, False]
    assert [in_force(Section({"from": first}), day) for day in days] == [False, True, True, True]
    assert [in_force(Section(until=last), day) for day in days] == [True, True, True, False]
    assert in_force(Section(), first)


def test_a_decision_turns_with_its_rules_tables_and_rows() -> None:
    """On the day on which one begins and on the day after it ends, each once, in order."""
    row = Section({"row": "a", "from": date(2023, 1, 1)})
    section = Section({
        "from": date(2020, 1, 1), "until": date(2029, 12, 31),
        "rules": [Section({"until": date(2021, 12, 31)})],
        "tables": [Section({"from": date(2022, 1, 1), "until": date(2022, 12, 31), "rows": [row]})],
    })  # fmt: skip
    years = (2020, 2022, 2023, 2030)
    assert change_days(Pack("p", "P", "", "", {}, {"d": section}, {}), "d") == [date(year, 1, 1) for year in years]


def test_the_parameters_of_a_section_are_found_wherever_they_stand() -> None:
    """In lists and mappings; `$item` is not a parameter."""
    assert list(parameters_of(Section(a="$one", b=["$two", Section(c="$three")], d="$item", e="four", f=5))) == [
        "one", "two", "three",
    ]  # fmt: skip


RULE_FILE = """decision: d
title: D
from: 2020-01-01
reference: A
facts:
  a:
    type: {type}
    question: Q
rules:
  - rule: ONE
    when: a
    because: Because.
    {dated}
    reference: {reference}
"""


@pytest.mark.parametrize(
    ("changed", "line", "where", "expected"),
    [
        ({"dated": 'until: "2020-01-01"'}, 13, "ONE: until", "a date without quotes, such as 2026-04-01"),
        ({"dated": "from: 2020-01-01T00:00:00"}, 13, "2020-01-01T00:00:00", "a day that exists, such as 2026-04-01"),
        ({"dated": "until: 2026-04-31"}, 13, "2026-04-31", "a day that exists, such as 2026-04-01"),
        ({"dated": "until: 9999-12-31"}, 13, "9999-12-31", "a day that exists, such as 2026-04-01"),
        ({"dated": "until: 010"}, 13, "010", "a whole number in plain digits"),
        ({"dated": "until: 09"}, 13, "09", "a whole number in plain digits"),
        ({"dated": "until: 1_000"}, 13, "1_000", "a whole number in plain digits"),
        ({"dated": "until: 1:30"}, 13, "1:30", "a whole number in plain digits"),
        ({"dated": "until: !!float one"}, 0, "", "YAML in UTF-8: could not convert"),
        ({"reference": '" "'}, 14, "ONE: reference", "a text that is not blank"),
        ({"type": "number"}, 7, "a: type", "'number' is not one of"),
    ],
)  # fmt: skip
def test_a_value_that_means_something_else_is_refused_by_its_own_line(
    tmp_path: Path, changed: dict[str, str], line: int, where: str, expected: str
) -> None:
    """No quoted, impossible or timed day, no number that YAML reads in its own way, and no blank law."""
    good = {"type": "boolean", "dated": "until: 2029-12-31", "reference": "A"}
    (tmp_path / "good.yaml").write_text(RULE_FILE.format(**good), encoding="utf-8")
    content = read_file(tmp_path / "good.yaml", tmp_path, "rules")
    (rule,) = content.sections("rules")
    assert (rule.line, rule.lines["until"], rule.day("until")) == (10, 13, date(2029, 12, 31))
    assert dict(content.named("facts"))["a"].line == 6
    found = problem(tmp_path, RULE_FILE.format(**{**good, **changed}), "rules")
    assert (found.line, found.where) == (line, where)
    assert expected in found.expected
