"""Which unknown facts could still change a verdict."""

from collections.abc import Iterator, Mapping

from sevensteps.policy.evaluation.plain import Truths, tally
from sevensteps.policy.evaluation.wording import possible_verdicts
from sevensteps.policy.model.compiled_decision import CompiledDecision, Rule
from sevensteps.policy.model.conditions import ItemsMeet
from sevensteps.policy.model.declared_facts import TypedFacts
from sevensteps.policy.model.derived_facts import unknown_inputs
from sevensteps.policy.model.predicates import Tally, undecided_parts
from sevensteps.policy.model.verdict import DEFINITE_VERDICTS, Verdict


class MissingFacts:
    """Traces the open rules of a decision back to the facts that nobody has given."""

    def __init__(self, compiled: CompiledDecision) -> None:
        self._rules = {rule.id: rule for rule in compiled.rules}
        self._derived = {(derived.scope, derived.fact.name): derived for derived in compiled.derived_facts}

    def paths(self, facts: TypedFacts, truths: Truths, best: Verdict) -> tuple[str, ...]:
        """The paths of the facts that could still make the verdict worse than `best`, the best possible one.

        Raises:
            Fault: a fact is unknown only because a parameter has no value.
        """
        tallies = {rule.id: tally(truths, rule.id) for rule in self._rules.values() if rule.scope}
        missing: dict[str, None] = {}
        for (id_, item), truth in truths.items():
            rule = self._rules[id_]
            worst = possible_verdicts(rule, truth)[1]
            if not rule.advisory and DEFINITE_VERDICTS.index(worst) > DEFINITE_VERDICTS.index(best):
                missing.update(dict.fromkeys(self._unknown_behind(rule, item, facts, tallies)))
        return tuple(missing)

    def _unknown_behind(self, rule: Rule, item: str, facts: TypedFacts, tallies: Mapping[str, Tally]) -> Iterator[str]:
        items = facts.collections[rule.scope] if rule.scope else {"": facts.case}
        if items is None:
            yield rule.scope
            return
        for condition in undecided_parts(rule.condition, items[item], tallies):
            if not isinstance(condition, ItemsMeet):
                yield from self._given_facts_behind(rule.scope, item, condition.fact, facts)
                continue
            counted = self._rules[condition.rule]
            counted_items = facts.collections[counted.scope]
            for counted_item in [""] if counted_items is None else counted_items:
                yield from self._unknown_behind(counted, counted_item, facts, tallies)

    def _given_facts_behind(self, scope: str, item: str, fact: str, facts: TypedFacts) -> Iterator[str]:
        """The path of an unknown fact; of a derived fact, the paths of its unknown inputs.

        Raises:
            Fault: it is unknown only because a parameter has no value.
        """
        if (scope, item, fact) in facts.faults:
            raise facts.faults[scope, item, fact]
        derived = self._derived.get((scope, fact))
        if derived is None:
            yield ".".join(part for part in (scope, item, fact) if part)
            return
        for input_scope, input_item, input_fact in unknown_inputs(derived, item, facts):
            yield from self._given_facts_behind(input_scope, input_item, input_fact, facts)
