"""`sevensteps policy`: decide on facts; check packs, run their worked cases, compare two of them."""

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sevensteps.cli.policy_diff import print_changed_decisions
from sevensteps.cli.policy_folder import check as check_folder
from sevensteps.cli.policy_folder import folder_of, folders_of, folders_to_check, pack_that_decides, refuse
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.progress import progress
from sevensteps.errors import Fault
from sevensteps.policy import Decision, Library
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.authoring.redeciding import Candidate
from sevensteps.policy.authoring.rule_table import rule_table
from sevensteps.policy.authoring.worked_cases import Coverage, read_cases, run_case
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.model.declared_facts import NOT_APPLICABLE
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.why_not.search import Change, WhyNot

app = typer.Typer(no_args_is_help=True, help="Decide by policy packs; check, test and compare them.")

MOST_DIGITS = 1_000
"""Most digits of a number: far more than any fact has. Python itself refuses more than 4,300."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Packs = Annotated[
    list[str] | None,
    typer.Argument(help="Packs by name, or by the path of a pack's folder; all packs if none is given."),
]
On = Annotated[str, typer.Option("--on", help="The date whose law applies, such as 2026-04-01; today if not given.")]


@app.command()
def decide(
    decision: Annotated[str, typer.Argument(help="The decision, such as eligibility.")],
    facts: Annotated[Path, typer.Option(help="A JSON file of facts; - for standard input.")],
    pack: Annotated[str, typer.Option(help="A pack by name, or the path of its folder.")] = "",
    on: On = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    why_not: Annotated[bool, typer.Option("--why-not", help="Say what would change the verdict.")] = False,
) -> None:
    """Decide on facts: the verdict, and every finding with its reason, its law and the facts that it looked at."""
    root, name = folder_of(pack or pack_that_decides())
    library, day = Library(root), _day(on)
    try:
        given = _facts(facts)
        decided = library.decide(decision, pack=name, on=day, facts=given)
        with progress() as shown:
            shown.add_task("Looking for what would change it", total=None, visible=why_not)
            changes = library.why_not(decision, pack=name, on=day, facts=given) if why_not else None
    except Fault as fault:
        refuse(f"{fault.reason}: {fault.detail}")
    if as_json:
        answer: dict[str, Json] = decided.as_dict()
        if changes is not None:
            answer["why_not"] = [[_change(change) for change in one_set] for one_set in changes.sets]
            answer["why_not_all_tried"] = changes.all_tried
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _print_decision(decided, given)
        if changes is not None:
            _print_why_not(changes)


@app.command()
def check(packs: Packs = None) -> None:
    """Check packs and councils' choices, and print every problem. Exit 1 if there is one."""
    all_problems = 0
    for root, name in folders_to_check(packs):
        with progress() as shown:
            shown.add_task(f"Checking {name}", total=None)
            problems = check_folder(root, name)
        all_problems += len(problems)
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(f"{name}: {len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'}")
    raise typer.Exit(ExitCode.FAILED if all_problems else ExitCode.DONE)


@app.command("test")
def run_cases(packs: Packs = None) -> None:
    """Run the worked cases of packs, and say which rules and verdicts they cover. Exit 1 if one is not as expected."""
    failed = 0
    for root, name in folders_of(packs):
        coverage = Coverage()
        try:
            compiled_pack, cases = CompiledPack(read_pack(root, name)), read_cases(root, name)
            with progress() as shown:
                outcomes = [run_case(case, compiled_pack) for case in shown.track(cases, description=f"Running {name}")]
        except PackRefusedError as refused:
            refuse(str(refused))
        for outcome in outcomes:
            if outcome.decision is not None:
                coverage.add(outcome.decision)
            for difference in outcome.differences:
                typer.echo(f"{outcome.case.file}:{outcome.case.line}: {outcome.case.name}: {difference}")
        wrong = sum(bool(outcome.differences) for outcome in outcomes)
        failed += wrong
        typer.echo(f"{name}: {len(outcomes)} cases, {f'{wrong} not' if wrong else 'all'} as expected")
        _print_coverage(coverage)
    raise typer.Exit(ExitCode.FAILED if failed else ExitCode.DONE)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A pack by name, or the path of its folder.")],
    new: Annotated[str, typer.Argument(help="The other one.")],
    on: Annotated[
        str, typer.Option("--on", help="Compare only what is in force on this date, and decide as on it.")
    ] = "",
    *,
    receipts: Annotated[
        bool,
        typer.Option("--receipts", help="Make the stored decisions of OLD again by NEW: which would change, and why."),
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--from", help="Receipts from `receipts export`; else the running suite is asked.")
    ] = None,
) -> None:
    """Say in words what differs between two packs, and with --receipts which decisions would change."""
    try:
        before, after = (read_pack(*folder_of(pack)) for pack in (old, new))
    except PackRefusedError as refused:
        refuse(str(refused))
    day = _day(on) if on else None
    sentences = differences(before, after, day)
    typer.echo("\n".join(sentences) if sentences else "Nothing differs.")
    if receipts or file:
        try:
            print_changed_decisions(Candidate(*folder_of(new), *folder_of(old), day), file)
        except (OSError, ValueError) as error:
            refuse(str(error))


