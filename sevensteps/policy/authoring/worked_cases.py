"""Worked cases: facts with the decision that a pack's author expects, and whether it comes out so."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sevensteps.errors import Fault
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.model.verdict import Decision, Finding, Json, Verdict
from sevensteps.policy.packs.form import read_file, read_head
from sevensteps.policy.packs.formats import format_of
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.problems import Problems
from sevensteps.policy.packs.source import Section, misnamed
from sevensteps.policy.packs.validity import parameters_of


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """One worked case. `given` are its facts, with those of the case that it is `like`."""

    decision: str
    name: str
    on: date
    given: Mapping[str, Json]
    expect: Mapping[str, object]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision on a case, and in words how it differs from what the author expects."""

    case: WorkedCase
    decision: Decision | None
    differences: tuple[str, ...]


@dataclass(slots=True)
class Coverage:
    """Which rules held and failed in a case, and how often each verdict was given, by decision."""

    held: set[tuple[str, str]] = field(default_factory=set)
    failed: set[tuple[str, str]] = field(default_factory=set)
    verdicts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)

    def add(self, decision: Decision) -> None:
        """Count one decision."""
        self.verdicts[decision.decision, decision.verdict] += 1
        for rule, truth in decision.truths():
            if truth is not None:
                (self.held if truth else self.failed).add((decision.decision, rule))

    def add_expected(self, case: WorkedCase) -> None:
        """Take a case that differs as one for every rule that it names: that is what it will be, put right."""
        named = {(case.decision, rule.partition(" ")[0]) for rule in _json_mapping(case.expect.get("findings"))}
        self.held |= named
        self.failed |= named


def read_cases(root: Path, pack: str) -> list[WorkedCase]:
    """The worked cases of a pack.

    Raises:
        PackRefusedError: with every problem of the files of cases.
    """
    problems = Problems()
    cases = read_cases_with_problems(root, pack, problems)
    problems.refuse()
    return cases


def read_cases_with_problems(root: Path, pack: str, problems: Problems) -> list[WorkedCase]:
    """The worked cases of a pack that can be read; the problems of the others are added to `problems`."""
    folder = root / pack / "cases"
    format_ = format_of(read_head(root, pack))
    problems += misnamed(folder, root)
    cases: list[WorkedCase] = []
    for path in sorted(folder.glob("*.yaml")):
        with problems.collected():
            cases += _cases_of(read_file(path, root, "cases", format_), problems)
    return cases


def is_superseded(case: WorkedCase, pack: Pack) -> bool:
    """Whether a case may rest on a value that the council had entered before there was a national one for its day."""
    superseded = {each.name for each in pack.parameters.values() if each.entered and each.is_superseded_on(case.on)}
    return bool(superseded) and not superseded.isdisjoint(parameters_of(pack.decisions.get(case.decision)))


def _cases_of(file: Section, problems: Problems) -> Iterator[WorkedCase]:
    """The cases of one file. One that is like a refused one is left out: that is no fault of its own."""
    facts: dict[str, Mapping[str, Json]] = {}
    refused: set[str] = set()
    for body in file.sections("cases"):
        follows = body.text("like") in refused
        refused.add(body.text("name"))
        if follows:
            problems.left_out += 1
            continue
        with problems.collected():
            yield _case(file.text("decision"), body, facts)
            refused.remove(body.text("name"))


def _case(decision: str, body: Section, facts: dict[str, Mapping[str, Json]]) -> WorkedCase:
    """One case; its facts are added to `facts`, so that later cases can be like it."""
    name = body.text("name")
    if name in facts:
        raise body.problem(name, "a name that no case before it has")
    if "like" in body and body.text("like") not in facts:
        raise body.problem(name, f"like: the name of a case before this one; {body.text('like')} is not one")
    facts[name] = _merged(facts.get(body.text("like"), {}), _json(body["given"]))
    expect, on = body["expect"], body.day("on")
    if on is None or not isinstance(expect, Section):
        raise body.problem(name, "on as a date without quotes, and what to expect")
    return WorkedCase(decision, name, on, facts[name], expect, body.file, body.line)


def _json(written: object) -> Json:
    if isinstance(written, Mapping):
        return {str(key): _json(value) for key, value in written.items()}
    if isinstance(written, list):
        return [_json(value) for value in written]
    if isinstance(written, date):
        return written.isoformat()
    return written if written is None or isinstance(written, bool | int | float | str) else str(written)


def _merged(base: Mapping[str, Json], change: Json) -> Mapping[str, Json]:
    merged = dict(base)
    for key, value in change.items() if isinstance(change, Mapping) else ():
        before = merged.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(before, value) if both and isinstance(before, Mapping) else value
    return merged


def run_case(case: WorkedCase, compiled_pack: CompiledPack) -> Outcome:
    """Decide on a case's facts and compare the decision with what its author expects."""
    refused = case.expect.get("refused")
    try:
        decision = compiled_pack.decide(case.decision, case.on, case.given)
    except Fault as fault:
        wrong = () if fault.reason == refused else (f"refused: {fault.reason}: {fault.detail}",)
        return Outcome(case, None, wrong)
    if refused is not None:
        return Outcome(case, decision, (f"expected to be refused with {refused}; was {decision.verdict}",))
    return Outcome(case, decision, tuple(_differences(case.expect, decision)))


def _differences(expect: Mapping[str, object], decision: Decision) -> Iterator[str]:
    if "verdict" in expect and expect["verdict"] != decision.verdict:
        yield f"verdict: expected {expect['verdict']}, is {decision.verdict}"
    if "missing" in expect and set(_list(expect["missing"])) != set(decision.missing):
        yield f"missing: expected {expect['missing']}, is {list(decision.missing)}"
    for name, value in _json_mapping(expect.get("values")).items():
        if decision.values.get(name) != value:
            yield f"{name}: expected {value}, is {decision.values.get(name)}"
    for rule, verdict in _json_mapping(expect.get("findings")).items():
        verdicts = {finding.verdict.value for finding in decision.findings if rule in (finding.rule, _named(finding))}
        expected = set() if verdict == "silent" else set(_list(verdict))
        if verdicts != expected:
            yield f"{rule}: expected {verdict}, is {', '.join(sorted(verdicts)) or 'silent'}"


def _named(finding: Finding) -> str:
    return f"{finding.rule} {finding.about}"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _json_mapping(written: object) -> Mapping[str, Json]:
    content = _json(written)
    return content if isinstance(content, Mapping) else {}
