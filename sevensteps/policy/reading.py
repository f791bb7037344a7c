"""From a pack and a date to a ruling: the decision's file with every parameter filled in as it then was."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from inspect import signature

from sevensteps.errors import Fault, Kind
from sevensteps.policy.arithmetic import CALCULATIONS
from sevensteps.policy.conditions import All, Any, Condition, Given, Not, Reader
from sevensteps.policy.declaration import read_declared, read_fact
from sevensteps.policy.facts import Fact, Scalar
from sevensteps.policy.pack import Pack
from sevensteps.policy.parameters import Setting
from sevensteps.policy.ruling import Answer, AnsweredValue, FactValue, ItemsValue, PlainValue, Rule, Ruling, Table
from sevensteps.policy.source import Section
from sevensteps.policy.sums import Column, ItemName, OfCase, OfItem, Plain, Several, Source, Sum
from sevensteps.policy.validity import in_force
from sevensteps.policy.verdict import SETTLED, Verdict


def read_ruling(pack: Pack, decision: str, day: date) -> Ruling:
    """One decision of a pack as it stands on a day.

    Raises:
        PackRefusedError: something in the pack is not as it should be.
        Fault: INVALID, NOT_IN_FORCE or PARAMETER_MISSING: the decision, or a parameter of it, is not in force that day.
    """
    if not in_force(pack.decisions[decision], day):
        detail = f"decision {decision} of pack {pack.name} is not in force on {day.isoformat()}"
        raise Fault(Kind.INVALID, "NOT_IN_FORCE", detail, metadata={"decision": decision})
    return _RulingReader(pack, decision, day).ruling()


class _RulingReader:
    """Reads top to bottom: what a rule refers to stands above it, rules above tables."""

    def __init__(self, pack: Pack, decision: str, day: date) -> None:
        self.pack, self.day, self.section = pack, day, pack.decisions[decision]
        self.declared = read_declared(self.section, self._setting)
        self.facts: dict[str, dict[str, Fact]] = {
            "": dict(self.declared.case),
            **{name: dict(collection.facts) for name, collection in self.declared.collections.items()},
        }
        self.conditions: dict[str, dict[str, Condition]] = {scope: {} for scope in self.facts}
        self.rules: list[Rule] = []
        self.tables: list[Table] = []

    def ruling(self) -> Ruling:
        name = self.section.text("decision")
        sums = tuple(self._sum(dotted, body) for dotted, body in self.section.named("worked out"))
        for rule in self.section.sections("rules"):
            if in_force(rule, self.day):
                self._rule(rule)
        for table in self.section.sections("tables"):
            if in_force(table, self.day):
                self._table(table)
        answers = tuple(self._answer(name, body) for name, body in self.section.named("values"))
        earliest = self.section.text("earliest")
        rules, tables = tuple(self.rules), tuple(self.tables)
        return Ruling(name, self.declared, sums, rules, tables, answers, earliest, self.facts)

    def _setting(self, name: str, near: Section) -> Setting:
        parameter = self.pack.parameters.get(name)
        if parameter is None:
            raise near.problem(name, "a parameter that the pack declares")
        return parameter.on(self.day).value

    def _sum(self, dotted: str, body: Section) -> Sum:
        scope, _, name = dotted.rpartition(".")
        if scope not in self.declared.collections:
            scope, name = "", dotted
        calculation = body.text("calculate")
        if calculation not in CALCULATIONS:
            raise body.problem(dotted, f"calculate: one of {', '.join(sorted(CALCULATIONS))}")
        written = {key: value for key, value in body.items() if key not in ("type", "unit", "calculate")}
        sources = {key.replace(" ", "_"): self._source(value, scope, body, dotted) for key, value in written.items()}
        wanted = set(signature(CALCULATIONS[calculation]).parameters)
        if set(sources) != wanted:
            raise body.problem(dotted, f"for {calculation}: {', '.join(sorted(wanted)).replace('_', ' ')}")
        fact = read_fact(name, body, self._setting)
        self.facts[scope][name] = fact
        return Sum(scope, fact, calculation, sources)

    def _source(self, written: object, scope: str, near: Section, where: str) -> Source:
        if isinstance(written, list):
            return Several(tuple(self._source(entry, scope, near, where) for entry in written))
        if not isinstance(written, str):
            return Plain(written)
        if written.startswith("$"):
            return ItemName() if written == "$item" else Plain(self._setting(written[1:], near))
        if written in self.facts[scope]:
            return OfItem(written)
        if written in self.facts[""]:
            return OfCase(written)
        collection, _, column = written.partition(".")
        if collection in self.declared.collections and (not column or column in self.facts[collection]):
            return Column(collection, column)
        raise near.problem(where, f"a declared fact, a parameter or a number; {written} is none of them")

    def _reader(self, scope: str, near: Section) -> Reader:
        if scope not in self.facts:
            raise near.problem(scope, "for each: a declared collection")

        def setting(name: str, fact_type: str) -> Scalar | tuple[Scalar, ...]:
            value = self._setting(name, near)
            type_ = self.pack.parameters[name].type
            if type_ != fact_type and not (type_ in ("word", "words") and fact_type in ("word", "choice")):
                raise near.problem(name, f"a parameter that can be compared with a {fact_type}; it is {type_}")
            return value  # type: ignore[return-value]  # no parameter of these types is a table

        of_items = (rule for name, rules in self.conditions.items() if name for rule in rules)
        return Reader(self.facts[scope], setting, self.conditions[scope], frozenset(() if scope else of_items))

    def _rule(self, entry: Section) -> None:
        id_, scope = entry.text("rule"), entry.text("for each")
        reader = self._reader(scope, entry)
        condition = reader.condition(entry["when"], entry, id_)
        applies = reader.condition(entry["applies when"], entry, id_) if "applies when" in entry else None
        if applies is not None:
            condition = Any((Not(applies), condition))
        self._add(Rule(
            id=id_, scope=scope, condition=condition, applies=applies, holds=Verdict.MET,
            fails=self._verdict(entry, "if not", Verdict.NOT_MET),
            because=entry.text("because"), reference=entry.text("reference"), unverified=entry.flag("unverified"),
            advisory=entry.flag("advisory"), part=entry.text("part"),
        ), entry)  # fmt: skip

    def _table(self, table: Section) -> None:
        """Each row becomes a rule whose condition says that this row is the one that counts."""
        scope = table.text("for each")
        reader = self._reader(scope, table)
        fitting: dict[str, Condition] = {}
        for row in table.sections("rows"):
            if not in_force(row, self.day):
                continue
            id_ = f"{table['table']}/{row['row']}"
            fits = reader.condition(row["when"], row, id_)
            values = {name: self._value(value, row, scope) for name, value in _mapping(row, "values").items()}
            first = [Not(Any(tuple(fitting.values())))] if table["hit"] == "first" and fitting else []
            chosen = [fits, *first, *self._given(values, scope)]
            rule = self._row(table, row, id_, All(tuple(chosen)) if len(chosen) > 1 else fits)
            self._add(replace(rule, values=values), row)
            fitting[id_] = fits
        if "otherwise" in table:
            self._add(self._row(table, table, table.text("table"), Not(Any(tuple(fitting.values())))), table)

        id_, hit, complete = table.text("table"), table.text("hit"), "otherwise" in table
        self.tables.append(Table(id_, scope, hit, complete, fitting, table.line))

    def _row(self, table: Section, row: Section, id_: str, condition: Condition) -> Rule:
        return Rule(
            id=id_, scope=table.text("for each"), condition=condition, fails=Verdict.MET,
            holds=self._verdict(row, "otherwise" if row is table else "then", Verdict.MET),
            because=row.text("because"), reference=row.text("reference", table.text("reference")),
            unverified=row.flag("unverified"), advisory=table.flag("advisory"), part=table.text("part"), row=True,
        )  # fmt: skip

    def _add(self, rule: Rule, near: Section) -> None:
        unknown = set(re.findall(r"\{(\w+)\}", rule.because)) - {"item", *self.facts[rule.scope]}
        if unknown:
            raise near.problem(rule.id, f"because: declared facts in braces; {', '.join(sorted(unknown))} is none")
        if rule.values and rule.scope:
            raise near.problem(rule.id, "values only in a table that is asked of the case as a whole")
        if any(rule.id in rules for rules in self.conditions.values()):
            raise near.problem(rule.id, "an id that no other rule in force has")
        self.conditions[rule.scope][rule.id] = rule.condition
        self.rules.append(rule)

    def _given(self, values: dict[str, AnsweredValue], scope: str) -> Iterator[Condition]:
        """A row that answers a fact counts only once that fact is known."""
        for value in values.values():
            if isinstance(value, FactValue):
                yield Given(value.fact, self.facts[scope][value.fact].none_if_absent)

    def _verdict(self, entry: Section, key: str, default: Verdict) -> Verdict:
        written = entry.get(key, default)
        if isinstance(written, str) and written.startswith("$"):
            written = self._setting(written[1:], entry)
        if written not in SETTLED:
            raise entry.problem(key, f"a verdict out of {', '.join(SETTLED)}")
        return Verdict(str(written))

    def _answer(self, name: str, body: Section) -> Answer:
        when = body.entries("when") or list(Verdict)
        value = self._value(body.get("plain", body), body, "")
        return Answer(name, value, frozenset(Verdict(str(verdict)) for verdict in when))

    def _value(self, written: object, near: Section, scope: str) -> AnsweredValue:
        if isinstance(written, Section) and "items" in written:
            if written["items"] not in {rule.id for rule in self.rules if rule.scope}:
                raise near.problem(written.text("items"), "items: a rule that is asked for each item of a collection")
            return ItemsValue(written.text("items"), [str(word) for word in written.entries("if none")])
        if isinstance(written, Section):
            if written.get("fact") not in self.facts[scope]:
                raise near.problem(written.text("fact"), "fact: a declared or worked out fact")
            return FactValue(written.text("fact"))
        if isinstance(written, str) and written.startswith("$"):
            written = self._setting(written[1:], near)
        if not isinstance(written, int | str):
            raise near.problem(str(written), "a word, a whole number, or a parameter that is one")
        return PlainValue(written)


def _mapping(section: Section, key: str) -> Section:
    found = section.get(key)
    return found if isinstance(found, Section) else Section()
