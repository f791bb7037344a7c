"""Looking through a pack for what is wrong with it before anybody is decided on: all that is found, not the first.

What a rule can see is tried with one value for every way in which its conditions tell values apart, so a gap or an
overlap that is there is found, with an example input, unless a table looks at so much that only a sample can be tried.
"""

import json
import random
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from pathlib import Path

from sevensteps.errors import Fault
from sevensteps.policy.cases import Coverage, read_cases, run_case
from sevensteps.policy.completion import trials_of
from sevensteps.policy.conditions import Compare, Condition, Given, Is, Items, facts_of, inside
from sevensteps.policy.facts import NONE, Fact, Value
from sevensteps.policy.given import Values
from sevensteps.policy.pack import Pack, read_pack
from sevensteps.policy.plain import Tally, test_of
from sevensteps.policy.reading import read_ruling
from sevensteps.policy.ruling import FactValue, Rule, Ruling, Table
from sevensteps.policy.shelf import Shelf
from sevensteps.policy.source import PackRefusedError, Problem
from sevensteps.policy.sums import inputs_of
from sevensteps.policy.validity import in_force, parameters_of, turning_days

MOST_INPUTS = 20_000

Input = tuple[Values, Mapping[str, Tally]]


def check(root: Path, name: str) -> list[Problem]:
    """Everything that is wrong with a pack."""
    try:
        pack = read_pack(root, name)
    except PackRefusedError as refused:
        return sorted(refused.problems)
    return check_what_was_read(root, pack)


def check_what_was_read(root: Path, pack: Pack) -> list[Problem]:
    """Everything that is wrong with this version of a pack, which could be read. `root` has its worked cases."""
    found = [*_parameters(pack), *(problem for decision in pack.decisions for problem in _decision(pack, decision))]
    if not found:
        found += _cases(root, pack)
    return sorted(set(found))


def _parameters(pack: Pack) -> Iterator[Problem]:
    used = {name for section in pack.decisions.values() for name in parameters_of(section)}
    for name, parameter in pack.parameters.items():
        if name not in used:
            yield Problem(parameter.file, parameter.line, name, "to be used by a decision; no decision names it")
        for day in parameter.holes():
            yield Problem(parameter.file, parameter.line, name, f"a value for every day; there is none on {day}")


def _decision(pack: Pack, decision: str) -> Iterator[Problem]:
    section = pack.decisions[decision]
    begins = section.day("from")
    for day in turning_days(pack, decision):
        if not in_force(section, day):
            continue
        try:
            ruling = read_ruling(pack, decision, day)
        except PackRefusedError as refused:
            yield from refused.problems
        except Fault as fault:
            if day == begins:
                yield section.problem(decision, f"parameters from {begins} on; {fault.detail}").problems[0]
        else:
            for where, expected, line in _ruling(ruling):
                yield Problem(section.file, line or section.line, where, expected)


def _ruling(ruling: Ruling) -> Iterator[tuple[str, str, int]]:
    for path in _unused(ruling):
        yield path, "to be used; no rule, sum or answer looks at this fact", 0
    for rule in ruling.rules:
        holds, _ = reach(ruling, rule)
        if not holds:
            yield rule.id, "to be reachable; nothing that its facts could be makes it hold", 0
    for table in ruling.tables:
        for where, expected in _table(ruling, table):
            yield where, expected, table.line


def _unused(ruling: Ruling) -> list[str]:
    """The paths of declared and worked out facts that nothing looks at."""
    seen = {(rule.scope, name) for rule in ruling.rules for name in facts_of(rule.condition)}
    for sum_ in ruling.sums:
        seen.update(inputs_of(sum_))
    values = [value for rule in ruling.rules for value in rule.values.values()]
    values += [answer.value for answer in ruling.answers]
    seen.update(("", value.fact) for value in values if isinstance(value, FactValue))
    listed = {scope for scope, _ in seen} | {rule.scope for rule in ruling.rules}
    unused = [name for name in ruling.declared.collections if name not in listed]
    for scope, facts in ruling.facts.items():
        names = [name for name in facts if (scope, name) not in seen and name != "item"]
        unused += [f"{scope}.{name}" if scope else name for name in names]
    return unused


def faced_by(ruling: Ruling, scope: str, conditions: list[Condition]) -> Iterator[Input]:
    """What conditions of one scope can be faced with, a sample of it where that is more than MOST_INPUTS."""
    looks = [look for condition in conditions for look in inside(condition) if isinstance(look, Is | Compare | Given)]
    counted: dict[str, list[Items]] = {}
    for look in (look for condition in conditions for look in inside(condition)):
        if isinstance(look, Items):
            counted.setdefault(look.rule, []).append(look)
    facts = [ruling.facts[scope][name] for name in dict.fromkeys(look.fact for look in looks)]
    choices: list[tuple[object, ...]] = [_choices(fact, looks) for fact in facts]
    choices += [tuple(_tallies(looks_at)) for looks_at in counted.values()]
    many = prod(len(several) for several in choices) > MOST_INPUTS
    for values in _sample(choices) if many else product(*choices):
        case = {fact.name: value for fact, value in zip(facts, values, strict=False)}
        tallies = dict(zip(counted, values[len(facts) :], strict=True))
        yield case, tallies  # type: ignore[misc]  # values of facts first, then of tallies


