"""durable-rules as the second evaluator of a decision, used only within what that engine does reliably.

Its facts are flat and typed, and every pattern matches the fact's kind first. It has no "unknown" and no safe "not", so
each condition becomes two patterns of positive tests, one for true and one for false. An unknown fact is left out, so
that neither fires. Nothing is joined: a condition inside another is evaluated in an earlier stratum, and its outcome is
asserted as a field of the next stratum's fact. So are the counts over the items of a collection.
"""

import threading
from collections.abc import Mapping
from itertools import count

import durable_rules_engine
import msgspec
from durable.engine import Ruleset

from sevensteps.policy.evaluation.plain import UNKNOWN_LIST, Truths
from sevensteps.policy.model.compiled_decision import CompiledDecision
from sevensteps.policy.model.conditions import (
    All,
    Any,
    AtLeast,
    Compare,
    Condition,
    Is,
    IsGiven,
    ItemsMeet,
    Not,
    facts_of,
)
from sevensteps.policy.model.declared_facts import TypedFacts, Values
from sevensteps.policy.model.facts import NONE, Value
from sevensteps.policy.model.predicates import Tally, Truth

Pattern = dict[str, object]

_names = count(1)  # a ruleset cannot be replaced under its name
_sids = count(1)
_json = msgspec.json.Encoder()
_NO_RULE_WAITS = 1
_GIVEN = "given"  # a condition can test of a list only whether it is given
_ORDERS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_OPPOSITE = {"<": "$gte", "<=": "$gt", ">": "$lte", ">=": "$lt"}


class _Scope:
    """The conditions of the case, or of one collection's items, in strata."""

    def __init__(self, name: str, conditions: Mapping[str, Condition]) -> None:
        self.name = name
        facts = dict.fromkeys(fact for condition in conditions.values() for fact in facts_of(condition))
        self.fields = {fact: f"f{position}" for position, fact in enumerate(facts)}
        self.nodes: dict[Condition, str] = {}
        self.depths: dict[Condition, int] = {}
        self.tallies: dict[str, str] = {}
        for condition in conditions.values():
            self._place(condition)
        self.rules = {rule: self.nodes[condition] for rule, condition in conditions.items()}
        self.strata = [
            [condition for condition, depth in self.depths.items() if depth == stratum]
            for stratum in range(max(self.depths.values(), default=-1) + 1)
        ]

    def _place(self, condition: Condition) -> int:
        """Give a condition a field of its own and the stratum in which it can be evaluated."""
        if condition in self.depths:
            return self.depths[condition]
        if isinstance(condition, ItemsMeet):
            self.tallies.setdefault(condition.rule, f"t{len(self.tallies)}")
        depth = max((self._place(inner) + 1 for inner in _evaluated_before(condition)), default=0)
        self.depths[condition] = depth
        self.nodes[condition] = f"n{len(self.nodes)}"
        return depth

    def holds(self, condition: Condition) -> Pattern:
        """The positive tests that show a condition to be true."""
        match condition:
            case Is(fact, values):
                return _either([{self.fields[fact]: _plain(value)} for value in values])
            case Compare(fact, order, bound):
                return {_ORDERS[order]: {self.fields[fact]: bound}}
            case IsGiven(fact):
                return {"$and": [{"$ex": {self.fields[fact]: 1}}, {"$neq": {self.fields[fact]: NONE}}]}
            case Not(inner):
                return self._inner(inner, holds=False)
            case All(conditions):
                return {"$and": [self._inner(inner, holds=True) for inner in conditions]}
            case Any(conditions):
                return _either([self._inner(inner, holds=True) for inner in conditions])
            case AtLeast(number, _):
                return {"$gte": {f"{self.nodes[condition]}t": number}}
            case ItemsMeet(rule, None):
                return {"$and": [{f"{self.tallies[rule]}f": 0}, {f"{self.tallies[rule]}u": 0}]}
            case ItemsMeet(rule, int(number)):
                return {"$gte": {f"{self.tallies[rule]}t": number}}
        raise TypeError(condition)

    def fails(self, condition: Condition) -> Pattern | None:
        """The positive tests that show a condition to be false; None when it never is."""
        match condition:
            case Is(fact, values):
                field = self.fields[fact]
                return {"$and": [{"$ex": {field: 1}}, *({"$neq": {field: _plain(value)}} for value in values)]}
            case Compare(fact, order, bound):
                return {_OPPOSITE[order]: {self.fields[fact]: bound}}
            case IsGiven(fact, optional):
                return {self.fields[fact]: NONE} if optional else None
            case Not(inner):
                return self._inner(inner, holds=True)
            case All(conditions):
                return _either([self._inner(inner, holds=False) for inner in conditions])
            case Any(conditions):
                return {"$and": [self._inner(inner, holds=False) for inner in conditions]}
            case AtLeast(number, _):
                return {"$lt": {f"{self.nodes[condition]}p": number}}
            case ItemsMeet(rule, None):
                return {"$gte": {f"{self.tallies[rule]}f": 1}}
            case ItemsMeet(rule, int(number)):
                return {"$lt": {f"{self.tallies[rule]}p": number}}
        raise TypeError(condition)

    def _inner(self, condition: Condition, *, holds: bool) -> Pattern:
        while isinstance(condition, Not):
            condition, holds = condition.condition, not holds
        if isinstance(condition, Compare):
            pattern = self.holds(condition) if holds else self.fails(condition)
            if pattern is not None:
                return pattern
        if isinstance(condition, Is) and _yes_or_no(condition):
            return {self.fields[condition.fact]: int(condition.values[0] is holds)}
        return {self.nodes[condition]: int(holds)}


