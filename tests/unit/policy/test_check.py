"""What is wrong with a pack is found before it decides on anybody, all of it, with file, line and rule."""

from pathlib import Path

import pytest

from sevensteps.errors import Fault
from sevensteps.policy import Library
from sevensteps.policy.authoring.check import check

TABLE = """
tables:
  - table: BAND
    hit: {hit}
    reference: An Act
    rows:
      - row: many
        when: {{hours: {{more than: 20}}}}
        then: met
        because: Many hours.
      - row: some
        when: {{hours: {{{some}}}}}
        then: {then}
        because: Some hours.
"""


def found(packs: Path, file: str = "", old: str = "", new: str = "") -> str:
    if file:
        path = packs / "small" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    return "\n".join(str(problem) for problem in check(packs, "small"))


def with_table(packs: Path, hit: str, some: str, then: str = "met") -> str:
    path = packs / "small" / "rules" / "help.yaml"
    path.write_text(path.read_text(encoding="utf-8") + TABLE.format(hit=hit, some=some, then=then), encoding="utf-8")
    return found(packs)


def test_nothing_is_wrong_with_a_good_pack(packs: Path) -> None:
    """There is no problem to report in a pack without one."""
    assert found(packs) == ""


def test_a_gap_is_found_with_an_example(packs: Path) -> None:
    """Two hours are in no row, and the problem says so."""
    said = with_table(packs, "unique", "at most: 19")
    assert 'BAND: no gaps; no row fits {"hours": 20}' in said


def test_an_overlap_is_found_with_an_example(packs: Path) -> None:
    """Two rows that fit together overlap if they say the same, and contradict each other if they do not."""
    assert "BAND/many, BAND/some overlap on" in with_table(packs, "unique", "more than: 5")


def test_a_contradiction_is_found(packs: Path) -> None:
    """The same input, two answers."""
    assert 'contradict each other on {"hours": 21}' in with_table(packs, "unique", "more than: 5", "not_met")


def test_a_masked_row_is_found(packs: Path) -> None:
    """A row after one that always fits where it does is never chosen."""
    assert "BAND/some: a row that is sometimes chosen" in with_table(packs, "first", "more than: 30")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "rules/help.yaml",
            "hours: {type",
            "days: {type",
            "small/rules/help.yaml:12: HOURS: a declared fact; hours is not one",
        ),
        ("rules/help.yaml", "{any: [{hours: {at least: $help.hours}}, alone]}", "alone", "hours: to be used; no rule"),
        ("rules/help.yaml", "{any: [{hours: {at least: $help.hours}}, alone]}", "alone", "help.hours: to be used"),
        (
            "rules/help.yaml",
            "at least: $help.hours",
            "at least: $help.days",
            "help.days: a parameter that the pack declares",
        ),
        ("rules/help.yaml", "{any: [{hours", "{all: [{not: alone}, {hours", "HOURS: to be reachable"),
        (
            "rules/help.yaml",
            "from: 2020-01-01",
            "from: 2019-01-01",
            "parameter help.hours has no value in force on 2019-01-01",
        ),
        (
            "rules/help.yaml",
            "{hours} hours",
            "{days} hours",
            "HOURS: because: declared facts in braces; days is not one",
        ),
        (
            "rules/help.yaml",
            "rules:",
            "derived:\n  more: {type: whole number, calculate: total, off: [hours]}\nrules:",
            "more: for total: of",
        ),
        (
            "rules/help.yaml",
            "rules:",
            "derived:\n  more: {type: whole number, calculate: guess, of: [hours]}\nrules:",
            "more: calculate: one of",
        ),
        ("rules/help.yaml", "because:", "why:", "'because' is a required property"),
        (
            "parameters/limits.yaml",
            "{from: 2020-01-01, value: 10",
            "{from: 2020-01-01, until: 2020-12-31, value: 10",
            "there is none on 2021-01-01",
        ),
        ("parameters/limits.yaml", "value: 10", "value: ten", "a value of type whole number"),
        ("parameters/limits.yaml", "value: 10", "value: 10, value: 11", "value: this key is here twice"),
        ("parameters/limits.yaml", ", reference: A decision of 2019", "", "'reference' is a required property"),
        (
            "cases/help.yaml",
            "alone: false}, expect: {verdict: not_met}",
            "alone: true}, expect: {verdict: met}",
            "HOURS: a case in which it fails; there is none",
        ),
    ],
)
def test_each_sort_of_slip_is_found(packs: Path, file: str, old: str, new: str, said: str) -> None:
    """Undeclared and unused facts and parameters, dead rules, gaps in dates, missing references and cases."""
    assert said in found(packs, file, old, new)


