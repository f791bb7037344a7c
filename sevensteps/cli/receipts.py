"""`sevensteps receipts`: the receipts of decisions, out of every service that decides."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, TextIO

import typer

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.rpc.caller import Caller, operations

DECIDING = ("assessment", "planning", "approval", "review")
"""The services that decide, in the order of the steps."""

app = typer.Typer(no_args_is_help=True, help="What every decision was made of.")


@app.callback()
def receipts() -> None:
    """What every decision was made of."""


@app.command()
def export(file: Annotated[Path, typer.Argument(help="Where to write them: one JSON object a line.")]) -> None:
    """Write the receipts of every case to a file, from the running suite."""
    try:
        with file.open("w", encoding="utf-8") as lines:
            written = run(write_all(Settings.from_environment(), lines))
    except OSError as error:
        typer.echo(f"{file}: cannot be written: {error.strerror}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{written:,} receipts in {file}")


async def write_all(settings: Settings, lines: TextIO) -> int:
    """Write every receipt as a line of JSON, and answer how many there were."""
    written = 0
    async with operations(settings) as caller:
        for service in DECIDING:
            async for part in caller.stream(pb.ReadReceiptsRequest(), pb.ReadReceiptsResponse, at=service):
                lines.writelines(line_of(service, receipt) for receipt in part.receipts)
                written += len(part.receipts)
    return written


def line_of(service: str, receipt: pb.Receipt) -> str:
    """A receipt as a line of JSON: who decided when, and under `receipt` what it was made of, as it is stored."""
    about = {
        "receipt_id": receipt.receipt_id,
        "case_id": receipt.case_id,
        "council": receipt.council,
        "service": service,
        "actor": receipt.actor,
        "decided_at": receipt.decided_at.ToJsonString(),
        "verdict": receipt.verdict,
    }
    return f'{json.dumps(about)[:-1]}, "receipt": {receipt.receipt}}}\n'


async def receipts_of(caller: Caller, case_id: str) -> list[tuple[str, pb.Receipt]]:
    """The receipts of a case with the service that keeps each, oldest first."""
    found = [(service, receipt) for service in DECIDING async for receipt in _listed(caller, service, case_id)]
    return sorted(found, key=lambda kept: (kept[1].decided_at.ToNanoseconds(), DECIDING.index(kept[0])))


async def _listed(caller: Caller, service: str, case_id: str) -> AsyncIterator[pb.Receipt]:
    request = pb.ListReceiptsRequest(case_id=case_id)
    while True:
        page = await caller.ask(request, pb.ListReceiptsResponse, at=service)
        for receipt in page.receipts:
            yield receipt
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token
