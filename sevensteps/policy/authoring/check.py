"""Looking through a pack for what is wrong with it before anybody is decided on: all that is found, not the first.

What a rule can see is tried with one value for every way in which its conditions tell values apart, so a gap or an
overlap that is there is found, with an example input, unless a table looks at so much that only a sample can be tried.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations, product
from math import prod
from pathlib import Path, PurePath

from sevensteps.errors import Fault
from sevensteps.policy.authoring.worked_cases import Coverage, read_cases_that_can_be, run_case
from sevensteps.policy.compiled_pack import Shelf
from sevensteps.policy.evaluation.completion import trials_of
from sevensteps.policy.evaluation.plain import Tally, test_of
from sevensteps.policy.model.conditions import Compare, Condition, Given, Is, Items, facts_of, inside
from sevensteps.policy.model.facts import NONE, Fact, Value
from sevensteps.policy.model.given import Values
from sevensteps.policy.model.ruling import FactValue, Rule, Ruling, Table
from sevensteps.policy.model.sums import inputs_of
from sevensteps.policy.packs.pack import Pack, read_what_can_be
from sevensteps.policy.packs.ruling_reader import UNDECLARED_PARAMETER, rulings_of
from sevensteps.policy.packs.source import Problem, Problems, Section
from sevensteps.policy.packs.validity import dated_parts, parameters_of

MOST_INPUTS = 20_000

Input = tuple[Values, Mapping[str, Tally]]


def check(root: Path, name: str) -> list[Problem]:
    """Everything that is wrong with a pack."""
    problems = Problems()
    with problems.noted():
        pack = read_what_can_be(root, name, problems)
        problems += check_what_was_read(root, pack, tuple(problems))
    return sorted(set(problems))


def check_what_was_read(root: Path, pack: Pack, refused: Sequence[Problem] = ()) -> list[Problem]:
    """Everything else that is wrong with a version of a pack; `root` has its worked cases.

    `refused` is what could not be read of it: nothing is said of a use, a case or a value that may stand there.
    """
    places = [PurePath(problem.file) for problem in refused]
    unread = {place.parent.name for place in places}
    found = Problems()
    if not (pack.base or pack.decisions or "rules" in unread):
        found.append(Problem(f"{pack.name}/pack.yaml", 1, "", "a decision in rules/, or a pack to extend"))
    found += _parameters(pack, all_rules="rules" not in unread)
    rulings: dict[str, list[Ruling]] = {}
    for decision in pack.decisions:
        problems = Problems()
        rulings[decision] = rulings_of(pack, decision, problems)
        if problems:
            del rulings[decision]
        found += (p for p in problems if "parameters" not in unread or p.expected != UNDECLARED_PARAMETER)
    for decision, section in pack.decisions.items():
        found += _dates(pack, decision)
        for ruling in rulings.get(decision, ()):
            found += _ruling(ruling, section)
    unread_rules = {place.stem for place in places if place.parent.name == "rules"}
    found += _cases(root, pack, rulings, unread_rules | (pack.decisions.keys() - rulings.keys()))
    return sorted(set(found))


def _parameters(pack: Pack, *, all_rules: bool) -> Iterator[Problem]:
    used = {name for section in pack.decisions.values() for name in parameters_of(section)}
    for name, parameter in pack.parameters.items():
        if all_rules and name not in used:
            yield Problem(parameter.file, parameter.line, name, "to be used by a decision; no decision names it")
        for day in parameter.holes():
            yield Problem(parameter.file, parameter.line, name, f"a value for every day; there is none on {day}")


def _dates(pack: Pack, decision: str) -> Iterator[Problem]:
    section = pack.decisions[decision]
    for dated in dated_parts(section):
        begins, ends = dated.day("from"), dated.day("until")
        if begins and ends and ends < begins:
            where = next((dated.text(key) for key in ("rule", "table", "row") if key in dated), decision)
            yield Problem(dated.file, dated.lines["until"], where, "until: the day of from, or a later one")
    begins = section.day("from")
    for name in dict.fromkeys(parameters_of(section, begins)):
        if begins and name in pack.parameters:
            try:
                pack.parameters[name].on(begins)
            except Fault as fault:
                yield section.problem(decision, f"parameters from {begins} on; {fault.detail}").problems[0]


def _ruling(ruling: Ruling, section: Section) -> Iterator[Problem]:
    for path in _unused(ruling):
        expected = "to be used; no rule, sum or answer looks at this fact"
        yield Problem(section.file, _line_of(section, path), path, expected)
    for rule in ruling.rules:
        holds, _ = reach(ruling, rule)
        if not holds:
            expected = "to be reachable; nothing that its facts could be makes it hold"
            yield Problem(section.file, rule.line, rule.id, expected)
    lines = {rule.id: rule.line for rule in ruling.rules}
    for table in ruling.tables:
        for place, where, expected in (*_table(ruling, table), *_contradictions(ruling, table)):
            yield Problem(section.file, lines.get(place, table.line), where, expected)


def _line_of(section: Section, path: str) -> int:
    """Where a fact is declared or worked out."""
    lines: dict[str, int] = {}
    for key in ("facts", "worked out"):
        for name, body in section.named(key):
            lines[name] = body.line
            lines.update({f"{name}.{fact}": inner.line for fact, inner in body.named("each")})
    return lines[path]


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


def _table(ruling: Ruling, table: Table) -> Iterator[tuple[str, str, str]]:
    """Gaps, overlaps and masked rows: the row whose place it is, what it is about, and what was expected."""
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
            yield "", table.id, f"no gaps; no row fits {_example(ruling, table.scope, case)}"
        if len(fitting) > 1 and table.hit == "unique" and tuple(fitting) not in seen:
            seen.add(tuple(fitting))
            says = {(rules[row].holds, str(rules[row].values)) for row in fitting}
            what = "contradict each other on" if len(says) > 1 else "overlap on"
            expected = f"one row at most; {', '.join(fitting)} {what} {_example(ruling, table.scope, case)}"
            yield fitting[1], table.id, expected
    for row in fitted - chosen:
        yield row, row, "a row that is chosen now and then; those before it always fit too, and mask it"


def _contradictions(ruling: Ruling, table: Table) -> Iterator[tuple[str, str, str]]:
    """Rows of a table that collects which ask the same and do not say the same."""
    rules = {rule.id: rule for rule in ruling.rules}
    for one, other in combinations(table.rows if table.hit == "collect" else (), 2):
        if table.rows[one] == table.rows[other] and _contradict(ruling, rules[one], rules[other]):
            yield (
                other,
                other,
                f"what does not contradict {one}; both ask the same",
            )


def _contradict(ruling: Ruling, one: Rule, other: Rule) -> bool:
    """Whether two rules that hold together give two verdicts, or two values of which the earliest is not taken."""
    both = {} if ruling.earliest else one.values.keys() & other.values.keys()
    return one.holds != other.holds or any(one.values[name] != other.values[name] for name in both)


def _example(ruling: Ruling, scope: str, case: Values) -> str:
    facts = ruling.facts[scope]
    return json.dumps({name: facts[name].json(value) for name, value in case.items()}, default=str)


def _cases(root: Path, pack: Pack, rulings: Mapping[str, list[Ruling]], unread: AbstractSet[str]) -> Iterator[Problem]:
    """Every case as its author says; and every rule, in the pack that states it, seen to hold and to fail by one."""
    shelf, coverage, refused = Shelf(pack), Coverage(), Problems()
    for case in read_cases_that_can_be(root, pack.name, refused):
        if case.decision in unread:
            continue
        outcome = run_case(case, shelf)
        for difference in outcome.differences:
            yield Problem(case.file, case.line, case.name, difference)
        if outcome.decision is not None:
            coverage.add(outcome.decision)
    yield from refused
    if not refused and not pack.base:  # else nobody knows which cases there would have been
        for decision, several in rulings.items():
            yield from _not_covered(pack.decisions[decision], several, coverage)


def _not_covered(section: Section, rulings: list[Ruling], coverage: Coverage) -> Iterator[Problem]:
    decision = section.text("decision")
    possible: dict[str, tuple[bool, bool, int]] = {}
    for ruling in rulings:
        for rule in ruling.rules:
            possible.setdefault(rule.id, (*reach(ruling, rule), rule.line))
    for id_, (holds, fails, line) in possible.items():
        if holds and (decision, id_) not in coverage.held:
            yield Problem(section.file, line, id_, "a case in which it holds; there is none")
        if fails and (decision, id_) not in coverage.failed:
            yield Problem(section.file, line, id_, "a case in which it fails; there is none")