def test_every_problem_is_reported_not_only_the_first(packs: Path) -> None:
    """Two files with a mistake each give two problems."""
    (packs / "small/parameters/limits.yaml").write_text("parameters: 3\n", encoding="utf-8")
    said = found(packs, "rules/help.yaml", "because:", "why:")
    assert "limits.yaml" in said
    assert "help.yaml" in said


def unused(said: str) -> list[str]:
    return [line.split(": ")[1] for line in said.splitlines() if "to be used" in line]


def test_a_list_that_nobody_looks_at_is_found_with_its_facts(packs: Path) -> None:
    """Each by its path; where a rule has `for each` of the items, only the facts that no rule tests."""
    things = (
        "  things: {listed as: records, each: {ill: {type: boolean, question: Q}, old: {type: boolean, question: Q}}}\n"
    )
    said = found(packs, "rules/help.yaml", "rules:\n", f"{things}rules:\n")
    assert unused(said) == ["things", "things.ill", "things.old"]
    rule = "  - {rule: ILL, for each: things, when: ill, because: Because., reference: An Act}\n"
    said = found(packs, "rules/help.yaml", "rules:\n", f"rules:\n{rule}")
    assert unused(said) == ["things.old"]


def test_no_case_is_asked_for_that_cannot_be(packs: Path) -> None:
    """A rule that always holds needs no case in which it fails; one that can fail does."""
    rule = "  - {rule: ALWAYS, when: {hours: {at least: %d}}, because: Because., reference: An Act}\n"
    assert found(packs, "rules/help.yaml", "rules:\n", "rules:\n" + rule % 0) == ""
    assert "ALWAYS: a case in which it fails; there is none" in found(packs, "rules/help.yaml", rule % 0, rule % 1)


def test_what_no_case_can_be_decided_by_is_no_gap(packs: Path) -> None:
    """A number at its bounds is in a row; one beyond them, which is never given, is no gap."""
    rows = "  - {row: %s, when: {hours: {%s}}, because: Because.}\n"
    table = "tables:\n  - table: T\n    hit: unique\n    reference: An Act\n    rows:\n"
    both = "    " + rows % ("few", "at most: 7") + "    " + rows % ("many", "more than: 7")
    assert found(packs, "rules/help.yaml", "rules:\n", f"{table}{both}rules:\n") == ""
    said = found(packs, "rules/help.yaml", "more than: 7", "more than: 8")
    assert 'T: no gaps; no row fits {"hours": 8}' in said


@pytest.mark.parametrize(
    ("when", "reachable"),
    [
        ("{all: [{at least: 2, of: ILL}, {not: {every: ILL}}]}", True), ("{every: ILL}", True),
        ("{all: [{some: ILL}, {not: {at least: 2, of: ILL}}]}", True), ("{not: {some: ILL}}", True),
        ("{all: [{at least: 2, of: ILL}, {not: {some: ILL}}]}", False),
    ],
)  # fmt: skip
def test_a_count_of_items_may_be_any_number(packs: Path, when: str, *, reachable: bool) -> None:
    """Two of three are at least two and not every one; two or more of none are impossible."""
    facts = "  things: {listed as: records, each: {ill: {type: boolean, question: Q}}}\n"
    rules = f"""rules:
  - {{rule: ILL, for each: things, when: ill, because: Because., reference: An Act}}
  - {{rule: MANY, when: {when}, because: Because., reference: An Act}}
"""
    said = found(packs, "rules/help.yaml", "rules:\n", facts + rules)
    assert ("MANY: to be reachable" in said) is not reachable


