"""`sevensteps case list`: where the cases stand. It loads no more than it needs, because there may be very many."""

import json
import sys
from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from sevensteps import journeys
from sevensteps.cli.case_view.case_list import Columns, Wanted, pages_of_rows
from sevensteps.cli.standings import Standings
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.rpc.caller import operations
from sevensteps.steps import Stage


def list_cases(
    *,
    open_only: Annotated[bool, typer.Option("--open", help="Only cases that have not ended.")] = False,
    stuck: Annotated[bool, typer.Option("--stuck", help="Only cases that are parked or have no journey.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only cases whose due date has passed.")] = False,
    step: Annotated[int | None, typer.Option(min=1, max=7, help="Only cases in this step.")] = None,
    due_before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only cases that are due before this day.")
    ] = None,
    reference: Annotated[str, typer.Option(help="Only cases of the person with this reference of the council's.")] = "",
    same_person: Annotated[
        bool, typer.Option("--same-person", help="Only open cases beside another one of the kind for the same person.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List the cases, oldest first: the step of each, what it waits for, and until when."""
    stage = list(Stage)[step - 1] if step else None
    due = due_before.date() if due_before else None
    wanted = Wanted(open_only, stuck, overdue, stage, due, reference, same_person)
    run(_list(Settings.from_environment(), wanted, as_json=as_json))


async def _list(settings: Settings, wanted: Wanted, *, as_json: bool) -> None:
    """Print each page of cases as it arrives."""
    columns = Columns(screen().width if sys.stdout.isatty() else None, with_reference=wanted.same_person)
    listed = missing = 0
    async with operations(settings) as caller:
        async for rows in pages_of_rows(caller, Standings(caller, partial(journeys.connect, settings)), wanted):
            if not listed and not as_json and rows:
                typer.echo(columns.heading())
            for row in rows:
                typer.echo(json.dumps(row.as_json()) if as_json else columns.line(row.cells()))
            listed += len(rows)
            missing += sum(row.status is None and not row.case.ending for row in rows)
    if not as_json:
        typer.echo("1 case" if listed == 1 else f"{listed:,} cases")
    if missing:
        typer.echo(
            f"{missing} without a journey in Temporal. The worker starts one soon after a case is opened: is it "
            "running? If it is, `sevensteps journeys rebuild` starts those again that are lost.",
            err=True,
        )
