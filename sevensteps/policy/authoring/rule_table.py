"""Every rule of a pack with its law, as a Markdown table."""

from collections.abc import Iterator
from dataclasses import dataclass

from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.source import Section


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule, or a row of a table, with its sentences and law; `checked` against the law's text."""

    decision: str
    rule: str
    because: str
    because_not: str
    law: str
    checked: bool


def rule_table(pack: Pack) -> str:
    """A row for a rule, by decision: its id, sentences and law, and whether that was checked against the law's text."""
    lines = []
    for name, section in sorted(pack.decisions.items()):
        lines += [f"### `{name}`: {section.text('title')}", "", section.text("reference"), ""]
        lines += ["| rule | because | because not | law | checked |", "| --- | --- | --- | --- | --- |"]
        for row in _rows(section):
            cells = (row.rule, row.because, row.because_not, row.law, "yes" if row.checked else "not yet")
            lines.append(f"| {' | '.join(_cell(text) for text in cells)} |")
        lines.append("")
    return "\n".join(lines)


def rules_of(pack: Pack) -> list[RuleRow]:
    """The same rows, of all decisions."""
    return [row for _, section in sorted(pack.decisions.items()) for row in _rows(section)]


def _rows(section: Section) -> Iterator[RuleRow]:
    for rule in section.sections("rules"):
        yield _row(section, rule.text("rule"), rule, rule.text("reference"))
    for table in section.sections("tables"):
        law = table.text("reference")
        for row in table.sections("rows"):
            yield _row(section, f"{table.text('table')}/{row.text('row')}", row, row.text("reference", law))
        if "otherwise" in table:
            yield _row(section, table.text("table"), table, law)


def _row(section: Section, id_: str, entry: Section, law: str) -> RuleRow:
    sentences = entry.text("because"), entry.text("because not")
    return RuleRow(section.text("decision"), id_, *sentences, law, not entry.flag("unverified"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
