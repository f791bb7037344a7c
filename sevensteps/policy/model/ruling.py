"""A decision of a pack as it stands on a date: declared facts, sums and rules with every parameter filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sevensteps.policy.model.conditions import Condition
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.given import Declared
from sevensteps.policy.model.sums import Sum
from sevensteps.policy.model.verdict import Json, Verdict


@dataclass(frozen=True, slots=True)
class FactValue:
    """What a decision answers is a fact, a worked out one as a rule."""

    fact: str


@dataclass(frozen=True, slots=True)
class ItemsValue:
    """What a decision answers is the items for which a rule is met, or something else where there are none."""

    rule: str
    if_none: Json


@dataclass(frozen=True, slots=True)
class PlainValue:
    """What a decision answers stands in the pack."""

    value: Json


AnsweredValue: TypeAlias = FactValue | ItemsValue | PlainValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: what it asks, what it says when that holds and when it does not, why, and by which law.

    `scope` is the collection of whose items it is asked, or "" for the case. `condition` holds also where the rule does
    not apply. A row of a decision table is a rule that speaks only when it holds, or could. An advisory rule says
    something and has no part in the verdict.
    """

    id: str
    scope: str
    condition: Condition
    applies: Condition | None = None
    holds: Verdict
    fails: Verdict
    because: str
    reference: str
    unverified: bool
    advisory: bool
    part: str
    row: bool = False
    values: Mapping[str, AnsweredValue] = field(default_factory=dict)
    line: int = field(default=0, compare=False)
    """Where it stands in the decision's file."""


@dataclass(frozen=True, slots=True)
class Table:
    """How the rows of a decision table stand to each other: what each looks at, before `hit` chooses among them.

    `hit` is unique (never two at once), first (the first that fits) or collect (all that fit). `complete` says that
    something is said where no row fits.
    """

    id: str
    scope: str
    hit: str
    complete: bool
    rows: Mapping[str, Condition]
    line: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A value that a decision answers beside its verdict, when the verdict is one of these."""

    name: str
    value: AnsweredValue
    when: frozenset[Verdict]


@dataclass(frozen=True, slots=True)
class Ruling:
    """Everything that one decision needs on a date.

    `facts` are all of them by scope, worked out ones included. `earliest` names the value by which one row of several
    is chosen: the earliest. A value that it does not have comes from the earliest row that has it.
    """

    name: str
    declared: Declared
    sums: tuple[Sum, ...]
    rules: tuple[Rule, ...]
    tables: tuple[Table, ...]
    answers: tuple[Answer, ...]
    earliest: str
    facts: Mapping[str, Mapping[str, Fact]]

    def of_scope(self, scope: str) -> tuple[Rule, ...]:
        """The rules asked of the case (""), or of each item of a collection."""
        return tuple(rule for rule in self.rules if rule.scope == scope)