RULE = "  - {rule: %s, when: %s, because: Because., reference: An Act}\n"


def test_every_finding_of_a_file_of_rules_is_reported_with_its_own_line(packs: Path) -> None:
    """Facts, rules, rows and values that name what is not declared are refused, and what refers to them is not."""
    more = f"""derived:
  more: {{type: whole number, calculate: total, of: [lonely, lost]}}
rules:
{RULE % ("ONE", "{all: [first, second]}")}{RULE % ("TWO", "{any: [{rule: ONE}, {more: {at least: 3}}]}")}"""
    table = """tables:
  - table: T
    hit: collect
    reference: An Act
    rows:
      - {row: a, when: third, because: A.}
      - {row: b, when: alone, because: "{fourth}."}
values:
  said: {fact: fifth}
"""
    path = packs / "small/rules/help.yaml"
    path.write_text(path.read_text(encoding="utf-8") + table, encoding="utf-8")
    said = found(packs, "rules/help.yaml", "rules:\n", more)
    lines = [line.removeprefix("small/rules/help.yaml:") for line in said.splitlines()]
    is_not_one = "a declared fact; {} is not one"
    none_of_them = "more: a declared fact, a parameter or a number; {} is none of them"
    assert lines == [
        f"11: {none_of_them.format('lonely')}", f"11: {none_of_them.format('lost')}",
        f"13: ONE: {is_not_one.format('first')}", f"13: ONE: {is_not_one.format('second')}",
        f"24: T/a: {is_not_one.format('third')}", "25: T/b: because: declared facts in braces; fourth is not one",
        "27: fifth: fact: a declared or derived fact",
    ]  # fmt: skip


def test_a_fact_that_cannot_be_declared_hides_no_other_finding(packs: Path) -> None:
    """Each declaration with its line; the rules that test the fact are not refused as well."""
    facts = """  kind: {type: choice, options: $help.kinds, question: Q}
  size: {type: whole number, lowest: low, question: Q}
  things: {listed as: words, options: $help.things, each: {}}
rules:
"""
    rules = RULE % ("KIND", "{kind: tall, size: {at least: 2}}")
    each = "  - {rule: THING, for each: things, when: {item: book}, because: Because., reference: An Act}\n"
    lines = found(packs, "rules/help.yaml", "rules:\n", facts + rules + each + RULE % ("ALSO", "lonely")).splitlines()
    assert [line.removeprefix("small/rules/help.yaml:").split(": ")[:2] for line in lines] == [
        ["10", "help.kinds"], ["11", "size"], ["12", "help.things"], ["16", "ALSO"],
    ]  # fmt: skip


