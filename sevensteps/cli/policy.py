"""`sevensteps policy`: decide on facts; check packs, run their worked cases, compare two of them."""

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sevensteps import clock
from sevensteps.cli.policy_decision import decision_json, print_decision
from sevensteps.cli.policy_diff import print_changed_decisions
from sevensteps.cli.policy_folder import check as check_folder
from sevensteps.cli.policy_folder import folder_of, folders_of, folders_to_check, pack_that_decides, refuse, warnings_of
from sevensteps.cli.policy_test import TestedPack
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.cli.terminal.progress import progress
from sevensteps.errors import Fault
from sevensteps.policy import Library
from sevensteps.policy.authoring.check import Found
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.authoring.redeciding import Candidate
from sevensteps.policy.authoring.rule_table import rule_table, rules_of
from sevensteps.policy.authoring.worked_cases import is_superseded, read_cases, run_case
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.answer_words import read_answer_words
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError, Problem, Problems

MOST_DIGITS = 1_000
"""Most digits of a number: far more than any fact has. Python itself refuses more than 4,300."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Packs = Annotated[
    list[str] | None,
    typer.Argument(help="Packs by name, or by the path of a pack's folder; all packs if none is given."),
]
On = Annotated[str, typer.Option("--on", help="The date whose law applies, such as 2026-04-01; today if not given.")]


def decide(
    decision: Annotated[str, typer.Argument(help="The decision, such as eligibility.")],
    facts: Annotated[Path, typer.Option(help="A JSON file of facts; - for standard input.")],
    pack: Annotated[str, typer.Option(help="A pack by name, or the path of its folder.")] = "",
    on: On = "",
    *,
    as_json: AsJson = False,
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
        print_json(decision_json(decided, changes))
    else:
        print_decision(decided, given, changes, read_answer_words(root, name, decision))


def check(
    packs: Packs = None,
    on: Annotated[
        str,
        typer.Option("--on", help="The date on which no value may be missing, such as 2026-04-01; today if not given."),
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Check packs with all that they extend, and councils' choices; print every problem. Exit 1 if there is one.

    A value that ends within 60 days with nothing after it is a warning.
    """
    day = _day(on)
    found: dict[str, Problems] = {}
    warnings: dict[str, list[Problem]] = {}
    parts: Found = {}
    for root, name in folders_to_check(packs):
        with progress() as shown:
            shown.add_task(f"Checking {name}", total=None)
            found[name] = problems = check_folder(root, name, day, parts)
            warnings[name] = warnings_of(root, name, day)
        if not as_json:
            for warning in warnings[name]:
                typer.echo(f"warning: {warning}")
            for problem in problems:
                typer.echo(str(problem))
            left_out = f"; {problems.left_out} worked cases that need this were not run" if problems.left_out else ""
            typer.echo(f"{name}: {len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'}{left_out}")
    if as_json:
        print_json({name: _checked(problems, warnings[name]) for name, problems in found.items()})
    raise typer.Exit(ExitCode.FAILED if any(found.values()) else ExitCode.DONE)


def _checked(problems: Problems, warnings: Iterable[Problem]) -> Json:
    """What the check of a pack has found, for programs."""
    return {"problems": _rows(problems), "warnings": _rows(warnings), "left_out": problems.left_out}


def _rows(problems: Iterable[Problem]) -> list[Json]:
    return [asdict(problem) for problem in problems]


def run_cases(packs: Packs = None, *, as_json: AsJson = False) -> None:
    """Run the worked cases of packs, and say which rules and verdicts they cover. Exit 1 if one is not as expected."""
    tested: dict[str, TestedPack] = {}
    for root, name in folders_of(packs):
        try:
            pack = read_pack(root, name)
            compiled_pack = CompiledPack(pack)
            cases = [case for case in read_cases(root, name) if not is_superseded(case, pack)]
            with progress() as shown:
                outcomes = [run_case(case, compiled_pack) for case in shown.track(cases, description=f"Running {name}")]
        except PackRefusedError as refused:
            refuse(str(refused))
        tested[name] = TestedPack.of(name, outcomes)
        if not as_json:
            tested[name].print()
    if as_json:
        print_json({name: pack.as_json() for name, pack in tested.items()})
    raise typer.Exit(ExitCode.FAILED if any(pack.differing for pack in tested.values()) else ExitCode.DONE)


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
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Say in words what differs between two packs, and with --receipts which decisions would change."""
    try:
        before, after = (read_pack(*folder_of(pack)) for pack in (old, new))
        day = _day(on) if on else None
        sentences = differences(before, after, day)
    except PackRefusedError as refused:
        refuse(str(refused))
    if as_json:
        typer.echo(json.dumps({"differences": sentences}, ensure_ascii=False))
    else:
        typer.echo("\n".join(sentences) if sentences else "Nothing differs.")
    if receipts or file:
        try:
            print_changed_decisions(Candidate(*folder_of(new), *folder_of(old), day), file, as_json=as_json)
        except (OSError, ValueError) as error:
            refuse(str(error))


def rules(
    pack: Annotated[str, typer.Argument(help="A pack by name, or the path of its folder.")], *, as_json: AsJson = False
) -> None:
    """Print every rule with its law, as a Markdown table."""
    try:
        read = read_pack(*folder_of(pack))
    except PackRefusedError as refused:
        refuse(str(refused))
    if as_json:
        print_json([asdict(rule) for rule in rules_of(read)])
    else:
        typer.echo(rule_table(read))


def _day(text: str) -> date:
    if not text:
        return clock.today()
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
