"""A decision of a pack as it stands on a date: declared facts, sums and rules with every parameter filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sevensteps.errors import Fault, Kind
from sevensteps.policy.arithmetic import CALCULATIONS
from sevensteps.policy.conditions import All, Any, Condition, Given, Not, Reader
from sevensteps.policy.declaration import read_declared, read_fact
from sevensteps.policy.facts import Declared, Fact, Scalar, Value
from sevensteps.policy.pack import Pack
from sevensteps.policy.parameters import Setting
from sevensteps.policy.source import Section
from sevensteps.policy.verdict import Verdict

ValueOf = tuple[str, object]
"""Where a value comes from: ("fact", name), ("items", (rule, what if there are none)) or ("plain", value)."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A fact that the engine works out from others, by one function of `arithmetic`.

    `scope` is the collection whose items it belongs to, or "". Arguments are ("fact", name), ("column", collection,
    name), ("list", names), ("item",) or ("plain", value).
    """

    scope: str
    fact: Fact
    calculation: str
    arguments: Mapping[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it asks, what it says when that holds and when it does not, why, and by which law.

    A row of a decision table is a rule that speaks only when it holds, or could.
    """

    id: str
    scope: str
    condition: Condition
    applies: Condition | None
    holds: Verdict
    fails: Verdict
    because: str
    reference: str
    unverified: bool = False
    row: bool = False
    advisory: bool = False
    part: str = ""
    values: Mapping[str, ValueOf] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """Everything that one decision needs on a date."""

    name: str
    declared: Declared
    sums: tuple[Sum, ...]
    rules: tuple[Rule, ...]
    values: tuple[tuple[str, ValueOf, frozenset[Verdict]], ...]
    earliest: str
    facts: Mapping[str, Mapping[str, Fact]]
    """Every fact, worked out ones included, by scope."""

    def of_scope(self, scope: str) -> tuple[Rule, ...]:
        """The rules asked of the case (""), or of each item of a collection."""
        return tuple(rule for rule in self.rules if rule.scope == scope)


def turning_days(pack: Pack, decision: str) -> list[date]:
    """The days on which a decision may become another: a parameter of it, a rule or the decision itself changes."""
    section = pack.decisions[decision]
    days = {day for name in parameters_of(section) for day in _turns(pack, name)}
    for dated in (section, *_dated_rules(section)):
        begins, ends = dated.get("from"), dated.get("until")
        days.update(day for day in (begins,) if isinstance(day, date))
        days.update(day + timedelta(days=1) for day in (ends,) if isinstance(day, date))
    return sorted(days)


def parameters_of(written: object) -> Iterator[str]:
    """The parameters that a section names, as `$name`."""
    if isinstance(written, str) and written.startswith("$") and written != "$item":
        yield written[1:]
    elif isinstance(written, Mapping):
        for value in written.values():
            yield from parameters_of(value)
    elif isinstance(written, list):
        for value in written:
            yield from parameters_of(value)


def _turns(pack: Pack, name: str) -> list[date]:
    return list(pack.parameters[name].turning_days()) if name in pack.parameters else []


def _dated_rules(section: Section) -> Iterator[Section]:
    for key in ("rules", "tables"):
        entries = section.get(key, [])
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, Section):
                yield entry
                rows = entry.get("rows", [])
                yield from (row for row in (rows if isinstance(rows, list) else []) if isinstance(row, Section))


def in_force(dated: Section, day: date) -> bool:
    """Whether a decision, rule or row is in force on a day (both ends included)."""
    begins, ends = dated.get("from"), dated.get("until")
    return (not isinstance(begins, date) or begins <= day) and (not isinstance(ends, date) or day <= ends)


