"""A decision while it is read: what has been read so far, and what was wrong with it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from sevensteps.errors import Fault
from sevensteps.policy.model.compiled_decision import CompiledDecision, DecisionTable, DecisionValue, FactValue, Rule
from sevensteps.policy.model.conditions import Condition, ItemsMeet, facts_of, walk
from sevensteps.policy.model.derived_facts import DerivedFact, inputs_of
from sevensteps.policy.model.facts import Fact, Scalar
from sevensteps.policy.model.verdict import DEFINITE_VERDICTS, Verdict
from sevensteps.policy.packs.condition_reader import ConditionReader
from sevensteps.policy.packs.fact_reader import read_declared_facts
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.parameter_value import ParameterValue
from sevensteps.policy.packs.problems import Problems, did_you_mean
from sevensteps.policy.packs.source import Section
from sevensteps.policy.packs.validity import in_force, parameters_of

UNDECLARED_PARAMETER = "a parameter that the pack declares"


class DecisionDraft:
    """One decision on one day. Its file is read from top to bottom: a rule refers only to what is above it."""

    def __init__(self, pack: Pack, decision: str, day: date) -> None:
        self.pack, self.day, self.section = pack, day, pack.decisions[decision]
        self.problems = Problems()
        self.faults: list[Fault] = []
        self.declared = read_declared_facts(self.section, self.parameter, self.problems)
        self.facts: dict[str, dict[str, Fact]] = {
            "": dict(self.declared.case),
            **{name: dict(collection.facts) for name, collection in self.declared.collections.items()},
        }
        self.derived_facts: list[DerivedFact] = []
        self._entered_parameters = {
            name: parameter
            for name, parameter in pack.parameters.items()
            if any(value.entered_by for value in parameter.values)
        }
        self._entered: dict[tuple[str, str], frozenset[str]] = {}
        self.conditions: dict[str, dict[str, Condition]] = {scope: {} for scope in self.facts}
        self.rules: list[Rule] = []
        self.tables: list[DecisionTable] = []
        self.values: list[DecisionValue] = []

    def compiled(self) -> CompiledDecision:
        """The decision, once all of it is read.

        Raises:
            PackRefusedError: with every problem.
            Fault: INVALID, PARAMETER_MISSING: a parameter has no value on the day.
        """
        self.problems.refuse()
        if self.faults:
            raise self.faults[0]
        return CompiledDecision(
            name=self.section.text("decision"),
            declared=self.declared,
            derived_facts=tuple(self.derived_facts),
            rules=tuple(self.rules),
            tables=tuple(self.tables),
            values=tuple(self.values),
            earliest=self.section.text("earliest"),
            facts=self.facts,
        )

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Collect the problems raised inside and go on: a parameter without a value must not hide other problems."""
        try:
            with self.problems.collected():
                yield
        except Fault as fault:
            self.faults.append(fault)

    def in_force(self, section: Section, key: str) -> Iterator[Section]:
        """The rules, tables or rows under a key that are in force on the day."""
        return (entry for entry in section.sections(key) if in_force(entry, self.day))

    def parameter(self, name: str, near: Section) -> ParameterValue:
        """The value of a parameter on the day. Raises a PackRefusedError, or a Fault (INVALID, PARAMETER_MISSING)."""
        parameter = self.pack.parameters.get(name)
        if parameter is None:
            raise near.problem(name, UNDECLARED_PARAMETER + did_you_mean(name, self.pack.parameters))
        return parameter.on(self.day).value

    def condition_reader(self, scope: str, near: Section) -> ConditionReader:
        """A reader of the conditions of one scope."""
        if scope not in self.facts:
            raise near.problem(scope, "for each: a declared collection")

        def comparable(name: str, fact_type: str) -> Scalar | tuple[Scalar, ...]:
            value = self.parameter(name, near)
            type_ = self.pack.parameters[name].type
            if type_ != fact_type and not (type_ in ("word", "words") and fact_type in ("word", "choice")):
                raise near.problem(name, f"a parameter that can be compared with a {fact_type}; it is {type_}")
            return value  # type: ignore[return-value]  # no parameter of these types is a table

        of_items = (rule for name, rules in self.conditions.items() if name for rule in rules)
        item_rules = frozenset(() if scope else of_items)
        return ConditionReader(self.facts[scope], comparable, self.conditions[scope], item_rules)

    def verdict(self, entry: Section, key: str, default: Verdict) -> Verdict:
        """The verdict written under a key, or in the parameter that it names."""
        written = entry.get(key, default)
        if isinstance(written, str) and written.startswith("$"):
            written = self.parameter(written[1:], entry)
        if written not in DEFINITE_VERDICTS:
            raise entry.problem(key, f"a verdict out of {', '.join(DEFINITE_VERDICTS)}")
        return Verdict(str(written))

    def check_sentence(self, id_: str, entry: Section, scope: str) -> None:
        """Refuse a sentence that names a fact in braces that is not declared."""
        for key in ("because", "because not"):
            unknown = set(re.findall(r"\{(\w+)\}", entry.text(key))) - {"item", *self.facts[scope]}
            if unknown:
                raise entry.problem(id_, f"{key}: declared facts in braces; {', '.join(sorted(unknown))} is not one")

    def add_derived_fact(self, derived: DerivedFact, near: Section) -> None:
        """Add a derived fact, after those that it is derived from."""
        self.derived_facts.append(derived)
        self._entered[derived.scope, derived.fact.name] = self._entered_behind(near, inputs_of(derived))

    def _entered_behind(self, near: Section, facts: Iterable[tuple[str, str]]) -> frozenset[str]:
        """A sentence on each value that the council has entered and that is named here, or is behind one of the facts.

        It says so wherever the value counts, because the national one may turn out to be another.
        """
        if not self._entered_parameters:
            return frozenset()
        named = [parameter for name in parameters_of(near) if (parameter := self._entered_parameters.get(name))]
        values = [(parameter, parameter.on(self.day)) for parameter in named if parameter.has_value_on(self.day)]
        here = {
            f"{parameter.title.partition(';')[0]}: entered by the council ({value.entered_by}; {value.reference})."
            for parameter, value in values
            if value.entered_by
        }
        return frozenset(here).union(*(self._entered.get(fact, frozenset()) for fact in facts))

    def add_rule(self, rule: Rule, near: Section) -> None:
        """Add a rule, whose id must be new."""
        if rule.values and rule.scope:
            raise near.problem(rule.id, "values only in a table that is evaluated for the case as a whole")
        if any(rule.id in rules for rules in self.conditions.values()):
            raise near.problem(rule.id, "an id that no other rule in force has")
        self.conditions[rule.scope][rule.id] = rule.condition
        given = [value.fact for value in rule.values.values() if isinstance(value, FactValue)]
        counted = [inner.rule for inner in walk(rule.condition) if isinstance(inner, ItemsMeet)]
        of_items = {sentence for other in self.rules if other.id in counted for sentence in other.entered}
        entered = self._entered_behind(near, [(rule.scope, fact) for fact in (*facts_of(rule.condition), *given)])
        self.rules.append(replace(rule, entered=tuple(sorted(entered | of_items))))
