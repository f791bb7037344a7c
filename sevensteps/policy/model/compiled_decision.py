"""A decision of a pack as it stands on a date: its facts and rules, with the value of every parameter filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sevensteps.policy.model.conditions import Condition
from sevensteps.policy.model.declared_facts import DeclaredFacts
from sevensteps.policy.model.derived_facts import DerivedFact
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.verdict import Json, Verdict


@dataclass(frozen=True, slots=True)
class FactValue:
    """The value is that of a fact, usually a derived one."""

    fact: str


@dataclass(frozen=True, slots=True)
class ItemsValue:
    """The value is the list of items that meet a rule, or `if_none` where no item does."""

    rule: str
    if_none: Json


@dataclass(frozen=True, slots=True)
class ConstantValue:
    """The value is written in the pack."""

    value: Json


ValueSource: TypeAlias = FactValue | ItemsValue | ConstantValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its condition, its verdict and its sentence when that holds and when it fails, and its law.

    `scope` is the collection whose items it is evaluated for, or "" for the case. `condition` also holds where the
    rule does not apply. A row of a decision table is a rule that gives a finding only when it holds, or could hold. An
    advisory rule gives a finding that has no part in the verdict. `because` alone is the sentence both ways where there
    is no `because_not`, as in a row and in packs of the first formats.
    """

    id: str
    scope: str
    condition: Condition
    applies: Condition | None = None
    holds: Verdict
    fails: Verdict
    because: str
    because_not: str = ""
    reference: str
    unverified: bool
    advisory: bool
    part: str
    row: bool = False
    values: Mapping[str, ValueSource] = field(default_factory=dict)
    entered: tuple[str, ...] = ()
    """A sentence on each value behind it that the council has entered for want of a national one."""
    line: int = field(default=0, compare=False)
    """Its line in the decision's file."""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """The conditions of a decision table's rows, before the hit policy chooses among the rows that fit.

    `hit` is unique (never two at once), first (the first that fits) or collect (all that fit). `complete` is true
    where the table has an `otherwise`, so that there is a verdict even where no row fits.
    """

    id: str
    scope: str
    hit: str
    complete: bool
    rows: Mapping[str, Condition]
    line: int


@dataclass(frozen=True, slots=True)
class DecisionValue:
    """A value that a decision gives beside its verdict, when the verdict is one of `when`."""

    name: str
    source: ValueSource
    when: frozenset[Verdict]


@dataclass(frozen=True, slots=True)
class CompiledDecision:
    """Everything that is needed to make one decision on a date.

    `facts` are all facts by scope, derived ones included. `earliest` names the value by which one of several rows is
    chosen: the earliest. A value that this row does not give comes from the earliest row that does.
    """

    name: str
    declared: DeclaredFacts
    derived_facts: tuple[DerivedFact, ...]
    rules: tuple[Rule, ...]
    tables: tuple[DecisionTable, ...]
    values: tuple[DecisionValue, ...]
    earliest: str
    facts: Mapping[str, Mapping[str, Fact]]

    def rules_of(self, scope: str) -> tuple[Rule, ...]:
        """The rules evaluated for the case (""), or for each item of a collection."""
        return tuple(rule for rule in self.rules if rule.scope == scope)
