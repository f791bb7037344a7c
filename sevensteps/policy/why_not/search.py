"""Why not? The smallest sets of changed facts that would change the verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.evaluation.plain import Truths
from sevensteps.policy.evaluation.wording import verdict_of
from sevensteps.policy.model.declared_facts import NOT_APPLICABLE, TypedFacts
from sevensteps.policy.model.derived_facts import derive
from sevensteps.policy.model.facts import Value
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.why_not.alternatives import ANOTHER, Alternatives, value_at, with_value_at
from sevensteps.policy.why_not.influence import FactPath, Influence

MOST_RULE_EVALUATIONS = 3_000_000
"""Most evaluations of a rule before the search ends: some seconds."""

Trial = tuple[FactPath, Value]


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, its value (None: not given) and the value that it would need; of a list, its words."""

    fact: str
    was: Json
    becomes: Json


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The sets of changed facts that change a verdict, and whether all sets were tried before the search ended."""

    sets: tuple[tuple[Change, ...], ...]
    all_tried: bool


class _SearchLimitError(Exception):
    """The search has reached its limit."""


def smallest_changes(decider: Decider, facts: Mapping[str, Json], on: date) -> WhyNot:
    """The sets of one or two changed facts that make the verdict met, or a met one not met or a matter of judgement.

    Lists of words are tried with one or two words changed, within their options; numbers where the outcome of a rule
    changes. No set contains a smaller one. Of several values of a fact that would do, the nearest is given. Raises a
    Fault as `decide` does.
    """
    search = _Search(decider, decider.typed(facts, on))
    try:
        search.run()
    except _SearchLimitError:
        all_tried = False
    else:
        all_tried = True
    sets = [
        tuple(_change(decider, search.facts, facts, path, value) for path, value in trials)
        for trials in search.found.values()
    ]
    return WhyNot(tuple(sets), all_tried)


class _Search:
    """Tries single changes, then pairs; `found` are those that change the verdict, by the paths of their facts."""

    def __init__(self, decider: Decider, facts: TypedFacts) -> None:
        self.facts = facts
        self.found: dict[frozenset[FactPath], tuple[Trial, ...]] = {}
        truths = decider.plain.truths(facts)
        self._decider, self._evaluated, self._rules_per_trial = decider, 0, len(truths)
        met = decider.plain_verdict(facts) is Verdict.MET
        self._wanted = {Verdict.NOT_MET, Verdict.NEEDS_JUDGEMENT} if met else {Verdict.MET}
        behind = Influence(decider.compiled, facts).behind_each_rule()
        self._behind = frozenset(behind.values())
        rules = {rule.id: rule for rule in decider.compiled.rules if not rule.advisory}
        self._not_met = frozenset(
            behind[id_, item]
            for (id_, item), truth in truths.items()
            if id_ in rules and verdict_of(rules[id_], truth) is not Verdict.MET
        )
        self._alternatives = Alternatives(decider.compiled, facts, self._truths)
        behind_any = frozenset().union(*self._behind)
        self._paths = [path for path in self._alternatives.paths() if path in behind_any]

    def run(self) -> None:
        """Fill `found`. Raises a _SearchLimitError where not everything can be tried."""
        for path in sorted(self._paths, key=self._alternatives.is_number):
            if all(path in behind for behind in self._not_met):
                self._try_alone(path)
        for one, other in self._pairs():
            self._try_together(one, other)

    def _try_alone(self, path: FactPath) -> None:
        for value in self._alternatives.of(path):
            if self._changes_verdict(with_value_at(self.facts, path, value), (path, value)):
                return
        for value in self._alternatives.with_two_words_changed(path):
            if self._changes_verdict(with_value_at(self.facts, path, value), (path, value)):
                return

    def _pairs(self) -> Iterator[tuple[FactPath, FactPath]]:
        """The pairs that might do: every rule not met depends on one of the two, and neither fact is superfluous.

        Where all of these rules depend on one fact alone, the other can only repair what a change of the first breaks.
        """
        numbers = {path for path in self._paths if self._alternatives.is_number(path)}
        order = sorted(self._paths, key=numbers.__contains__)
        for position, other in enumerate(order):
            repaired = frozenset().union(*(behind for behind in self._behind if other in behind))
            for one in order[:position]:
                if frozenset([one]) in self.found or frozenset([other]) in self.found:
                    continue
                both_needed = self._behind_one_not_met(one) and self._behind_one_not_met(other)
                if (both_needed or one in repaired) and all(one in b or other in b for b in self._not_met):
                    yield one, other

    def _behind_one_not_met(self, path: FactPath) -> bool:
        return any(path in behind for behind in self._not_met)

    def _try_together(self, one: FactPath, other: FactPath) -> None:
        """Try a pair. A number is searched for again where one rule depends on both: it may need another number."""
        alternatives = self._alternatives
        together = any(one in behind and other in behind for behind in self._behind)
        search_again = together and alternatives.is_number(other)
        thresholds = alternatives.thresholds_of(one) if search_again and alternatives.is_number(one) else []
        for value in dict.fromkeys([*alternatives.of(one), *thresholds]):
            changed = with_value_at(self.facts, one, value)
            for second in alternatives.of_when(other, changed) if search_again else alternatives.of(other):
                if self._changes_verdict(with_value_at(changed, other, second), (one, value), (other, second)):
                    return

    def _changes_verdict(self, facts: TypedFacts, *trials: Trial) -> bool:
        self._count()
        changes = self._decider.plain_verdict(facts) in self._wanted
        if changes:
            self.found[frozenset(path for path, _ in trials)] = trials
        return changes

    def _truths(self, facts: TypedFacts) -> Truths:
        self._count()
        derive(self._decider.compiled.derived_facts, facts)
        return self._decider.plain.truths(facts)

    def _count(self) -> None:
        self._evaluated += self._rules_per_trial
        if self._evaluated > MOST_RULE_EVALUATIONS:
            raise _SearchLimitError


def _change(decider: Decider, facts: TypedFacts, given: Mapping[str, Json], path: FactPath, value: Value) -> Change:
    scope, item, name = path
    dotted, was = ".".join(part for part in path if part), value_at(facts, path)
    if not name:
        return Change(dotted, None if was is None else list(_words(was)), list(_words(value)))
    fact = decider.compiled.facts[scope][name]
    of_items = given.get(scope)
    if isinstance(of_items, Mapping) and of_items.get(item) == NOT_APPLICABLE:
        return Change(dotted, NOT_APPLICABLE, fact.json(value))
    if isinstance(value, tuple):
        return Change(dotted, fact.json(was), list(_words(value)))
    another = f"another {name.rpartition('.')[2].replace('_', ' ')}"
    return Change(dotted, fact.json(was), another if value == ANOTHER else fact.json(value))


def _words(value: Value) -> Iterator[Json]:
    yield from ("another item" if word == ANOTHER else word for word in value) if isinstance(value, tuple) else ()