@app.command()
def rules(pack: Annotated[str, typer.Argument(help="A pack by name, or the path of its folder.")]) -> None:
    """Print every rule with its law, as a Markdown table."""
    try:
        typer.echo(rule_table(read_pack(*folder_of(pack))))
    except PackRefusedError as refused:
        refuse(str(refused))


def _day(text: str) -> date:
    if not text:
        return date.today()  # noqa: DTZ011 - a legal date is the local one
    written = text if _ISO.fullmatch(text) else ""  # Python takes weeks, and dates without hyphens, too
    try:
        return date.fromisoformat(written)
    except ValueError:
        refuse(f"--on {text}: expected a date such as 2026-04-01")


def _facts(path: Path) -> dict[str, Json]:
    def once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        facts = dict(pairs)
        if len(facts) < len(pairs):
            refuse(f"{path}: a fact is given twice in one object")
        return facts

    def number(digits: str) -> int:
        if len(digits) > MOST_DIGITS:
            refuse(f"{path}: expected numbers of at most {MOST_DIGITS} digits; one has {len(digits):,}")
        return int(digits)

    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        facts = json.loads(text, object_pairs_hook=once, parse_int=number)
    except json.JSONDecodeError as error:
        refuse(f"{path}, line {error.lineno}: expected JSON: {error.msg}")
    except UnicodeDecodeError:
        refuse(f"{path}: expected a JSON file of facts in UTF-8")
    except OSError as error:
        refuse(f"{path}: expected a JSON file of facts: {error.strerror}")
    except RecursionError:
        refuse(f"{path}: expected a JSON file of facts: it is nested too deeply")
    if not isinstance(facts, dict):
        refuse(f"{path}: expected a JSON object of facts")
    return facts


def _change(change: Change) -> Json:
    return {"fact": change.fact, "from": change.was, "to": change.becomes}


def _print_decision(decided: Decision, given: dict[str, Json]) -> None:
    typer.echo(
        f"{decided.decision}: {_words(decided.verdict)}  (pack {decided.pack}, {decided.on}, {decided.hash[:12]})"
    )
    for name, value in decided.values.items():
        typer.echo(f"  {name}: {_words(value) if value in list(Verdict) else _in_words(value)}")
    for finding in decided.findings:
        named = f"{finding.rule} {finding.about}".rstrip()
        typer.echo(f"\n{named}: {_words(finding.verdict)}\n  {finding.because}\n  {finding.reference}")
        facts = {path: _applying(path, value, given) for path, value in finding.facts.items()}
        typer.echo("  Looked at: " + "; ".join(f"{path} {_in_words(value)}" for path, value in facts.items()))
    if decided.missing:
        typer.echo("\nWhat would settle it:\n" + "\n".join(f"  {path}" for path in decided.missing))


def _applying(path: str, value: Json, given: dict[str, Json]) -> Json:
    """The value of a fact in a finding, or that its item does not apply."""
    collection, _, rest = path.partition(".")
    items = given.get(collection)
    applies = not isinstance(items, dict) or items.get(rest.partition(".")[0]) != NOT_APPLICABLE
    return value if applies else NOT_APPLICABLE


def _print_why_not(changes: WhyNot) -> None:
    none = (
        "No change of one or two facts would change it."
        if changes.all_tried
        else "Nothing was found that would change it."
    )
    typer.echo("\nWhat would change it:" if changes.sets else f"\n{none}")
    for one_set in changes.sets:
        typer.echo(f"  {' and '.join(_changed(change) for change in one_set)}")
    if not changes.all_tried:
        typer.echo("There are so many possible changes that not all of them were tried.")


def _changed(change: Change) -> str:
    """A change in words; of a list, the words that are taken from it and added to it."""
    if not isinstance(change.becomes, list):
        return f"{change.fact} from {_in_words(change.was)} to {_in_words(change.becomes)}"
    was = change.was if isinstance(change.was, list) else []
    taken = ", ".join(str(word) for word in was if word not in change.becomes)
    added = ", ".join(str(word) for word in change.becomes if word not in was)
    changed = " and ".join([*([f"without {taken}"] if taken else []), *([f"with {added}"] if added else [])])
    return f"{change.fact} {changed or 'known to be empty'}"


def _in_words(value: Json) -> str:
    """A value in words."""
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_in_words(entry) for entry in value) or "none"
    return "not applicable" if value == NOT_APPLICABLE else str(value)


def _words(verdict: Json) -> str:
    return str(verdict).replace("_", " ")


def _print_coverage(coverage: Coverage) -> None:
    rules = coverage.held | coverage.failed
    both = coverage.held & coverage.failed
    typer.echo(f"  {len(rules)} rules have a case, {len(both)} of them one in which it holds and one in which it fails")
    decisions: dict[str, list[str]] = {}
    for (decision, verdict), times in sorted(coverage.verdicts.items()):
        decisions.setdefault(decision, []).append(f"{_words(verdict)} {times}")
    for decision, verdicts in decisions.items():
        typer.echo(f"  {decision}: {', '.join(verdicts)}")
