"""The plain evaluator: Kleene's three-valued logic, written so that it can be checked by reading.

True, False, or None for unknown.
"""

from sevensteps.policy.model.compiled_decision import CompiledDecision
from sevensteps.policy.model.declared_facts import TypedFacts
from sevensteps.policy.model.predicates import Predicate, Tally, Truth, predicate_of

Truths = dict[tuple[str, str], Truth]
"""The outcome of each rule, by its id and the item that it was evaluated for ("" for the case)."""

UNKNOWN_LIST = 1_000_000
"""The number of items that count as unknown where nobody has given the list."""


def tally(truths: Truths, rule: str) -> Tally:
    """The outcomes of a rule over its items, counted."""
    outcomes = [truth for (id_, _), truth in truths.items() if id_ == rule]
    return outcomes.count(True), outcomes.count(False), outcomes.count(None)


class PlainEvaluator:
    """Evaluates every rule of a decision in turn."""

    name = "plain"

    def __init__(self, compiled: CompiledDecision) -> None:
        self._collections = [(name, _predicates(compiled, name)) for name in compiled.declared.collections]
        self._case = _predicates(compiled, "")

    def truths(self, facts: TypedFacts) -> Truths:
        """The outcome of every rule on these facts, derived ones included."""
        truths: Truths = {}
        tallies: dict[str, Tally] = {}
        for collection, predicates in self._collections:
            items = facts.collections[collection]
            for rule, predicate in predicates:
                if items is None:
                    truths[rule, ""], tallies[rule] = None, (0, 0, UNKNOWN_LIST)
                    continue
                counts = {True: 0, False: 0, None: 0}
                for item, values in items.items():
                    truth = truths[rule, item] = predicate(values, tallies)
                    counts[truth] += 1
                tallies[rule] = counts[True], counts[False], counts[None]
        for rule, predicate in self._case:
            truths[rule, ""] = predicate(facts.case, tallies)
        return truths


def _predicates(compiled: CompiledDecision, scope: str) -> list[tuple[str, Predicate]]:
    return [(rule.id, predicate_of(rule.condition)) for rule in compiled.rules_of(scope)]
