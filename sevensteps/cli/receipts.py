"""`sevensteps receipts`: the receipts of decisions, from every service that makes decisions."""

import json
from pathlib import Path
from typing import Annotated, TextIO

import typer

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.rpc.caller import operations


def export(file: Annotated[Path, typer.Argument(help="The file to write, with one JSON object a line.")]) -> None:
    """Write the receipts of every case in the running suite to a file."""
    try:
        with file.open("w", encoding="utf-8") as lines:
            written = run(write_all(Settings.from_environment(), lines))
    except OSError as error:
        typer.echo(f"{file}: cannot be written: {error.strerror}", err=True)
        raise typer.Exit(ExitCode.FAILED) from error
    typer.echo(f"{written:,} receipts in {file}")


async def write_all(settings: Settings, lines: TextIO) -> int:
    """Write every receipt as a line of JSON; returns how many there were."""
    written = 0
    async with operations(settings) as caller:
        for service in DECIDING_SERVICES:
            async for part in caller.stream(pb.ReadReceiptsRequest(), pb.ReadReceiptsResponse, at=service):
                lines.writelines(line_of(service, receipt) for receipt in part.receipts)
                written += len(part.receipts)
    return written


def line_of(service: str, receipt: pb.Receipt) -> str:
    """A receipt as a line of JSON: who asked for the decision and when, and under `receipt` the receipt as stored."""
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
