"""What is wrong with a pack is found before it decides on anybody, all of it, with file, line and rule."""

from pathlib import Path

import pytest

from sevensteps.policy.check import check

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
    """No finding where nothing is to be found."""
    assert found(packs) == ""


def test_a_gap_is_found_with_an_example(packs: Path) -> None:
    """Two hours fall between the rows, and the finding says so."""
    said = with_table(packs, "unique", "at most: 19")
    assert 'BAND: no gaps; no row fits {"hours": 20}' in said


def test_an_overlap_is_found_with_an_example(packs: Path) -> None:
    """Two rows that say the same overlap; two that do not contradict each other."""
    assert "BAND/many, BAND/some overlap on" in with_table(packs, "unique", "more than: 5")


def test_a_contradiction_is_found(packs: Path) -> None:
    """The same input, two answers."""
    assert 'contradict each other on {"hours": 21}' in with_table(packs, "unique", "more than: 5", "not_met")


def test_a_masked_row_is_found(packs: Path) -> None:
    """A row after one that always fits where it does is never chosen."""
    assert "BAND/some: a row that is chosen now and then" in with_table(packs, "first", "more than: 30")


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
        ("rules/help.yaml", "{hours} hours", "{days} hours", "HOURS: because: declared facts in braces; days is none"),
        (
            "rules/help.yaml",
            "rules:",
            "worked out:\n  more: {type: whole number, calculate: total, off: [hours]}\nrules:",
            "more: for total: of",
        ),
        (
            "rules/help.yaml",
            "rules:",
            "worked out:\n  more: {type: whole number, calculate: guess, of: [hours]}\nrules:",
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
        ("parameters/limits.yaml", "value: 10", "value: 10, value: 11", "value: this key stands here twice"),
        ("parameters/limits.yaml", ", reference: A decision of 2019", "", "'reference' is a required property"),
        (
            "cases/help.yaml",
            "hours: 7, alone: false}, expect: {verdict: not_met}",
            "hours: 9}, expect: {verdict: met}",
            "HOURS: a case in which it fails; there is none",
        ),
    ],
)
def test_each_sort_of_slip_is_found(packs: Path, file: str, old: str, new: str, said: str) -> None:
    """Undeclared and unused facts and parameters, dead rules, holes in dates, missing references and cases."""
    assert said in found(packs, file, old, new)


def test_every_problem_is_reported_not_only_the_first(packs: Path) -> None:
    """Two files with a slip each give two findings."""
    (packs / "small/parameters/limits.yaml").write_text("parameters: 3\n", encoding="utf-8")
    said = found(packs, "rules/help.yaml", "because:", "why:")
    assert "limits.yaml" in said
    assert "help.yaml" in said


def test_a_list_that_nobody_looks_at_is_found_with_its_facts(packs: Path) -> None:
    """Each by its path; once a rule is asked of its items, only the facts that it does not look at."""
    things = (
        "  things: {listed as: records, each: {ill: {type: boolean, question: Q}, old: {type: boolean, question: Q}}}\n"
    )
    said = found(packs, "rules/help.yaml", "rules:\n", f"{things}rules:\n")
    assert [line.split(": ")[1] for line in said.splitlines()] == ["things", "things.ill", "things.old"]
    rule = "  - {rule: ILL, for each: things, when: ill, because: Because., reference: An Act}\n"
    said = found(packs, "rules/help.yaml", "rules:\n", f"rules:\n{rule}")
    assert [line.split(": ")[1] for line in said.splitlines()] == ["things.old"]


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
    """Two of three are at least two and not every one; two or more without any there are never."""
    facts = "  things: {listed as: records, each: {ill: {type: boolean, question: Q}}}\n"
    rules = f"""rules:
  - {{rule: ILL, for each: things, when: ill, because: Because., reference: An Act}}
  - {{rule: MANY, when: {when}, because: Because., reference: An Act}}
"""
    said = found(packs, "rules/help.yaml", "rules:\n", facts + rules)
    assert ("MANY: to be reachable" in said) is not reachable
