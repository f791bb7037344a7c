"""`sevensteps audit`: what repairs did and were refused, and whether anybody has changed that."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.audit_chain import problems
from sevensteps.case_history.audit import CHAINED, as_chained
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.rpc.caller import operations

PAGE_SIZE = 500


def list_audit(
    about: Annotated[str, typer.Option(help="Only what is about this case or repair.")] = "",
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a line: all that `audit verify` needs.")
    ] = False,
) -> None:
    """List what was done by repairs, and what was refused: when, who, what, why. The oldest comes first."""
    for entry in run(_entries(Settings.from_environment(), about)):
        typer.echo(json.dumps(entry) if as_json else _line(entry))


def verify(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="What `audit list --json` has printed. Needs no suite."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The public key (PEM) that alone may have signed it."),
    ] = None,
) -> None:
    """Check that nobody has changed the audit, in a file or in the running suite. Exit 1 if somebody has."""
    entries = list(_read(file)) if file else run(_entries(Settings.from_environment(), ""))
    wrong = list(problems(entries, key.read_text(encoding="ascii") if key else ""))
    for each in wrong:
        typer.echo(f"The audit was changed: {each}.")
    if wrong:
        raise typer.Exit(ExitCode.FAILED)
    signed = [entry["number"] for entry in entries if entry["signature"]]
    by = f"; the last signed entry is {signed[-1]}" if signed else ""
    typer.echo(f"{len(entries):,} entries, and none was changed{by}.")


async def _entries(settings: Settings, about: str) -> list[Mapping[str, object]]:
    request = pb.ListAuditRequest(page_size=PAGE_SIZE, about=about)
    async with operations(settings) as caller:
        return [as_chained(each) async for page in caller.pages(request, pb.ListAuditResponse) for each in page.entries]


def _read(file: Path) -> Iterator[Mapping[str, object]]:
    """The entries in a file."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
            yield {name: entry[name] for name in CHAINED}
        except (ValueError, KeyError, TypeError):
            typer.echo(f"{file}: line {number} is no entry of an audit. `sevensteps audit list --json` makes them.")
            raise typer.Exit(ExitCode.WRONG_ARGUMENT) from None


def _line(entry: Mapping[str, object]) -> str:
    refused = f", refused: {entry['refused']}" if entry["refused"] else ""
    because = f", because: {entry['because']}" if entry["because"] else ""
    return f"{entry['number']}  {entry['at']}  {entry['subject']}  {entry['act']} {entry['about']}{refused}{because}"
