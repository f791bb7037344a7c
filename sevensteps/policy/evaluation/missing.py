"""Which unknown facts could still change a verdict."""

from collections.abc import Iterator, Mapping

from sevensteps.policy.evaluation.plain import Tally, Truths, tally, unsettled
from sevensteps.policy.evaluation.wording import could_be
from sevensteps.policy.model.conditions import Items
from sevensteps.policy.model.given import Known
from sevensteps.policy.model.ruling import Rule, Ruling
from sevensteps.policy.model.sums import unknown_inputs
from sevensteps.policy.model.verdict import SETTLED, Verdict


class Missing:
    """Follows what is open in a ruling back to the facts that nobody has given."""

    def __init__(self, ruling: Ruling) -> None:
        self._rules = {rule.id: rule for rule in ruling.rules}
        self._sums = {(sum_.scope, sum_.fact.name): sum_ for sum_ in ruling.sums}

    def paths(self, known: Known, truths: Truths, best: Verdict) -> tuple[str, ...]:
        """The paths of the facts that could still make the verdict worse than the best that it can be.

        Raises:
            Fault: one is unknown only because a parameter is missing.
        """
        tallies = {rule.id: tally(truths, rule.id) for rule in self._rules.values() if rule.scope}
        missing: dict[str, None] = {}
        for (id_, item), truth in truths.items():
            rule = self._rules[id_]
            if not rule.advisory and SETTLED.index(could_be(rule, truth)[1]) > SETTLED.index(best):
                missing.update(dict.fromkeys(self._open(rule, item, known, tallies)))
        return tuple(missing)

    def _open(self, rule: Rule, item: str, known: Known, tallies: Mapping[str, Tally]) -> Iterator[str]:
        items = known.items[rule.scope] if rule.scope else {"": known.case}
        if items is None:
            yield rule.scope
            return
        for look in unsettled(rule.condition, items[item], tallies):
            if not isinstance(look, Items):
                yield from self._inputs(rule.scope, item, look.fact, known)
                continue
            counted = self._rules[look.rule]
            others = known.items[counted.scope]
            for other in [""] if others is None else others:
                yield from self._open(counted, other, known, tallies)

    def _inputs(self, scope: str, item: str, fact: str, known: Known) -> Iterator[str]:
        """An unknown fact by its path; for one that is worked out, the unknown ones that it needs.

        Raises:
            Fault: it is unknown because a parameter is missing.
        """
        if (scope, item, fact) in known.faults:
            raise known.faults[scope, item, fact]
        sum_ = self._sums.get((scope, fact))
        if sum_ is None:
            yield ".".join(part for part in (scope, item, fact) if part)
            return
        for needed_scope, needed_item, needed_fact in unknown_inputs(sum_, item, known):
            yield from self._inputs(needed_scope, needed_item, needed_fact, known)
