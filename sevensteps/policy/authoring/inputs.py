"""The inputs that conditions can tell apart: one value for every way in which they tell the values of a fact apart."""

import random
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from sevensteps.policy.evaluation.partial_evaluation import trial_values
from sevensteps.policy.model.compiled_decision import CompiledDecision, Rule
from sevensteps.policy.model.conditions import Compare, Condition, Is, IsGiven, ItemsMeet, walk
from sevensteps.policy.model.declared_facts import Values
from sevensteps.policy.model.facts import NONE, Fact, Value
from sevensteps.policy.model.predicates import Tally, predicate_of

MOST_INPUTS = 20_000

Input = tuple[Values, Mapping[str, Tally]]


def inputs_for(compiled: CompiledDecision, scope: str, conditions: list[Condition]) -> Iterator[Input]:
    """The inputs that conditions of one scope can tell apart; a sample where there are more than MOST_INPUTS."""
    tests = [test for condition in conditions for test in walk(condition) if isinstance(test, Is | Compare | IsGiven)]
    counted: dict[str, list[ItemsMeet]] = {}
    for test in (test for condition in conditions for test in walk(condition)):
        if isinstance(test, ItemsMeet):
            counted.setdefault(test.rule, []).append(test)
    facts = [compiled.facts[scope][name] for name in dict.fromkeys(test.fact for test in tests)]
    choices: list[tuple[object, ...]] = [_choices(fact, tests) for fact in facts]
    choices += [tuple(_tallies(looks_at)) for looks_at in counted.values()]
    many = prod(len(several) for several in choices) > MOST_INPUTS
    for values in _sample(choices) if many else product(*choices):
        case = {fact.name: value for fact, value in zip(facts, values, strict=False)}
        tallies = dict(zip(counted, values[len(facts) :], strict=True))
        yield case, tallies  # type: ignore[misc]  # values of facts first, then of tallies


def _tallies(tests: list[ItemsMeet]) -> Iterator[Tally]:
    """No item true; one too few for a number that is asked for; exactly enough, beside others or of all items."""
    yield 0, 1, 0
    for number in sorted({test.number or 1 for test in tests}):
        yield from ((number - 1, 1, 0), (number, 1, 0), (number, 0, 0))


def _sample(choices: list[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Every fact at its first or last value, then one or two of them at another, then random inputs."""
    for corner in (tuple(several[0] for several in choices), tuple(several[-1] for several in choices)):
        singles = [(position, value) for position, several in enumerate(choices) for value in several]
        for one, other in product(singles, singles):
            changed = list(corner)
            for position, value in (one, other):
                changed[position] = value
            yield tuple(changed)
    chance = random.Random(0)  # noqa: S311 - a sample, the same every time
    yield from zip(*(chance.choices(several, k=MOST_INPUTS) for several in choices), strict=True)


def _choices(fact: Fact, tests: list[Is | Compare | IsGiven]) -> tuple[Value, ...]:
    own = [test for test in tests if test.fact == fact.name]
    some: dict[str, Value] = {"date": "2026-04-01", "money": 1, "whole number": 1, "word": "some"}
    values = trial_values(fact, own) or (some.get(fact.type, "some"),)
    return (*values, NONE) if fact.none_if_absent else values


def outcomes_of(compiled: CompiledDecision, rule: Rule) -> tuple[bool, bool]:
    """Whether a rule can hold, and whether it can fail."""
    predicate = predicate_of(rule.condition)
    outcomes: set[object] = set()
    for case, tallies in inputs_for(compiled, rule.scope, [rule.condition]):
        outcomes.add(predicate(case, tallies))
        if len(outcomes) > 1:
            break
    return True in outcomes, False in outcomes
