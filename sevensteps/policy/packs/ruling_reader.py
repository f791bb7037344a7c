"""From a pack and a date to a ruling: the decision's file with every parameter filled in as it then was."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from inspect import signature

from sevensteps.errors import Fault, Kind
from sevensteps.policy.model.arithmetic import CALCULATIONS
from sevensteps.policy.model.conditions import All, Any, Condition, Given, Not
from sevensteps.policy.model.facts import Fact, Scalar
from sevensteps.policy.model.ruling import Answer, AnsweredValue, FactValue, ItemsValue, PlainValue, Rule, Ruling, Table
from sevensteps.policy.model.sums import Column, ItemName, OfCase, OfItem, Plain, Several, Source, Sum
from sevensteps.policy.model.verdict import SETTLED, Verdict
from sevensteps.policy.packs.condition_reader import Reader
from sevensteps.policy.packs.declaration import read_declared, read_fact
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.setting import Setting
from sevensteps.policy.packs.source import Problems, Section, each_of
from sevensteps.policy.packs.validity import in_force, turning_days

UNDECLARED_PARAMETER = "a parameter that the pack declares"
_UNREAD: Condition = All(())
"""What a rule that was refused asks, so that a rule which refers to it is not refused too."""


def read_ruling(pack: Pack, decision: str, day: date) -> Ruling:
    """One decision of a pack as it stands on a day.

    Raises:
        PackRefusedError: with everything in the decision's file that is not as it should be.
        Fault: INVALID, NOT_IN_FORCE or PARAMETER_MISSING: the decision, or a parameter of it, is not in force that day.
    """
    if not in_force(pack.decisions[decision], day):
        detail = f"decision {decision} of pack {pack.name} is not in force on {day.isoformat()}"
        raise Fault(Kind.INVALID, "NOT_IN_FORCE", detail, metadata={"decision": decision})
    return _RulingReader(pack, decision, day).ruling()


def rulings_of(pack: Pack, decision: str, problems: Problems) -> list[Ruling]:
    """One decision as it stands from each day on which it turns, where every parameter of it has a value.

    What is not as it should be is added to the problems.
    """
    rulings: list[Ruling] = []
    for day in turning_days(pack, decision):
        if in_force(pack.decisions[decision], day):
            with problems.noted(), suppress(Fault):
                rulings.append(read_ruling(pack, decision, day))
    return rulings


class _RulingReader:
    """Reads top to bottom: what a rule refers to stands above it, rules above tables."""

    def __init__(self, pack: Pack, decision: str, day: date) -> None:
        self.pack, self.day, self.section = pack, day, pack.decisions[decision]
        self.problems = Problems()
        self.faults: list[Fault] = []
        self.declared = read_declared(self.section, self._setting, self.problems)
        self.facts: dict[str, dict[str, Fact]] = {
            "": dict(self.declared.case),
            **{name: dict(collection.facts) for name, collection in self.declared.collections.items()},
        }
        self.conditions: dict[str, dict[str, Condition]] = {scope: {} for scope in self.facts}
        self.rules: list[Rule] = []
        self.tables: list[Table] = []

    def ruling(self) -> Ruling:
        sums: list[Sum] = []
        for dotted, body in self.section.named("worked out"):
            with self._noted():
                sums.append(self._sum(dotted, body))
        for rule in self._in_force(self.section, "rules"):
            with self._noted():
                self._rule(rule)
            self.conditions.get(rule.text("for each"), {}).setdefault(rule.text("rule"), _UNREAD)
        for table in self._in_force(self.section, "tables"):
            with self._noted():
                self._table(table)
        answers: list[Answer] = []
        for name, body in self.section.named("values"):
            with self._noted():
                answers.append(self._answer(name, body))
        self.problems.refuse()
        if self.faults:
            raise self.faults[0]
        return Ruling(
            self.section.text("decision"), self.declared, tuple(sums), tuple(self.rules), tuple(self.tables),
            tuple(answers), self.section.text("earliest"), self.facts,
        )  # fmt: skip

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Note what is refused inside, and go on behind it: a value that is missing on the day hides no problem."""
        try:
            with self.problems.noted():
                yield
        except Fault as fault:
            self.faults.append(fault)

    def _in_force(self, section: Section, key: str) -> Iterator[Section]:
        return (entry for entry in section.sections(key) if in_force(entry, self.day))

    def _setting(self, name: str, near: Section) -> Setting:
        parameter = self.pack.parameters.get(name)
        if parameter is None:
            raise near.problem(name, UNDECLARED_PARAMETER)
        return parameter.on(self.day).value

    def _sum(self, dotted: str, body: Section) -> Sum:
        scope, _, name = dotted.rpartition(".")
        if scope not in self.declared.collections:
            scope, name = "", dotted
        fact = read_fact(name, body, self._setting)
        try:
            return Sum(scope, fact, body.text("calculate"), self._arguments(dotted, body, scope))
        finally:  # refused or not: what looks at the fact is not wrong for that
            self.facts[scope][name] = fact

    def _arguments(self, dotted: str, body: Section, scope: str) -> dict[str, Source]:
        calculation = body.text("calculate")
        if calculation not in CALCULATIONS:
            raise body.problem(dotted, f"calculate: one of {', '.join(sorted(CALCULATIONS))}")
        written = {key: value for key, value in body.items() if key not in ("type", "unit", "calculate")}
        names = [key.replace(" ", "_") for key in written]
        wanted = set(signature(CALCULATIONS[calculation]).parameters)
        if set(names) != wanted:
            raise body.problem(dotted, f"for {calculation}: {', '.join(sorted(wanted)).replace('_', ' ')}")
        sources = each_of(written.values(), lambda value: self._source(value, scope, body, dotted))
        return dict(zip(names, sources, strict=True))

    def _source(self, written: object, scope: str, near: Section, where: str) -> Source:
        if isinstance(written, list):
            return Several(tuple(each_of(written, lambda entry: self._source(entry, scope, near, where))))
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
        with self._noted():
            self._refuse_unknown_words(id_, entry, scope)
        conditions = [entry["when"], *([entry["applies when"]] if "applies when" in entry else [])]
        condition, *applies_when = each_of(conditions, lambda written: reader.condition(written, entry, id_))
        applies = applies_when[0] if applies_when else None
        if applies is not None:
            condition = Any((Not(applies), condition))
        self._add(Rule(
            id=id_, scope=scope, condition=condition, applies=applies, holds=Verdict.MET,
            fails=self._verdict(entry, "if not", Verdict.NOT_MET),
            because=entry.text("because"), reference=entry.text("reference"), unverified=entry.flag("unverified"),
            advisory=entry.flag("advisory"), part=entry.text("part"), line=entry.line,
        ), entry)  # fmt: skip

    def _table(self, table: Section) -> None:
        """Each row becomes a rule whose condition says that this row is the one that counts."""
        scope = table.text("for each")
        reader = self._reader(scope, table)
        fitting: dict[str, Condition] = {}
        for row in self._in_force(table, "rows"):
            with self._noted():
                self._add_row(table, row, reader, fitting)
        if "otherwise" in table:
            with self._noted():
                self._refuse_unknown_words(table.text("table"), table, scope)
            self._add(self._row(table, table, table.text("table"), Not(Any(tuple(fitting.values())))), table)
        id_, hit, complete = table.text("table"), table.text("hit"), "otherwise" in table
        self.tables.append(Table(id_, scope, hit, complete, fitting, table.line))

    def _add_row(self, table: Section, row: Section, reader: Reader, fitting: dict[str, Condition]) -> None:
        """Add a row that counts where it fits and, in a table of which the first counts, none before it does."""
        id_, scope = f"{table['table']}/{row['row']}", table.text("for each")
        with self._noted():
            self._refuse_unknown_words(id_, row, scope)
        fits = reader.condition(row["when"], row, id_)
        written = _mapping(row, "values")
        answered = each_of(written.values(), lambda value: self._value(value, row, scope))
        values = dict(zip(written, answered, strict=True))
        first = [Not(Any(tuple(fitting.values())))] if table["hit"] == "first" and fitting else []
        chosen = [fits, *first, *self._given(values, scope)]
        rule = self._row(table, row, id_, All(tuple(chosen)) if len(chosen) > 1 else fits)
        self._add(replace(rule, values=values), row)
        fitting[id_] = fits

    def _row(self, table: Section, row: Section, id_: str, condition: Condition) -> Rule:
        return Rule(
            id=id_, scope=table.text("for each"), condition=condition, fails=Verdict.MET,
            holds=self._verdict(row, "otherwise" if row is table else "then", Verdict.MET),
            because=row.text("because"), reference=row.text("reference", table.text("reference")),
            unverified=row.flag("unverified"), advisory=table.flag("advisory"), part=table.text("part"), row=True,
            line=row.line,
        )  # fmt: skip

    def _refuse_unknown_words(self, id_: str, entry: Section, scope: str) -> None:
        unknown = set(re.findall(r"\{(\w+)\}", entry.text("because"))) - {"item", *self.facts[scope]}
        if unknown:
            raise entry.problem(id_, f"because: declared facts in braces; {', '.join(sorted(unknown))} is none")

    def _add(self, rule: Rule, near: Section) -> None:
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
            if not any(written["items"] in rules for scope_, rules in self.conditions.items() if scope_):
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
