"""`sevensteps verify`: makes decisions again by the law and on the facts of their receipts, and walks the chain."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Never

import typer
from rich.progress import TaskID

from sevensteps import clock
from sevensteps.cli.checking.everything import Check
from sevensteps.cli.checking.findings import Finding
from sevensteps.cli.checking.heads import Head, noted_heads
from sevensteps.cli.checking.of_case import CheckedDecision, check_case
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.cli.terminal.progress import progress
from sevensteps.config import Settings
from sevensteps.policy.model.verdict import Json

CHARACTERS_SHOWN = 300
"""How much of a difference is printed for people; `--json` has all of it."""
INDENT = " " * 9

All = Annotated[bool, typer.Option("--all", help="Verify the receipts and records of every case in every service.")]
Against = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="With --all: what it printed before, with heads that must still be right."),
]


def verify(
    case_id: Annotated[
        str, typer.Argument(metavar="CASE", help="The case's id, such as case-3f8k2m9x0p1q.", show_default=False)
    ] = "",
    *,
    everything: All = False,
    against: Against = None,
    as_json: AsJson = False,
) -> None:
    """Make decisions again, by the law of their day, and hold them to the chain of receipts and to what is recorded.

    Of a case, or with --all of every case. If something is wrong, exit code 1.
    """
    if everything == bool(case_id):
        _refuse("Name a case, or say --all.")
    if against and not everything:
        _refuse("--against goes with --all.")
    settings = Settings.from_environment()
    if everything:
        wrong = _verify_all(settings, against, as_json=as_json)
    else:
        wrong = _verify_case(settings, case_id, as_json=as_json)
    raise typer.Exit(ExitCode.FAILED if wrong else ExitCode.DONE)


def _refuse(sentence: str) -> Never:
    typer.echo(sentence, err=True)
    raise typer.Exit(ExitCode.WRONG_ARGUMENT)


def _verify_case(settings: Settings, case_id: str, *, as_json: bool) -> int:
    """How many decisions of the case differ."""
    decisions = run(check_case(settings, case_id))
    differing = sum(bool(decision.differences) for decision in decisions)
    if as_json:
        rows = [asdict(decision) | {"same": not decision.differences} for decision in decisions]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for decision in decisions:
            _print_decision(decision)
        typer.echo(f"{len(decisions)} decisions, {differing or 'none'} differing")
    return differing


def _print_decision(decision: CheckedDecision) -> None:
    result = "differs" if decision.differences else "erased" if decision.erased else "same"
    about = f"{_when(decision.decided_at):26}  {decision.service:11} {decision.decision}  {decision.receipt_id}"
    typer.echo(f"{result:8} {about}")
    for difference in decision.differences:
        typer.echo(f"{INDENT}{_shortened(difference)}")


def _when(decided_at: str) -> str:
    try:
        at = clock.from_text(decided_at)
    except ValueError:  # somebody has put something else in its place
        return decided_at[:26]
    return f"{clock.day_in_words(at.date())} {at:%H:%M:%S}"


def _shortened(text: str) -> str:
    return text[:CHARACTERS_SHOWN] + (" ..." if len(text) > CHARACTERS_SHOWN else "")


def _verify_all(settings: Settings, against: Path | None, *, as_json: bool) -> int:
    """How much is wrong in everything."""
    noted = _noted(against)
    with progress() as bars:
        tasks: dict[str, TaskID] = {}

        def advance(service: str, done: int, end: int) -> None:
            if service not in tasks:
                tasks[service] = bars.add_task(f"verifying {service}")
            bars.update(tasks[service], completed=done, total=end)

        check = Check(settings, noted, advance)
        found: list[Finding] = []
        wrong = run(_tell_all(check, found.append if as_json else _print_finding))
    if as_json:
        print_json(_as_json(check, found))
    else:
        _print_end(check, wrong, noted)
    return wrong


def _noted(against: Path | None) -> Mapping[str, Head]:
    if against is None:
        return {}
    try:
        return noted_heads(against)
    except OSError as error:
        _refuse(f"{against}: cannot be read: {error.strerror}")
    except ValueError as error:
        _refuse(str(error))


async def _tell_all(check: Check, tell: Callable[[Finding], None]) -> int:
    """Tell each finding as soon as it is found. Answers how many there are."""
    wrong = 0
    async for finding in check.findings():
        tell(finding)
        wrong += 1
    return wrong


def _print_finding(finding: Finding) -> None:
    about = " ".join(filter(None, (finding.service, finding.about, finding.receipt_id, finding.case_id)))
    typer.echo(f"wrong    {about}\n{INDENT}{_shortened(finding.wrong)}\n{INDENT}{finding.to_do}")


def _as_json(check: Check, found: Sequence[Finding]) -> Json:
    return {
        "receipts": check.receipts,
        "records": check.records,
        "not_chained": check.not_chained,
        "erased": [asdict(erased) for erased in check.erased],
        "heads": [asdict(head) for head in check.heads],
        "findings": [asdict(finding) for finding in found],
    }


def _print_end(check: Check, wrong: int, noted: Mapping[str, Head]) -> None:
    for erased in check.erased:
        typer.echo(f"erased   {erased.service} {erased.receipt_id}, {erased.erased_at} by {erased.erased_by}")
    typer.echo(f"{check.receipts:,} receipts and {check.records:,} records, {wrong or 'nothing'} wrong")
    if check.erased:
        typer.echo(f"{len(check.erased):,} receipts are erased, each as its link says")
    if check.not_chained:
        typer.echo(f"{check.not_chained:,} receipts have no link yet: each gets one within a second of its decision.")
    for service in noted:
        typer.echo(f"the head of {service} was compared with the one noted at {noted[service].position}")
    typer.echo("The heads of the chains. Keep them where nobody who can write to the database can change them:")
    for head in check.heads:
        typer.echo(head)
