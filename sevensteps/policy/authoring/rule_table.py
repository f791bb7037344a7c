"""Every rule of a pack with its law, as a Markdown table."""

from collections.abc import Iterator

from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.source import Section


def rule_table(pack: Pack) -> str:
    """A row for each rule, by decision: its id, sentence and law, and whether it was checked against the law's text."""
    lines = []
    for name, section in sorted(pack.decisions.items()):
        lines += [f"### `{name}`: {section.text('title')}", "", section.text("reference"), ""]
        lines += ["| rule | because | law | checked |", "| --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(_cell(text) for text in row)} |" for row in _rows(section)]
        lines.append("")
    return "\n".join(lines)


def _rows(section: Section) -> Iterator[tuple[str, str, str, str]]:
    for rule in section.sections("rules"):
        yield rule.text("rule"), rule.text("because"), rule.text("reference"), _checked(rule)
    for table in section.sections("tables"):
        for row in table.sections("rows"):
            law = row.text("reference", table.text("reference"))
            yield f"{table.text('table')}/{row.text('row')}", row.text("because"), law, _checked(row)
        if "otherwise" in table:
            yield table.text("table"), table.text("because"), table.text("reference"), _checked(table)


def _checked(entry: Section) -> str:
    return "not yet" if entry.flag("unverified") else "yes"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