def test_every_bad_value_of_the_parameters_is_reported(packs: Path) -> None:
    """Two in one file, one in another, and each name that was used before."""
    other = "  help.days: {title: D, type: word, set by: law, values: [{from: 2020-01-01, value: 3, reference: A}]}\n"
    path = packs / "small/parameters/more.yaml"
    path.write_text(f"parameters:\n{other}{other.replace('days', 'weeks')}", encoding="utf-8")
    said = found(packs, "parameters/limits.yaml", "value: 10", "value: ten").splitlines()
    assert [line.split(": ")[0] for line in said] == [
        "small/parameters/limits.yaml:9", "small/parameters/more.yaml:2", "small/parameters/more.yaml:3",
    ]  # fmt: skip
    path.write_text((packs / "small/parameters/limits.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    said = found(packs, "parameters/limits.yaml", "value: ten", "value: 10").splitlines()
    assert said == [
        "small/parameters/more.yaml:9: help.hours: a value of type whole number, such as 28; 'ten' is not one"
    ]
    said = found(packs, "parameters/more.yaml", "value: ten", "value: 10").splitlines()
    assert said == ["small/parameters/more.yaml:3: help.hours: a name that is not used before"]


def test_what_cannot_be_read_hides_nothing_elsewhere(packs: Path) -> None:
    """A file that is not in its form hides no problem of others, and what it may contain is not called missing."""
    text = (packs / "small/rules/help.yaml").read_text(encoding="utf-8")
    other = text.replace("decision: help", "decision: other").replace("alone]}", "lonely]}")
    (packs / "small/rules/other.yaml").write_text(other, encoding="utf-8")
    (packs / "small/rules/third.yaml").write_text("decision: third\n", encoding="utf-8")
    said = found(packs, "parameters/limits.yaml", "title:", "titel:")
    assert "limits.yaml:3: help.hours: " in said
    assert "other.yaml:12: HOURS: a declared fact; lonely is not one" in said
    assert "third.yaml:1: 'title' is a required property" in said
    assert "a parameter that the pack declares" not in said
    assert "a case in which" not in said


def test_cases_are_run_although_there_are_other_findings(packs: Path) -> None:
    """Cases of decisions that can be read are run; one that cannot be read hides no other."""
    text = (packs / "small/rules/help.yaml").read_text(encoding="utf-8")
    other = text.replace("decision: help", "decision: other").replace("alone]}", "lonely]}")
    (packs / "small/rules/other.yaml").write_text(other, encoding="utf-8")
    cases = (packs / "small/cases/help.yaml").read_text(encoding="utf-8")
    (packs / "small/cases/other.yaml").write_text(cases.replace("decision: help", "decision: other"), encoding="utf-8")
    (packs / "small/cases/third.yaml").write_text("cases: []\n", encoding="utf-8")
    said = found(packs, "cases/help.yaml", "verdict: met", "verdict: not_met")
    assert "cases/help.yaml:4: Enough hours: verdict: expected not_met, is met" in said
    assert "other.yaml:12: HOURS" in said
    assert "cases/third.yaml:1: cases: " in said
    assert "cases/other.yaml" not in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("alone]}", "{alone: true}]}\n    until: 2019-12-31\n    from: 2020-01-01",
         "help.yaml:13: HOURS: until: the day of from, or a later one"),
        ("until: 2029-12-31", "until: 2019-12-31", "help.yaml:5: help: until: the day of from, or a later one"),
        ("rules:\n", "  unseen:\n    type: boolean\n    question: Q\nrules:\n", "help.yaml:10: unseen: to be used"),
        ("rules:\n", "rules:\n" + RULE % ("NEVER", "{all: [alone, {not: alone}]}"), "help.yaml:11: NEVER: to be"),
        ("rules:\n", "rules:\n" + RULE % ("SOME", "{hours: {more than: 100}}"), "help.yaml:11: SOME: a case in"),
    ],
)  # fmt: skip
def test_a_finding_says_the_line_of_what_it_is_about(packs: Path, old: str, new: str, said: str) -> None:
    """Not the line of its file or table; an end before the beginning is found too."""
    assert said in found(packs, "rules/help.yaml", old, new)


def test_a_value_that_ends_before_it_begins_is_found(packs: Path) -> None:
    """Such a value would never count, whatever its author thought."""
    said = found(packs, "parameters/limits.yaml", "{from: 2026-01-01,", "{from: 2026-01-01, until: 2025-12-31,")
    assert said == "small/parameters/limits.yaml:10: help.hours: until: the day of from, or a later one"