class RulingReader:
    """Reads one decision of a pack as it stands on a date."""

    def __init__(self, pack: Pack, decision: str, day: date) -> None:
        self.pack, self.day, self.name = pack, day, decision
        self.section = pack.decisions[decision]
        self.declared = read_declared(self.section, self._setting)
        self.facts: dict[str, dict[str, Fact]] = {
            "": dict(self.declared.case),
            **{name: dict(collection.facts) for name, collection in self.declared.collections.items()},
        }
        self.conditions: dict[str, dict[str, Condition]] = {scope: {} for scope in self.facts}
        self.rules: list[Rule] = []

    def ruling(self) -> Ruling:
        """The decision, ready to be evaluated.

        Raises:
            PackRefusedError: something in the pack is not as it should be.
            Fault: INVALID: the decision is not in force on the day, or a parameter has no value then.
        """
        if not in_force(self.section, self.day):
            detail = f"decision {self.name} of pack {self.pack.name} is not in force on {self.day.isoformat()}"
            raise Fault(Kind.INVALID, "NOT_IN_FORCE", detail, metadata={"decision": self.name})
        sums = tuple(self._sum(name, body) for name, body in self._entries("worked out"))
        for key in self.section:
            if key in ("rules", "tables"):
                self._read_rules(key)
        if not self.rules:
            raise self.section.problem(self.name, "one rule or more in force")
        return Ruling(
            self.name, self.declared, sums, tuple(self.rules), tuple(self._values()),
            str(self.section.get("earliest", "")), self.facts,
        )  # fmt: skip

    def _read_rules(self, key: str) -> None:
        entries = self.section[key]
        for entry in entries if isinstance(entries, list) else []:
            if not isinstance(entry, Section):
                raise self.section.problem(key, "a list of mappings")
            if in_force(entry, self.day):
                self._table(entry) if key == "tables" else self._rule(entry)

    def _setting(self, name: str, near: Section) -> Setting | Mapping[str, int]:
        parameter = self.pack.parameters.get(name)
        if parameter is None:
            raise near.problem(name, "a parameter that the pack declares")
        return parameter.on(self.day).value

    def _entries(self, key: str) -> Iterator[tuple[str, Section]]:
        inner = self.section.get(key, Section())
        for name, body in inner.items() if isinstance(inner, Section) else ():
            if not isinstance(body, Section):
                raise self.section.problem(name, "a mapping")
            yield name, body

    def _sum(self, dotted: str, body: Section) -> Sum:
        scope, name = self._scoped(dotted)
        calculation = str(body.get("calculate"))
        if calculation not in CALCULATIONS:
            raise body.problem(dotted, f"calculate: one of {', '.join(sorted(CALCULATIONS))}")
        given = {key: value for key, value in body.items() if key not in ("type", "unit", "calculate", "reference")}
        arguments = {key.replace(" ", "_"): self._argument(value, scope, body, dotted) for key, value in given.items()}
        fact = read_fact(name, body, self._setting)
        self.facts[scope][name] = fact
        return Sum(scope, fact, calculation, arguments)

    def _scoped(self, dotted: str) -> tuple[str, str]:
        scope, _, name = dotted.rpartition(".")
        return (scope, name) if scope in self.declared.collections else ("", dotted)

    def _argument(self, written: object, scope: str, near: Section, where: str) -> tuple[object, ...]:
        if isinstance(written, list):
            return ("list", tuple(self._argument(entry, scope, near, where) for entry in written))
        if not isinstance(written, str):
            return ("plain", written)
        if written == "$item":
            return ("item",)
        if written.startswith("$"):
            return ("plain", self._setting(written[1:], near))
        if written in self.facts[scope]:
            return ("fact", written)
        if written in self.facts[""]:
            return ("case", written)
        collection, _, column = written.partition(".")
        if collection in self.declared.collections and (not column or column in self.facts[collection]):
            return ("column", collection, column)
        raise near.problem(where, f"a declared fact, a parameter or a number; {written} is none of them")

    def _reader(self, scope: str, near: Section) -> Reader:
        def setting(name: str, fact_type: str) -> Scalar | tuple[Scalar, ...]:
            value = self._setting(name, near)
            type_ = self.pack.parameters[name].type
            fits = type_ == fact_type or (type_ in ("word", "words") and fact_type in ("word", "choice"))
            if not fits or isinstance(value, Mapping):
                raise near.problem(name, f"a parameter that can be compared with a {fact_type}; it is {type_}")
            return value  # type: ignore[return-value]

        others = (conditions for name, conditions in self.conditions.items() if name and name != scope)
        items = frozenset(rule for conditions in others for rule in conditions) if not scope else frozenset()
        return Reader(self.facts[scope], setting, self.conditions[scope], items)

    def _rule(self, entry: Section) -> None:
        id_ = str(entry.get("rule"))
        scope = str(entry.get("for each", ""))
        if scope not in self.facts:
            raise entry.problem(id_, "for each: a declared collection")
        reader = self._reader(scope, entry)
        condition = reader.condition(entry.get("when"), entry, id_)
        applies = None
        if "applies when" in entry:
            applies = reader.condition(entry["applies when"], entry, id_)
            condition = Any((Not(applies), condition))
        self.conditions[scope][id_] = condition
        fails = self._verdict(entry, "if not", Verdict.NOT_MET)
        self.rules.append(self._made(entry, id_, scope, condition, Verdict.MET, fails, applies=applies))

    def _table(self, table: Section) -> None:
        """Each row becomes a rule whose condition says that this row is the one that counts."""
        id_, scope, first = str(table.get("table")), str(table.get("for each", "")), table.get("hit") == "first"
        reader = self._reader(scope, table)
        rows = table.get("rows")
        earlier: list[Condition] = []
        for row in rows if isinstance(rows, list) else []:
            if not in_force(row, self.day):
                continue
            row_id = f"{id_}/{row.get('row')}"
            fits = reader.condition(row.get("when"), row, row_id)
            before = (Not(Any(tuple(earlier))),) if first and earlier else ()
            values = self._row_values(row, scope, row_id)
            given = tuple(
                Given(str(name), self.facts[scope][str(name)].none_if_absent)
                for source, name in values.values()
                if source == "fact"
            )
            chosen = All((fits, *before, *given)) if before or given else fits
            self.conditions[scope][row_id] = chosen
            earlier.append(fits)
            verdict = self._verdict(row, "then", Verdict.MET)
            self.rules.append(self._made(row, row_id, scope, chosen, verdict, Verdict.MET, table, values))
        if "otherwise" in table:
            none = Not(Any(tuple(earlier)))
            self.conditions[scope][id_] = none
            verdict = self._verdict(table, "otherwise", Verdict.MET)
            self.rules.append(self._made(table, id_, scope, none, verdict, Verdict.MET, table))

    def _verdict(self, entry: Section, key: str, default: Verdict) -> Verdict:
        written = entry.get(key, default)
        if isinstance(written, str) and written.startswith("$"):
            written = self._setting(written[1:], entry)
        if written not in set(Verdict):
            raise entry.problem(key, f"a verdict out of {', '.join(Verdict)}")
        return Verdict(str(written))

    def _row_values(self, row: Section, scope: str, where: str) -> dict[str, ValueOf]:
        written = row.get("values", Section())
        return (
            {name: self._value_of(value, row, where, scope) for name, value in written.items()}
            if isinstance(written, Section)
            else {}
        )

    def _value_of(self, written: object, near: Section, where: str, scope: str = "") -> ValueOf:
        if isinstance(written, Section):
            if written.get("fact") in self.facts[scope]:
                return ("fact", written["fact"])
            if "items" in written:
                return ("items", (written["items"], written.get("if none", [])))
            raise near.problem(where, "fact: a declared fact, or items: a rule")
        if isinstance(written, str) and written.startswith("$"):
            return ("plain", self._setting(written[1:], near))
        return ("plain", written)

    def _made(
        self, entry: Section, id_: str, scope: str, condition: Condition, holds: Verdict, fails: Verdict,
        table: Section | None = None, values: Mapping[str, ValueOf] | None = None,
        applies: Condition | None = None,
    ) -> Rule:  # fmt: skip
        about = table if table is not None else entry
        because, reference = entry.get("because"), entry.get("reference", about.get("reference"))
        if not isinstance(because, str) or not isinstance(reference, str):
            raise entry.problem(id_, "a because and a reference")
        return Rule(
            id_, scope, condition, applies, holds, fails, because, reference, entry.get("unverified") is True,
            table is not None, about.get("advisory") is True, str(about.get("part", "")), values or {},
        )  # fmt: skip

    def _values(self) -> Iterator[tuple[str, ValueOf, frozenset[Verdict]]]:
        for name, body in self._entries("values"):
            when = body.get("when", [verdict.value for verdict in Verdict])
            source = self._value_of(body if "plain" not in body else body["plain"], body, name)
            yield (
                name,
                source,
                frozenset(Verdict(str(verdict)) for verdict in (when if isinstance(when, list) else [when])),
            )


def read_ruling(pack: Pack, decision: str, day: date) -> Ruling:
    """One decision of a pack as it stands on a day; see RulingReader.ruling for what it raises."""
    return RulingReader(pack, decision, day).ruling()


def value_json(value: Value | Setting | None, fact: Fact) -> object:
    """A worked out value as a caller reads it."""
    return fact.json(value) if not isinstance(value, tuple) else list(value)
