"""Partial evaluation: the verdict of a decision while some of its facts are unknown.

Kleene's logic is exact while each unknown fact is tested once, by a test that could go either way. "Capacity or not
capacity" is certain, and yet unknown to Kleene. So where a verdict is open, each unknown fact is tried with one value
for every way in which the rules tell its values apart, and a number in a calculation is followed between its lowest
and its highest value. A verdict is certain only if every trial gives it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sevensteps.policy.evaluation.ranges import Ranges
from sevensteps.policy.model.compiled_decision import CompiledDecision
from sevensteps.policy.model.conditions import Compare, Condition, FactTest, Is, ItemsMeet, fact_tests_in, walk
from sevensteps.policy.model.declared_facts import TypedFacts
from sevensteps.policy.model.derived_facts import DerivedFact, derive, inputs_of, words_looked_up
from sevensteps.policy.model.facts import FIRST_DAY, Fact, Value
from sevensteps.policy.model.predicates import predicate_of
from sevensteps.policy.model.verdict import Verdict

MOST_TRIALS = 2_000
"""Most trials for one decision; a verdict that needs more stays open."""

MOST_RULE_EVALUATIONS = 50_000
"""Most evaluations of a rule in all trials of one decision, so that a plan of many lines has fewer trials."""

_ANY_OTHER_WORD = "any-other"
_ANY_VALUE: Mapping[str, tuple[Value, ...]] = {"date": (FIRST_DAY.isoformat(),), "words": ((),), "narrative": ((),)}
"""The value tried for a fact of which rules test only whether it is given."""

FactKey = tuple[str, str]
"""The scope and the name of a fact."""


@dataclass(slots=True)
class TrialLimit:
    """How many trials are left for one decision. Each trial evaluates its rules `rules_per_trial` times."""

    rules_per_trial: int
    left: int = MOST_RULE_EVALUATIONS

    def take_one(self) -> bool:
        """Take one trial off; false when there are none left."""
        self.left -= max(self.rules_per_trial, MOST_RULE_EVALUATIONS // MOST_TRIALS)
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class UncertainFact:
    """A fact for which Kleene's answer may be too cautious, and the values to try for it."""

    scope: str
    fact: str
    trials: tuple[Value, ...]


class PartialEvaluation:
    """Finds the verdict of a decision, or of one part of it, that holds whatever the unknown facts are."""

    def __init__(self, compiled: CompiledDecision, part: str | None = None) -> None:
        tests = _tests_by_fact(compiled, part)
        derived_facts = _derived_facts_behind(compiled, tests)
        self._derived_facts = compiled.derived_facts
        self._uncertain = tuple(_uncertain_facts(compiled, tests, derived_facts))
        self._ranges = Ranges(compiled.facts, tests, derived_facts)

    def verdict(self, facts: TypedFacts, verdict_of: Callable[[TypedFacts], Verdict], limit: TrialLimit) -> Verdict:
        """The one verdict of all trials, or not enough information.

        The first trials fill in every fact at once: two of these often differ already, and that ends the search.
        """
        unknown = [(fact, item) for fact in self._uncertain for item in _unknown_items(fact, facts)]
        if not unknown and not self._ranges:
            return Verdict.NOT_ENOUGH_INFORMATION
        first, last = (tuple(fact.trials[end] for fact, _ in unknown) for end in (0, -1))
        trials: list[tuple[Value, ...]] = [*dict.fromkeys([(), first, last])]
        verdicts: set[Verdict] = set()
        while trials and len(verdicts) <= 1:
            trial = trials.pop()
            verdict = verdict_of(self._filled_in(facts, unknown, trial)) if limit.take_one() else None
            if verdict is None or (verdict is Verdict.NOT_ENOUGH_INFORMATION and len(trial) == len(unknown)):
                return Verdict.NOT_ENOUGH_INFORMATION
            if verdict is Verdict.NOT_ENOUGH_INFORMATION:
                trials.extend((*trial, value) for value in unknown[len(trial)][0].trials)
            else:
                verdicts.add(verdict)
        return verdicts.pop() if len(verdicts) == 1 else Verdict.NOT_ENOUGH_INFORMATION

    def _filled_in(
        self, facts: TypedFacts, unknown: Sequence[tuple[UncertainFact, str]], trial: tuple[Value, ...]
    ) -> TypedFacts:
        """The facts with the first unknown ones filled in, and with all that then can be derived or is certain."""
        filled = facts.copy()
        for (fact, item), value in zip(unknown, trial, strict=False):
            filled.of(fact.scope)[item][fact.fact] = value
        derive(self._derived_facts, filled)
        self._ranges.fill_in(filled)
        return filled


def _unknown_items(fact: UncertainFact, facts: TypedFacts) -> Iterator[str]:
    return (item for item, values in facts.of(fact.scope).items() if values[fact.fact] is None)