def test_a_row_is_named_with_its_own_line(packs: Path) -> None:
    """Masked and overlapping rows by the row, a gap by the table."""
    assert "help.yaml:25: BAND/some: a row that is sometimes chosen" in with_table(packs, "first", "more than: 30")
    said = found(packs, "rules/help.yaml", "hit: first", "hit: unique")
    assert "help.yaml:25: BAND: one row at most; BAND/many, BAND/some overlap" in said
    assert "help.yaml:17: BAND: no gaps" in said


@pytest.mark.parametrize(
    ("first", "second", "earliest", "contradicts"),
    [
        ("then: met", "then: not_met", "", True), ("then: not_met", "then: not_met", "", False),
        ("values: {kind: a}", "values: {kind: b}", "", True), ("values: {kind: a}", "values: {kind: a}", "", False),
        ("values: {kind: a}", "values: {sort: b}", "", False),
        ("values: {kind: a}", "values: {kind: b}", "kind", False),
    ],
)  # fmt: skip
def test_rows_that_are_collected_do_not_contradict_each_other(
    packs: Path, first: str, second: str, earliest: str, *, contradicts: bool
) -> None:
    """Two with one condition and different verdicts or values; where the earliest value is chosen, that is fine."""
    table = f"""{f"earliest: {earliest}" if earliest else ""}
tables:
  - table: T
    hit: collect
    reference: An Act
    rows:
      - {{row: a, when: alone, {first}, because: A.}}
      - {{row: b, when: {{alone: true}}, {second}, because: B.}}
      - {{row: c, when: {{hours: 3}}, then: needs_judgement, because: C.}}
"""
    path = packs / "small/rules/help.yaml"
    path.write_text(path.read_text(encoding="utf-8") + table, encoding="utf-8")
    said = "help.yaml:22: T/b: the same as T/a says; both have the same condition"
    assert (said in found(packs)) is contradicts


def test_an_empty_pack_is_found(packs: Path) -> None:
    """No decision, and no pack that it extends."""
    (packs / "empty").mkdir()
    (packs / "empty/pack.yaml").write_text("pack: empty\ntitle: Empty\n", encoding="utf-8")
    said = [str(problem) for problem in check(packs, "empty")]
    assert said == ["empty/pack.yaml:1: a decision in rules/, or a pack to extend"]


@pytest.mark.parametrize("name", ["parameters/more.yml", "rules/more.yml", "cases/more.YAML"])
def test_a_file_that_would_be_passed_over_is_found(packs: Path, name: str) -> None:
    """Under another ending nobody would read it; files that are not YAML are ignored."""
    (packs / "small" / name).write_text("anything", encoding="utf-8")
    (packs / "small/rules/notes.txt").write_text("anything", encoding="utf-8")
    said = f"small/{name}: a file named more.yaml; under this name it is not read"
    assert found(packs) == said


def test_a_folder_in_the_place_of_a_file_is_found(packs: Path) -> None:
    """By its name, as a file that cannot be read."""
    (packs / "small/rules/folder.yaml").mkdir()
    assert found(packs) == "small/rules/folder.yaml: a file that can be read: Is a directory"


@pytest.mark.parametrize("chain", [["small"], ["one", "small"], ["two", "one", "small"]])
def test_packs_that_extend_each_other_in_a_circle_are_refused(packs: Path, chain: list[str]) -> None:
    """However long the circle is; deciding is refused too."""
    for name, extended in zip(chain, [*chain[1:], chain[0]], strict=True):
        (packs / name).mkdir(exist_ok=True)
        (packs / name / "pack.yaml").write_text(f"pack: {name}\ntitle: P\nextends: {extended}\n", encoding="utf-8")
    circle = " extends ".join(["small", *chain[chain.index("small") + 1 :], *chain[: chain.index("small")], "small"])
    assert f"/pack.yaml:1: extends: another pack; {circle}" in found(packs)
    with pytest.raises(Fault, match="another pack"):
        Library(packs).pack("small")
