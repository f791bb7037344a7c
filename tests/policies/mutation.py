"""Change a pack in one place, run its cases, and see that one of them fails: `python tests/policies/mutation.py`.

Every number, amount, date, operator, verdict, option, condition and row of a pack is changed or dropped in turn. What
no case notices is printed. Only the plain evaluator is asked: the two agree, and it is the pack that is on trial.
"""

import random
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from sevensteps.errors import Fault
from sevensteps.money import pence, pounds_from_pence
from sevensteps.policy.authoring.worked_cases import WorkedCase, read_cases, run_case
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.evaluation import decider
from sevensteps.policy.evaluation.plain import PlainEvaluator
from sevensteps.policy.packs.bounds import (
    KEYS as BOUNDS,  # of a council's values: no case of the pack itself can notice them
)
from sevensteps.policy.packs.form import read_file
from sevensteps.policy.packs.pack import Pack, files_of, names, read_pack
from sevensteps.policy.packs.parameters import DatedValue, read_parameters
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.packs.source import Section
from sevensteps.policy.packs.validity import parameters_of

ROOT = Path(__file__).parents[2] / "policies"
PROSE = {"because", "because not", "reference", "question", "title", "unit", "decision", "unverified", "rule", "row",
         "table", "part", "set by", "awaited", "entered by", "not known", "type", "calculate", "hit", "name",
         "short name", "answers"}  # fmt: skip
OPERATORS = {"at least": "more than", "more than": "at least", "at most": "less than", "less than": "at most",
             "all": "any", "any": "all", "every": "some"}  # fmt: skip
