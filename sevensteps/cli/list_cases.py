"""`sevensteps case list`: where the cases stand. It loads no more than it needs, because there may be very many."""

import json
import sys

import typer

from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_history.doubts import doubts
from sevensteps.case_words import SortedBy
from sevensteps.cli.case_view import filter_options as options
from sevensteps.cli.case_view.case_pages import Page, Wanted, pages_of_cases
from sevensteps.cli.case_view.columns import Columns
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.rpc.caller import operations


def list_cases(
    *,
    open_only: options.OpenOnly = False,
    stuck: options.IsStuck = False,
    stuck_by: options.StuckBy = None,
    overdue: options.Overdue = False,
    step: options.Steps = None,
    whom: options.Whom = None,
    waiting_for: options.WaitingFor = None,
    waiting_since_before: options.WaitingSince = None,
    due_from: options.DueFrom = None,
    due_before: options.DueBefore = None,
    hard: options.Hard = False,
    on_hold: options.OnHold = False,
    team: options.Teams = None,
    escalated: options.Escalated = False,
    opened_before: options.OpenedBefore = None,
    council: options.Councils = None,
    kind: options.Kinds = None,
    reference: options.Reference = "",
    same_person: options.SamePerson = False,
    sort: options.Sort = SortedBy.OPENED,
    descending: options.Descending = False,
    as_json: options.JsonLines = False,
) -> None:
    """List the cases, oldest first: the step of each, what it waits for, and until when."""
    day = options.day_of
    chosen = pb.CaseFilter(
        councils=council or (), case_kinds=kind or (), steps=options.steps_of(step),
        whom=options.numbers_of(whom, pb.Whom), waiting_for=options.numbers_of(waiting_for, pb.WaitingFor),
        stuck=stuck, stuck_kinds=options.numbers_of(stuck_by, pb.StuckKind), overdue=overdue, hard=hard,
        on_hold=on_hold, teams=team or (), escalated=escalated,
        open=open_only or bool(step or same_person or waiting_since_before),
        due_from=day(due_from), due_before=day(due_before), opened_before=day(opened_before),
        waiting_since_before=day(waiting_since_before),
    )  # fmt: skip
    wanted = Wanted(chosen, options.order_of(sort), descending, reference, same_person, with_people=as_json)
    run(_list(Settings.from_environment(), wanted, as_json=as_json))


async def _list(settings: Settings, wanted: Wanted, *, as_json: bool) -> None:
    """Print each page of cases as it arrives."""
    width = screen().width if sys.stdout.isatty() else None
    columns = None if as_json else Columns(width, with_reference=wanted.same_person)
    told, listed, stuck = False, 0, 0
    async with operations(settings) as caller:
        async for page in pages_of_cases(caller, wanted):
            told = told or _tell_doubts(page)
            if columns and page.rows and not listed:
                typer.echo(columns.heading())
            for row in page.rows:
                typer.echo(columns.line(row.cells()) if columns else json.dumps(row.as_json()))
            listed, stuck = listed + len(page.rows), stuck + sum(row.is_stuck for row in page.rows)
    _say_how_many(listed, stuck, as_json=as_json)


def _say_how_many(listed: int, stuck: int, *, as_json: bool) -> None:
    if not as_json:
        typer.echo("1 case" if listed == 1 else f"{listed:,} cases")
    if stuck:
        typer.echo(f"{stuck:,} of them stuck: `sevensteps stuck` says what is wrong, and what to do.", err=True)


def _tell_doubts(page: Page) -> bool:
    """One line where the list may not be the whole truth; answers that it need not be told again."""
    if found := doubts(page.view, clock.now()):
        typer.echo(" ".join(found), err=True)
    return True
