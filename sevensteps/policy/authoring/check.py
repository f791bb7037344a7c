"""Checking a pack before anybody is decided on by it: every problem is reported, not only the first.

The facts that a rule tests are tried with one value for every way in which its conditions tell values apart. So every
gap and overlap is found, with an example, unless a table tests so much that only a sample can be tried.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from pathlib import Path, PurePath

from sevensteps import clock
from sevensteps.errors import Fault
from sevensteps.policy.authoring.answer_check import check_answers
from sevensteps.policy.authoring.boundary_check import values_without_cases
from sevensteps.policy.authoring.inputs import outcomes_of
from sevensteps.policy.authoring.letter_check import check_letters
from sevensteps.policy.authoring.questionnaire_check import check_questionnaires
from sevensteps.policy.authoring.sentence_check import check_sentences
from sevensteps.policy.authoring.table_check import contradictions, gaps_and_overlaps, same_table
from sevensteps.policy.authoring.value_check import check_values
from sevensteps.policy.authoring.worked_cases import (
    Coverage,
    is_superseded,
    read_cases,
    read_cases_with_problems,
    run_case,
)
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.model.compiled_decision import CompiledDecision, FactValue
from sevensteps.policy.model.conditions import facts_of
from sevensteps.policy.model.derived_facts import inputs_of
from sevensteps.policy.packs.decision_draft import UNDECLARED_PARAMETER
from sevensteps.policy.packs.decision_reader import read_decision_over_time
from sevensteps.policy.packs.formats import BOTH_SENTENCES
from sevensteps.policy.packs.pack import Pack, read_pack_with_problems
from sevensteps.policy.packs.parameters import Parameter
from sevensteps.policy.packs.problems import Problem, Problems, closest
from sevensteps.policy.packs.source import Section
from sevensteps.policy.packs.validity import dated_parts, parameters_of

SOON = timedelta(days=60)
"""How long before a parameter has no value any more that is warned of."""
Found = dict[tuple[Path, str], Problems]
"""What was found wrong with packs, by their folder and name, without what they extend."""


def check(root: Path, name: str, on: date | None = None, before: Found | None = None) -> Problems:
    """Every problem of a pack and of what it extends, causes first: what cannot be read, then values, rules and cases.

    Values are missed as of a day; today if it is not given. What was found `before` is not looked for again; what is
    found is added to it.
    """
    causes, others = Problems(), Problems()
    with causes.collected():
        pack = read_pack_with_problems(root, name, causes)
        refused = tuple(causes)
        others += () if refused else values_missing(pack, on or clock.today())
        found = {} if before is None else before
        for part in (pack, *pack.extended()):
            if (root, part.name) not in found:
                found[root, part.name] = _check_with_numbers(root, part, refused if part is pack else ())
            others.include(found[root, part.name])
    every_problem = Problems(dict.fromkeys([*sorted(causes), *others.causes_first()]))
    every_problem.left_out = others.left_out
    return every_problem


def _check_with_numbers(root: Path, pack: Pack, refused: Sequence[Problem]) -> Problems:
    """Cases beside the numbers of a pack are asked for only once all else in it is right."""
    found = check_pack(root, pack, refused)
    if not refused and not found:
        found += values_without_cases(pack, read_cases(root, pack.name))
    return found


def values_missing(pack: Pack, day: date) -> Iterator[Problem]:
    """The parameters without a value on a day on which a decision needs one, unless the nation's is still awaited."""
    for name, parameter in _needed(pack, day):
        if not (parameter.has_value_on(day) or parameter.is_awaited_on(day)):
            expected = f"a value in force on {day}, here or in a pack that extends this one; there is none"
            yield Problem(parameter.file, parameter.line, name, expected)


def values_ending(pack: Pack, day: date) -> Iterator[Problem]:
    """The parameters that a decision needs on a day and that have no value any more within SOON of it.

    Neither the nation nor a council has the next one. That is a warning: the pack decides until then.
    """
    for name, parameter in _needed(pack, day):
        ends = parameter.covered_until(day)
        if ends is not None and ends <= day + SOON:
            expected = f"a value after {ends}, here or in a pack that extends this one; there is none yet"
            yield Problem(parameter.file, parameter.line, name, expected)