def _tallies(looks: list[Items]) -> Iterator[Tally]:
    """None of the items, one short of a number that is asked for, and so many: among others, or every one."""
    yield 0, 1, 0
    for number in sorted({look.number or 1 for look in looks}):
        yield from ((number - 1, 1, 0), (number, 1, 0), (number, 0, 0))


def _sample(choices: list[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Every fact at its first or last value, then each one or two of them otherwise, then by chance."""
    for corner in (tuple(several[0] for several in choices), tuple(several[-1] for several in choices)):
        singles = [(place, value) for place, several in enumerate(choices) for value in several]
        for one, other in product(singles, singles):
            changed = dict([one, other])
            yield tuple(changed.get(place, value) for place, value in enumerate(corner))
    chance = random.Random(0)  # noqa: S311 - a sample, the same every time
    for _ in range(MOST_INPUTS):
        yield tuple(chance.choice(several) for several in choices)


def _choices(fact: Fact, looks: list[Is | Compare | Given]) -> tuple[Value, ...]:
    own = [look for look in looks if look.fact == fact.name]
    some: dict[str, Value] = {"date": "2026-04-01", "money": 1, "whole number": 1, "word": "some"}
    found = trials_of(fact, own) or (some.get(fact.type, "some"),)
    return (*found, NONE) if fact.none_if_absent else found


def reach(ruling: Ruling, rule: Rule) -> tuple[bool, bool]:
    """Whether a rule can hold, and whether it can fail to."""
    test = test_of(rule.condition)
    found: set[object] = set()
    for case, tallies in faced_by(ruling, rule.scope, [rule.condition]):
        found.add(test(case, tallies))
        if len(found) > 1:
            break
    return True in found, False in found


def _table(ruling: Ruling, table: Table) -> Iterator[tuple[str, str]]:
    tests = {row: test_of(condition) for row, condition in table.rows.items()}
    rules = {rule.id: rule for rule in ruling.rules}
    fitted: set[str] = set()
    chosen: set[str] = set()
    seen: set[tuple[str, ...]] = set()
    for case, tallies in faced_by(ruling, table.scope, list(table.rows.values())):
        fitting = [row for row, test in tests.items() if test(case, tallies)]
        fitted.update(fitting)
        chosen.update(fitting[:1] if table.hit == "first" else fitting)
        if not fitting and not table.complete and () not in seen:
            seen.add(())
            yield table.id, f"no gaps; no row fits {_example(ruling, table.scope, case)}"
        if len(fitting) > 1 and table.hit == "unique" and tuple(fitting) not in seen:
            seen.add(tuple(fitting))
            says = {(rules[row].holds, str(rules[row].values)) for row in fitting}
            what = "contradict each other on" if len(says) > 1 else "overlap on"
            yield table.id, f"one row at most; {', '.join(fitting)} {what} {_example(ruling, table.scope, case)}"
    for row in fitted - chosen:
        yield row, "a row that is chosen now and then; those before it always fit too, and mask it"


def _example(ruling: Ruling, scope: str, case: Values) -> str:
    facts = ruling.facts[scope]
    return json.dumps({name: facts[name].json(value) for name, value in case.items()}, default=str)


def _cases(root: Path, pack: Pack) -> Iterator[Problem]:
    """Every case as its author says; and every rule, in the pack that states it, seen to hold and to fail by one."""
    shelf, coverage = Shelf(pack), Coverage()
    try:
        cases = read_cases(root, pack.name)
    except PackRefusedError as refused:
        yield from refused.problems
        return
    for case in cases:
        outcome = run_case(case, shelf)
        for difference in outcome.differences:
            yield Problem(case.file, case.line, case.name, difference)
        if outcome.decision is not None:
            coverage.add(outcome.decision)
    for decision, section in () if pack.base else pack.decisions.items():
        for rule, possible in _possible(pack, decision).items():
            for can, seen, words in zip(possible, (coverage.held, coverage.failed), ("holds", "fails"), strict=True):
                if can and (decision, rule) not in seen:
                    yield Problem(section.file, section.line, rule, f"a case in which it {words}; there is none")


def _possible(pack: Pack, decision: str) -> dict[str, tuple[bool, bool]]:
    possible: dict[str, tuple[bool, bool]] = {}
    for day in turning_days(pack, decision):
        if in_force(pack.decisions[decision], day):
            try:
                ruling = read_ruling(pack, decision, day)
            except Fault:
                continue
            for rule in ruling.rules:
                possible.setdefault(rule.id, reach(ruling, rule))
    return possible