def _evaluated_before(condition: Condition) -> list[Condition]:
    """The conditions inside another that have to be evaluated before it."""
    match condition:
        case Not(inner):
            return _evaluated_before(All((inner,)))
        case All(conditions) | Any(conditions):
            bare = map(_without_not, conditions)
            return [inner for inner in bare if not _simple(inner)]
        case AtLeast(_, conditions):
            return list(conditions)
    return []


def _without_not(condition: Condition) -> Condition:
    """What is turned round needs no stratum of its own: whether it fails is known as soon as whether it holds."""
    return _without_not(condition.condition) if isinstance(condition, Not) else condition


def _simple(condition: Condition) -> bool:
    return isinstance(condition, Compare) or _yes_or_no(condition)


def _yes_or_no(condition: Condition) -> bool:
    return isinstance(condition, Is) and len(condition.values) == 1 and isinstance(condition.values[0], bool)


def _either(patterns: list[Pattern]) -> Pattern:
    return patterns[0] if len(patterns) == 1 else {"$or": patterns}


def _plain(value: Value) -> Value:
    return int(value) if isinstance(value, bool) else value


def _no_action(_: object) -> None:
    """A rule does nothing when it fires: `_assert` notes that it has."""


class DurableEvaluator:
    """Evaluates one decision of one pack, compiled into one ruleset of durable-rules."""

    name = "durable_rules"

    def __init__(self, compiled: CompiledDecision) -> None:
        self._outcomes: dict[str, bool] = {}
        self._outcome_of_rule: dict[str, tuple[str, bool]] = {}
        self._lock = threading.Lock()
        self._scopes = {
            scope: _Scope(scope, {rule.id: rule.condition for rule in compiled.rules_of(scope)})
            for scope in ("", *compiled.declared.collections)
        }
        definition: dict[str, object] = {"end": {"all": [{"m": {"kind": "end"}}], "run": _no_action}}
        for position, scope in enumerate(self._scopes.values()):
            for stratum, conditions in enumerate(scope.strata):
                for condition in conditions:
                    node, kind = scope.nodes[condition], f"k{position}_{stratum}"
                    self._add(definition, kind, node, scope.holds(condition), truth=True)
                    self._add(definition, kind, node, scope.fails(condition), truth=False)
        self._kinds = {scope: f"k{position}" for position, scope in enumerate(self._scopes)}
        self._ruleset = Ruleset(f"decision-{next(_names)}", None, definition)
        self._handle: int = self._ruleset._handle  # noqa: SLF001 - the C engine is asked by it

    def _add(self, definition: dict[str, object], kind: str, node: str, tests: Pattern | None, *, truth: bool) -> None:
        if tests is None:
            return

        inner = tests.get("$and", [tests])
        pattern = {"$and": [{"kind": kind}, *inner]}  # type: ignore[misc]  # a list by construction
        name = f"{kind}_{node}_{truth}"
        self._outcome_of_rule[name] = node, truth
        definition[name] = {"all": [{"m": pattern}], "run": _no_action}

    def truths(self, facts: TypedFacts) -> Truths:
        """The outcome of every rule on these facts, derived ones included."""
        truths: Truths = {}
        tallies: dict[str, Tally] = {}
        with self._lock:
            sid = f"s{next(_sids)}"
            try:
                for collection in facts.collections:
                    scope, items = self._scopes[collection], facts.collections[collection]
                    if items is None:
                        for rule in scope.rules:
                            truths[rule, ""], tallies[rule] = None, (0, 0, UNKNOWN_LIST)
                        continue
                    counts = {rule: {True: 0, False: 0, None: 0} for rule in scope.rules}
                    for position, (item, values) in enumerate(items.items()):
                        outcomes = self._ask(scope, values, {}, sid, position)
                        for rule, node in scope.rules.items():
                            truth = truths[rule, item] = outcomes.get(node)
                            counts[rule][truth] += 1
                    tallies.update({rule: (c[True], c[False], c[None]) for rule, c in counts.items()})
                outcomes = self._ask(self._scopes[""], facts.case, tallies, sid, 0)
                for rule, node in self._scopes[""].rules.items():
                    truths[rule, ""] = outcomes.get(node)
            finally:
                self._forget(sid)
        return truths

    def _ask(
        self, scope: _Scope, values: Values, tallies: Mapping[str, Tally], sid: str, item: int
    ) -> dict[str, Truth]:
        """Assert one flat fact for each stratum; the outcomes of a stratum go into the next one's fact."""
        fact: dict[str, object] = {"sid": sid, "item": item}
        for name, field in scope.fields.items():
            value = values[name]
            if value is not None:
                fact[field] = _GIVEN if isinstance(value, tuple) else _plain(value)
        for rule, field in scope.tallies.items():
            true, false, unknown = tallies[rule]
            fact.update({f"{field}t": true, f"{field}f": false, f"{field}u": unknown, f"{field}p": true + unknown})
        outcomes: dict[str, Truth] = {}
        for stratum, conditions in enumerate(scope.strata):
            for condition in conditions:
                if isinstance(condition, AtLeast):
                    fact.update(_counts(scope, condition, outcomes))
            self._outcomes = {}
            self._assert({**fact, "kind": f"{self._kinds[scope.name]}_{stratum}"})
            outcomes.update(self._outcomes)
            fact.update({node: int(truth) for node, truth in self._outcomes.items()})
        return outcomes

    def _forget(self, sid: str) -> None:
        """Delete the engine's state of one evaluation.

        A fact that no rule waits for leaves a state too. 1,024 of these fill the engine, and deleting one is a
        segmentation fault. Once a fact has been accepted deletion is safe, so one that always is comes first.
        """
        self._assert({"sid": sid, "kind": "end"})
        self._ruleset.delete_state(sid)

    def _assert(self, fact: dict[str, object]) -> None:
        """Assert a fact and note which rules fire.

        `Ruleset.do_actions` does the same, but reads the facts behind every rule that fires and writes back a state
        that no rule here changes. That took most of the time of a decision.
        """
        outcome, state = durable_rules_engine.assert_fact(self._handle, _json.encode(fact).decode())
        if outcome == _NO_RULE_WAITS:
            return  # every condition of this stratum is unknown
        if outcome:
            raise RuntimeError(f"durable-rules refused a fact: {outcome}")
        begun = durable_rules_engine.start_action_for_state(self._handle, state)
        fired = begun[1] if begun else None
        while fired:
            outcome_of_rule = self._outcome_of_rule.get(fired[2 : fired.index('"', 2)])  # {"rule": {"m": the fact}}
            if outcome_of_rule:
                self._outcomes[outcome_of_rule[0]] = outcome_of_rule[1]
            fired = durable_rules_engine.complete_and_start_action(self._handle, state)


def _counts(scope: _Scope, condition: AtLeast, outcomes: Mapping[str, Truth]) -> dict[str, object]:
    inner_outcomes = [outcomes.get(scope.nodes[inner]) for inner in condition.conditions]
    node, true = scope.nodes[condition], inner_outcomes.count(True)
    return {f"{node}t": true, f"{node}p": true + inner_outcomes.count(None)}