def _needed(pack: Pack, day: date) -> list[tuple[str, Parameter]]:
    """The parameters of a pack that its decisions need on a day, by name."""
    names = {name for section in pack.decisions.values() for name in parameters_of(section, day)}
    return [(name, pack.parameters[name]) for name in sorted(names & pack.parameters.keys())]


def check_pack(root: Path, pack: Pack, refused: Sequence[Problem] = ()) -> Problems:
    """Every other problem of a version of a pack; `root` has its worked cases. What it extends is not checked.

    `refused` are the problems of what could not be read. Nothing is reported that may only follow from them: no use,
    case or value is called missing that may be there, and no decision is tried by a value that nobody meant.
    """
    paths = [PurePath(problem.file) for problem in refused]
    unread = {path.parent.name for path in paths}
    found = Problems()
    if not (pack.base or pack.decisions or "rules" in unread):
        found.append(Problem(f"{pack.name}/pack.yaml", 1, "", "a decision in rules/, or a pack to extend"))
    decisions, undeclared = _decisions(pack, _unsure_parameters(pack, refused), found)
    found += () if "parameters" in unread else undeclared
    found += check_values(pack)
    found += check_letters(root, pack)
    meant = {closest(problem.where, pack.parameters) for problem in undeclared}
    found += _parameters(pack, meant, all_rules="rules" not in unread)
    unread_rules = {path.stem for path in paths if path.parent.name == "rules"}
    found += check_questionnaires(pack, decisions)
    _cases(root, pack, decisions, unread_rules | (pack.decisions.keys() - decisions.keys()), found)
    return found.causes_first()


def _decisions(
    pack: Pack, unsure: AbstractSet[str], found: Problems
) -> tuple[Mapping[str, list[CompiledDecision]], Sequence[Problem]]:
    """The decisions that can be tried, and the parameters that decisions name without a declaration."""
    decisions: dict[str, list[CompiledDecision]] = {}
    undeclared: list[Problem] = []
    for decision, section in pack.decisions.items():
        problems = Problems()
        over_time = read_decision_over_time(pack, decision, problems)
        for problem in problems:
            (undeclared if problem.expected.startswith(UNDECLARED_PARAMETER) else found).append(problem)
        found += _dates(pack, decision)
        if not problems and unsure.isdisjoint(parameters_of(section)):
            decisions[decision] = over_time
            if not _same_below(pack, section):
                for period, compiled in enumerate(over_time):
                    found += _decision(compiled, section, over_time[:period])
                found += check_answers(over_time, section)
                if not pack.base and pack.format >= BOTH_SENTENCES:
                    found += check_sentences(over_time, section)
    return decisions, undeclared


def _same_below(pack: Pack, section: Section) -> bool:
    """Whether a decision is that of the pack below, with its values: it is checked there."""
    if pack.below is None:
        return False
    below = pack.below.parameters
    return all(pack.parameters.get(name) is below.get(name) for name in parameters_of(section))


def _unsure_parameters(pack: Pack, refused: Sequence[Problem]) -> AbstractSet[str]:
    """The parameters that a refused file or entry of an overlay would set; what they still have is the base's value."""
    unsure: set[str] = set()
    for file, where in {(problem.file, problem.where) for problem in refused}:
        text = pack.files.get(file, "")
        named = {name for name in pack.parameters if re.search(rf"(?m)(?<![\w.]){re.escape(name)}\s*:", text)}
        unsure.update(name for name in named if pack.parameters[name].file != file)
        if PurePath(file).parent.name == "parameters":
            unsure.add(closest(where, pack.parameters))
    return unsure


