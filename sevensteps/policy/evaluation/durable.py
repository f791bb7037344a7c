"""durable-rules as the second evaluator of a decision.

Its facts are flat and typed. Each stratum of conditions has a fact of its own, whose kind every pattern matches first.
"""

import threading
from collections.abc import Mapping
from itertools import count

import durable_rules_engine
import msgspec
from durable.engine import Ruleset

from sevensteps.policy.evaluation.durable_patterns import Scope, Stratum, counted
from sevensteps.policy.evaluation.plain import UNKNOWN_LIST, Truths
from sevensteps.policy.model.compiled_decision import CompiledDecision
from sevensteps.policy.model.declared_facts import TypedFacts, Values
from sevensteps.policy.model.facts import Value
from sevensteps.policy.model.predicates import Tally, Truth

_names = count(1)  # a ruleset cannot be replaced under its name
_sids = count(1)
_json = msgspec.json.Encoder()
_NO_RULE_WAITS = 1


def _no_action(_: object) -> None:
    """A rule does nothing when it fires: `_assert` notes that it has."""


class DurableEvaluator:
    """Evaluates one decision of one pack, compiled into one ruleset of durable-rules."""

    name = "durable_rules"

    def __init__(self, compiled: CompiledDecision) -> None:
        self._outcome_of_rule: dict[str, tuple[str, bool]] = {}
        self._lock = threading.Lock()
        self._was_accepted = False
        self._scopes = {
            scope: Scope({rule.id: rule.condition for rule in compiled.rules_of(scope)}, compiled.facts[scope])
            for scope in ("", *compiled.declared.collections)
        }
        self._strata: dict[str, list[tuple[str, Stratum]]] = {}
        definition: dict[str, object] = {"end": {"all": [{"m": {"kind": "end"}}], "run": _no_action}}
        for position, (name, scope) in enumerate(self._scopes.items()):
            self._strata[name] = [(f"k{position}_{number}", stratum) for number, stratum in enumerate(scope.strata)]
            for kind, stratum in self._strata[name]:
                for (node, truth), tests in stratum.patterns.items():
                    rule = f"{kind}_{node}_{truth}"
                    self._outcome_of_rule[rule] = node, truth
                    definition[rule] = {"all": [{"m": {"$and": [{"kind": kind}, *tests]}}], "run": _no_action}
        self._ruleset = Ruleset(f"decision-{next(_names)}", None, definition)
        self._handle: int = self._ruleset._handle  # noqa: SLF001 - the C engine is asked by it

    def truths(self, facts: TypedFacts) -> Truths:
        """The outcome of every rule on these facts, derived ones included."""
        truths: Truths = {}
        tallies: dict[str, Tally] = {}
        with self._lock:
            sid, self._was_accepted = f"s{next(_sids)}", False
            try:
                for collection, items in facts.collections.items():
                    rules = self._scopes[collection].rules
                    if items is None:
                        truths |= {(rule, ""): None for rule in rules}
                        tallies |= dict.fromkeys(rules, (0, 0, UNKNOWN_LIST))
                        continue
                    outcomes = [self._ask(collection, values, {}, sid, n) for n, values in enumerate(items.values())]
                    for rule, node in rules.items():
                        of_items = [outcome.get(node) for outcome in outcomes]
                        truths |= {(rule, item): truth for item, truth in zip(items, of_items, strict=True)}
                        tallies[rule] = _tally(of_items)
                outcome = self._ask("", facts.case, tallies, sid, 0)
                truths |= {(rule, ""): outcome.get(node) for rule, node in self._scopes[""].rules.items()}
            finally:
                self._forget(sid)
        return truths

    def _ask(self, name: str, values: Values, tallies: Mapping[str, Tally], sid: str, item: int) -> dict[str, Truth]:
        """Assert one flat fact for each stratum; the outcomes of a stratum go into the facts of later ones."""
        scope = self._scopes[name]
        known: dict[str, Value] = {}
        for fact in scope.fields:
            value = values[fact]
            if value is not None:
                scope.tell(fact, value, known)
        for rule, tally in scope.tallies.items():
            known |= counted(tally, tallies[rule])
        outcomes: dict[str, Truth] = {}
        for kind, stratum in self._strata[name]:
            for field, nodes in stratum.counts.items():
                known |= counted(field, _tally([outcomes.get(node) for node in nodes]))
            tested = {field: known[field] for field in stratum.fields if field in known}
            if tested:
                found = self._assert({"sid": sid, "kind": kind, "item": item, **tested})
                outcomes |= found
                known |= {node: int(truth) for node, truth in found.items()}
        return outcomes

    def _forget(self, sid: str) -> None:
        """Delete the engine's state of one evaluation.

        A fact that no rule waits for leaves a state too. 1,024 of these fill the engine, and deleting one is a
        segmentation fault. Once a fact has been accepted deletion is safe, so one that always is comes first where
        no other was.
        """
        if not self._was_accepted:
            self._assert({"sid": sid, "kind": "end"})
        self._ruleset.delete_state(sid)

    def _assert(self, fact: Mapping[str, Value]) -> dict[str, bool]:
        """Assert a fact; the outcomes of the rules that fire.

        `Ruleset.do_actions` does the same, but reads the facts behind every rule that fires and writes back a state
        that no rule here changes. That took most of the time of a decision.
        """
        outcome, state = durable_rules_engine.assert_fact(self._handle, _json.encode(fact).decode())
        outcomes: dict[str, bool] = {}
        if outcome == _NO_RULE_WAITS:
            return outcomes  # every condition of this stratum is unknown
        if outcome:
            raise RuntimeError(f"durable-rules refused a fact: {outcome}")
        self._was_accepted = True
        begun = durable_rules_engine.start_action_for_state(self._handle, state)
        fired = begun[1] if begun else None
        while fired:
            outcome_of_rule = self._outcome_of_rule.get(fired[2 : fired.index('"', 2)])  # {"rule": {"m": the fact}}
            if outcome_of_rule:
                outcomes[outcome_of_rule[0]] = outcome_of_rule[1]
            fired = durable_rules_engine.complete_and_start_action(self._handle, state)
        return outcomes


def _tally(outcomes: list[Truth]) -> Tally:
    return outcomes.count(True), outcomes.count(False), outcomes.count(None)