def _tests_by_fact(compiled: CompiledDecision, part: str | None) -> Mapping[FactKey, list[FactTest]]:
    """The tests of each fact by the rules behind a verdict."""
    tests: dict[FactKey, list[FactTest]] = {}
    for scope, condition in _conditions_behind(compiled, part):
        for test in fact_tests_in(condition):
            tests.setdefault((scope, test.fact), []).append(test)
    return tests


def _conditions_behind(compiled: CompiledDecision, part: str | None = None) -> Iterator[tuple[str, Condition]]:
    """The conditions of the rules behind a verdict, and each time that one counts items, of the rule they meet."""
    rules = {rule.id: rule for rule in compiled.rules}
    for rule in compiled.rules:
        if not rule.advisory and part in (None, rule.part):
            yield rule.scope, rule.condition
            for inner in walk(rule.condition):
                if isinstance(inner, ItemsMeet):
                    yield rules[inner.rule].scope, rules[inner.rule].condition


def _derived_facts_behind(
    compiled: CompiledDecision, tests: Mapping[FactKey, list[FactTest]]
) -> tuple[DerivedFact, ...]:
    """The derived facts that lead to the tested ones, in the order in which they are derived."""
    needed, behind = set(tests), list[DerivedFact]()
    for derived in reversed(compiled.derived_facts):
        if (derived.scope, derived.fact.name) in needed:
            needed.update(inputs_of(derived))
            behind.append(derived)
    return tuple(reversed(behind))


def _uncertain_facts(
    compiled: CompiledDecision, tests: Mapping[FactKey, list[FactTest]], derived_facts: tuple[DerivedFact, ...]
) -> Iterator[UncertainFact]:
    """The facts for which Kleene's answer may be too cautious, if all values that differ can be tried."""
    collections = compiled.declared.collections
    inputs = [(derived, inputs_of(derived)) for derived in derived_facts]
    declared = {"": compiled.declared.case, **{name: collection.facts for name, collection in collections.items()}}
    for scope, facts in declared.items():
        for name, fact in facts.items():
            own_tests = tests.get((scope, name), [])
            used_by = [derived for derived, used in inputs if (scope, name) in used]
            trials = _trials_of_input(fact, own_tests, used_by)
            if trials and (len(own_tests) > 1 or used_by or any(_constant(test, trials) for test in own_tests)):
                yield UncertainFact(scope, name, trials)


def _trials_of_input(fact: Fact, tests: list[FactTest], used_by: list[DerivedFact]) -> tuple[Value, ...]:
    """One value for every way in which tests and calculations tell values apart; none where that cannot be said."""
    if not used_by or fact.type in ("boolean", "choice"):
        return trial_values(fact, tests) or _ANY_VALUE.get(fact.type, ())
    looked_up = [words_looked_up(derived) for derived in used_by]
    if fact.type != "word" or None in looked_up:
        return ()
    words = tuple(word for several in looked_up for word in several or ())
    return trial_values(fact, [*tests, Is(fact.name, words)])


def fact_tests_of(compiled: CompiledDecision, scope: str, fact: str) -> list[FactTest]:
    """The tests of one fact by the rules that have a part in the verdict."""
    conditions = (condition for behind, condition in _conditions_behind(compiled) if behind == scope)
    return [test for condition in conditions for test in fact_tests_in(condition) if test.fact == fact]


def _constant(test: FactTest, trials: tuple[Value, ...]) -> bool:
    """Whether a test has one outcome for all values, such as "0 or more" of an amount that is never negative."""
    predicate = predicate_of(test)
    return len({predicate({test.fact: trial}, {}) for trial in trials}) == 1


def trial_values(fact: Fact, tests: list[FactTest]) -> tuple[Value, ...]:
    """One value for every way in which these tests of a fact can tell its values apart."""
    named: set[Value] = {value for test in tests if isinstance(test, Is) for value in test.values}
    named |= {test.value for test in tests if isinstance(test, Compare)}
    match fact.type:
        case "boolean":
            return (True, False)
        case "choice":
            return fact.options
        case "word":
            return (*sorted(str(word) for word in named), _ANY_OTHER_WORD)
        case "whole number" | "money":
            numbers = {int(value) + step for value in named if isinstance(value, int) for step in (-1, 0, 1)}
            return tuple(sorted(number for number in numbers if _within_bounds(fact, number)))
        case "date":
            return tuple(sorted({_days_later(str(value), step) for value in named for step in (-1, 0, 1)}))
        case _:
            return ()


def _within_bounds(fact: Fact, number: int) -> bool:
    return (fact.lowest is None or number >= fact.lowest) and (fact.highest is None or number <= fact.highest)


def _days_later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def with_value(facts: TypedFacts, scope: str, item: str, fact: str, value: Value) -> TypedFacts:
    """A copy of the facts with another value of one; its derived facts have to be derived again."""
    changed = facts.copy()
    changed.of(scope)[item][fact] = value
    return changed