VERDICTS = {"met": "not_met", "not_met": "needs_judgement", "needs_judgement": "not_met"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the file, where in it, what was changed, and the changed content."""

    file: Path
    where: str
    what: str
    content: Section


def mutants(file: Path) -> Iterator[Mutant]:
    """Every change of one file."""
    content = read_file(file, ROOT, file.parent.name)
    for path, what, change in _changes(content, ()):
        mutated = deepcopy(content)
        target: object = mutated
        for step in path[:-1]:
            target = target[step]  # type: ignore[index]
        change(target, path[-1])
        yield Mutant(file, " ".join(str(step) for step in path), what, mutated)


Change = Callable[[object, object], None]


def _put(value: object) -> Change:
    def change(target: object, key: object) -> None:
        target[key] = value  # type: ignore[index]

    return change


def _drop(target: object, key: object) -> None:
    del target[key]  # type: ignore[attr-defined]


def _rename(new: str) -> Change:
    def change(target: object, key: object) -> None:
        target[new] = target.pop(key)  # type: ignore[index, attr-defined]

    return change


def _changes(node: object, path: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], str, Change]]:
    if isinstance(node, Section):
        for key, value in node.items():
            if key in PROSE or (key == "values" and "rule" in node) or (key in BOUNDS and "set by" in node):
                continue
            here = (*path, key)
            if key in OPERATORS and not (key == "at least" and "of" in node):
                yield here, f"becomes {OPERATORS[key]}", _rename(OPERATORS[key])
            if key in ("applies when", "otherwise", "if absent", "advisory", "until"):
                yield here, "is dropped", _drop
            yield from _changes(value, here)
    elif isinstance(node, list):
        for place, value in enumerate(node):
            if len(node) > 1:
                yield (*path, place), "is dropped", _drop
            if isinstance(value, Section | list) or not _is_list_of_words(path):
                yield from _changes(value, (*path, place))
    else:
        yield from _scalar(node, path)


def _is_list_of_words(path: tuple[object, ...]) -> bool:
    return bool(path) and path[-1] in ("options", "items", "value", "all", "any", "of", "may be not applicable")


def _scalar(node: object, path: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], str, Change]]:
    if isinstance(node, bool):
        yield path, f"{node} becomes {not node}", _put(not node)
    elif isinstance(node, int):
        yield from ((path, f"{node} becomes {node + step}", _put(node + step)) for step in (1, -1))
    elif isinstance(node, date):
        moved = [node + timedelta(days=step) for step in (1, -1)]
        yield from ((path, f"{node} becomes {day}", _put(day)) for day in moved)
    elif isinstance(node, str) and pence(node) is not None:
        amount = pounds_from_pence((pence(node) or 0) + 1)
        yield path, f"{node} becomes {amount}", _put(amount)
    elif isinstance(node, str) and node in VERDICTS:
        yield path, f"{node} becomes {VERDICTS[node]}", _put(VERDICTS[node])


def survives(pack: Pack, mutant: Mutant, cases: list[WorkedCase]) -> bool:
    """Whether no worked case of the pack notices the change."""
    if pack.base and mutant.file.parent.name == "rules" and not {mutant.file.stem} & {case.decision for case in cases}:
        return True
    try:
        changed = _with(pack, mutant)
        compiled_pack = CompiledPack(changed)
        compiled_pack.check_readable()
    except (PackRefusedError, Fault, KeyError, ValueError, TypeError):
        return False
    concerned = _concerned(pack, mutant)
    for case in cases:
        if case.decision in concerned:
            try:
                if run_case(case, compiled_pack).differences:
                    return False
            except (PackRefusedError, KeyError, ValueError, TypeError, AttributeError):
                return False
    return True


def _with(pack: Pack, mutant: Mutant) -> Pack:
    if mutant.file.parent.name == "rules":
        return replace(pack, decisions={**pack.decisions, mutant.file.stem: mutant.content})
    own = read_parameters(mutant.content)
    base = read_pack(ROOT, pack.base).parameters if pack.base else {}
    laid = {name: value.over(base[name]) if name in base else value for name, value in own.items()}
    return replace(pack, parameters={**pack.parameters, **laid})


def _concerned(pack: Pack, mutant: Mutant) -> set[str]:
    if mutant.file.parent.name == "rules":
        return {mutant.file.stem}
    named = mutant.where.split(" ")[1]
    return {decision for decision, section in pack.decisions.items() if named in set(parameters_of(section))}


def _rules_of(name: str, other: Pack, mutant: Mutant) -> bool:
    """Whether another pack decides by the changed rules as well."""
    return other.base == name and mutant.file.parent.name == "rules"


def _is_refused(mutant: Mutant) -> bool:
    """Whether changed parameters cannot be read, which needs no case to be noticed."""
    try:
        read_parameters(mutant.content)
    except PackRefusedError:
        return True
    return False


def _before_anything(pack: Pack, mutant: Mutant) -> bool:
    """A parameter that begins a day before any decision that names it changes nothing, so no case can notice."""
    if mutant.file.parent.name == "rules" or " from " not in mutant.where + " " or _is_refused(mutant):
        return False
    name = mutant.where.split(" ")[1]
    begun = read_parameters(mutant.content)[name].values[0].begins
    decisions = [pack.decisions[decision].day("from") or begun for decision in _concerned(pack, mutant)]
    return begun < min(decisions) and pack.parameters[name].values[0].begins <= min(decisions)


def _superseded_anyway(pack: Pack, mutant: Mutant) -> bool:
    """Another first day of what a council has entered changes nothing where there is a national value on that day."""
    if mutant.file.parent.name == "rules" or not pack.base or not mutant.where.endswith(" from"):
        return False
    if _is_refused(mutant):
        return False
    own, base = read_parameters(mutant.content), read_pack(ROOT, pack.base).parameters
    laid = {name: value.over(base[name]).values for name, value in own.items() if name in base}
    return all(in_force(values) == in_force(pack.parameters[name].values) for name, values in laid.items())


def in_force(values: tuple[DatedValue, ...]) -> list[tuple[object, date, date | None]]:
    return [(value.value, value.begins, value.ends) for value in values]


def run(name: str, only: int | None = None, seed: int = 0) -> tuple[int, list[Mutant]]:
    """How many changes were tried (a sample, if `only` so many), and those that no case noticed."""
    decider.DurableEvaluator = PlainEvaluator  # type: ignore[attr-defined, assignment]
    packs = [(read_pack(ROOT, other), read_cases(ROOT, other)) for other in names(ROOT)]
    pack = read_pack(ROOT, name)
    found = (mutant for file in files_of(ROOT, name)[1:] for mutant in mutants(file))
    tried = [mutant for mutant in found if not (_before_anything(pack, mutant) or _superseded_anyway(pack, mutant))]
    if only is not None:
        tried = random.Random(seed).sample(tried, min(only, len(tried)))  # noqa: S311 - a sample, the same every time
    survivors = []
    for number, mutant in enumerate(tried):
        if sys.stderr.isatty():
            print(f"\r{name}: {number + 1} of {len(tried)}", end="", file=sys.stderr)
        asked = [(other, cases) for other, cases in packs if other.name == name or _rules_of(name, other, mutant)]
        if all(survives(other, mutant, cases) for other, cases in asked):
            survivors.append(mutant)
    return len(tried), survivors


if __name__ == "__main__":
    for pack_name in sys.argv[1:] or ["england", "example-council"]:
        total, left = run(pack_name)
        for survivor in left:
            print(f"{survivor.file.name}: {survivor.where} {survivor.what}")
        print(
            f"{pack_name}: {total - len(left)} of {total} changes noticed ({100 * (total - len(left)) / total:.1f} %)"
        )