def _parameters(pack: Pack, meant: AbstractSet[str], *, all_rules: bool) -> Iterator[Problem]:
    """Parameters that nothing names, unless a misspelt name was probably `meant` for them; and days without a value."""
    used = meant | {name for section in pack.decisions.values() for name in parameters_of(section)}
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


def _decision(compiled: CompiledDecision, section: Section, earlier: Sequence[CompiledDecision]) -> Iterator[Problem]:
    """The problems of a decision in one period; a table that is as in an earlier one is not tried again."""
    for path in _unused(compiled):
        expected = "to be used; no rule, derived fact or value uses this fact"
        yield Problem(section.file, _line_of(section, path), path, expected)
    for rule in compiled.rules:
        holds, _ = outcomes_of(compiled, rule)
        if not holds:
            expected = "to be reachable; no values of its facts make it hold"
            yield Problem(section.file, rule.line, rule.id, expected)
    lines = {rule.id: rule.line for rule in compiled.rules}
    for table in compiled.tables:
        if any(same_table(table, compiled, before) for before in earlier):
            continue
        for row, where, expected in (*gaps_and_overlaps(compiled, table), *contradictions(compiled, table)):
            yield Problem(section.file, lines.get(row, table.line), where, expected)


def _line_of(section: Section, path: str) -> int:
    """The line on which a fact is declared or derived."""
    lines: dict[str, int] = {}
    for key in ("facts", "derived"):
        for name, body in section.named(key):
            lines[name] = body.line
            lines.update({f"{name}.{fact}": inner.line for fact, inner in body.named("each")})
    return lines[path]


def _unused(compiled: CompiledDecision) -> list[str]:
    """The paths of declared and derived facts that nothing uses."""
    used = {(rule.scope, name) for rule in compiled.rules for name in facts_of(rule.condition)}
    for derived in compiled.derived_facts:
        used.update(inputs_of(derived))
    values = [value for rule in compiled.rules for value in rule.values.values()]
    values += [value.source for value in compiled.values]
    used.update(("", value.fact) for value in values if isinstance(value, FactValue))
    used_scopes = {scope for scope, _ in used} | {rule.scope for rule in compiled.rules}
    unused = [name for name in compiled.declared.collections if name not in used_scopes]
    for scope, facts in compiled.facts.items():
        names = [name for name in facts if (scope, name) not in used and name != "item"]
        unused += [f"{scope}.{name}" if scope else name for name in names]
    return unused


def _cases(
    root: Path, pack: Pack, decisions: Mapping[str, list[CompiledDecision]], unread: AbstractSet[str], found: Problems
) -> None:
    """Cases that do not come out as expected, and rules that no case shows to hold or to fail."""
    compiled_pack, coverage, refused = CompiledPack(pack), Coverage(), Problems()
    for case in read_cases_with_problems(root, pack.name, refused):
        if case.decision in unread:
            found.left_out += 1
            continue
        if is_superseded(case, pack):
            continue
        outcome = run_case(case, compiled_pack)
        found += (Problem(case.file, case.line, case.name, difference) for difference in outcome.differences)
        if outcome.differences:
            coverage.add_expected(case)
        if outcome.decision is not None:
            coverage.add(outcome.decision)
    found.include(refused)
    if not refused and not pack.base:  # else the cases that are missing may be among those that were refused
        for decision, over_time in decisions.items():
            found += _not_covered(pack.decisions[decision], over_time, coverage)


def _not_covered(section: Section, over_time: list[CompiledDecision], coverage: Coverage) -> Iterator[Problem]:
    decision = section.text("decision")
    possible: dict[str, tuple[bool, bool, int]] = {}
    for compiled in over_time:
        for rule in compiled.rules:
            possible.setdefault(rule.id, (*outcomes_of(compiled, rule), rule.line))
    for id_, (holds, fails, line) in possible.items():
        if holds and (decision, id_) not in coverage.held:
            yield Problem(section.file, line, id_, "a case in which it holds; there is none")
        if fails and (decision, id_) not in coverage.failed:
            yield Problem(section.file, line, id_, "a case in which it fails; there is none")
