"""Reading decision tables. Each row becomes a rule, whose condition says that this row is the one that counts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sevensteps.policy.model.compiled_decision import DecisionTable, FactValue, Rule, ValueSource
from sevensteps.policy.model.conditions import All, Any, Condition, IsGiven, Not
from sevensteps.policy.model.verdict import Verdict
from sevensteps.policy.packs.condition_reader import ConditionReader
from sevensteps.policy.packs.decision_draft import DecisionDraft
from sevensteps.policy.packs.problems import read_each
from sevensteps.policy.packs.source import Section
from sevensteps.policy.packs.value_reader import read_value_source


def read_tables(draft: DecisionDraft) -> None:
    """Add the tables of a decision that are in force, and a rule for each of their rows, to its draft."""
    for table in draft.in_force(draft.section, "tables"):
        with draft.collected():
            _read_table(draft, table)


def _read_table(draft: DecisionDraft, table: Section) -> None:
    id_, scope = table.text("table"), table.text("for each")
    reader = draft.condition_reader(scope, table)
    rows: dict[str, Condition] = {}
    for row in draft.in_force(table, "rows"):
        with draft.collected():
            _read_row(draft, table, row, reader, rows)
    complete = "otherwise" in table
    if complete:
        with draft.collected():
            draft.check_sentence(id_, table, scope)
        draft.add_rule(_rule(draft, table, table, id_, Not(Any(tuple(rows.values())))), table)
    draft.tables.append(DecisionTable(id_, scope, table.text("hit"), complete, rows, table.line))


def _read_row(
    draft: DecisionDraft, table: Section, row: Section, reader: ConditionReader, rows: dict[str, Condition]
) -> None:
    """Add a row's rule: it counts where the row fits and, with `hit: first`, where no row above it does."""
    id_, scope = f"{table['table']}/{row['row']}", table.text("for each")
    with draft.collected():
        draft.check_sentence(id_, row, scope)
    fits = reader.condition(row["when"], row, id_)
    values = _values(draft, row, scope)
    none_above = [Not(above) for above in rows.values()] if table["hit"] == "first" else []
    conditions = [fits, *none_above, *_facts_given(draft, values, scope)]
    rule = _rule(draft, table, row, id_, All(tuple(conditions)) if len(conditions) > 1 else fits)
    draft.add_rule(replace(rule, values=values), row)
    rows[id_] = fits


def _values(draft: DecisionDraft, row: Section, scope: str) -> dict[str, ValueSource]:
    written = row.get("values")
    values = written if isinstance(written, Section) else Section()
    sources = read_each(values.values(), lambda value: read_value_source(draft, value, row, scope))
    return dict(zip(values, sources, strict=True))


def _facts_given(draft: DecisionDraft, values: Mapping[str, ValueSource], scope: str) -> Iterator[Condition]:
    """A row whose value is a fact counts only once that fact is known."""
    for value in values.values():
        if isinstance(value, FactValue):
            yield IsGiven(value.fact, draft.facts[scope][value.fact].none_if_absent)


def _rule(draft: DecisionDraft, table: Section, row: Section, id_: str, condition: Condition) -> Rule:
    """The rule of a row, or of the table's `otherwise`, where `row` is the table itself."""
    return Rule(
        id=id_,
        scope=table.text("for each"),
        condition=condition,
        holds=draft.verdict(row, "otherwise" if row is table else "then", Verdict.MET),
        fails=Verdict.MET,
        because=row.text("because"),
        reference=row.text("reference", table.text("reference")),
        unverified=row.flag("unverified"),
        advisory=table.flag("advisory"),
        part=table.text("part"),
        row=True,
        line=row.line,
    )
