"""`sevensteps repair`: mend many cases at once, with proof: what would happen, a few first, and a look at each."""

import asyncio
import json
from datetime import datetime
from typing import Annotated
from uuid import uuid4

import typer

from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_words import Repairs
from sevensteps.cli.acts import Because, By
from sevensteps.cli.case_view import filter_options as options
from sevensteps.cli.case_view.repair_view import (
    case_json,
    lines_of_case,
    lines_of_plan,
    lines_of_repair,
    repair_json,
    stands,
)
from sevensteps.cli.spend import correction_of
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.fields import number_of
from sevensteps.identity.claims import TOKEN_EXPIRED
from sevensteps.identity.role_groups import SIGNING
from sevensteps.rpc.caller import Caller, operations
from sevensteps.steps import Ending, HoldReason

PAUSE_SECONDS = 1.0
PAGE_SIZE = 200
RepairId = Annotated[str, typer.Argument(metavar="REPAIR", help="Its id, as `sevensteps repair list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
HowTheyEnd = Annotated[
    Ending | None, typer.Option(help="For `end`: support_ended, moved or died. Practitioners decide the others.")
]


def plan(
    action: Annotated[Repairs, typer.Argument(metavar="ACTION", help=f"One of {', '.join(Repairs)}.")],
    because: Because,
    by: By,
    *,
    cause: Annotated[str, typer.Option(help="The cases that this cause holds up: see `sevensteps stuck`.")] = "",
    case: Annotated[list[str] | None, typer.Option(help="This case.")] = None,
    council: options.Councils = None,
    step: options.Steps = None,
    stuck_by: options.StuckBy = None,
    reason: Annotated[HoldReason | None, typer.Option(help="For `hold`: why, in one word.")] = None,
    team: Annotated[str, typer.Option(help="For `assign`: the team that is to look after them.")] = "",
    to: Annotated[str, typer.Option(help=f"For `escalate`: who is to look at them: {', '.join(SIGNING)}.")] = "",
    ending: HowTheyEnd = None,
    spend: Annotated[str, typer.Option(help="For `correct`: what was recorded wrongly, by its id.")] = "",
    line: Annotated[str, typer.Option(help="For `correct`: the right line.")] = "",
    amount: Annotated[str, typer.Option(help="For `correct`: the right amount, 0.00 for nothing.")] = "",
    on: Annotated[datetime | None, typer.Option(formats=options.DAY, help="For `correct`: the right day.")] = None,
    evidence: Annotated[str, typer.Option(help="For `correct`: where the evidence is, if that was wrong.")] = "",
    as_json: AsJson = False,
) -> None:
    """Settle which cases are to be mended, and say what would happen to each. Nothing is done yet."""
    steps, kinds = options.steps_of(step), options.numbers_of(stuck_by, pb.StuckKind)
    chosen = pb.CaseFilter(case_ids=case or (), councils=council or (), steps=steps, stuck_kinds=kinds)
    if not cause and chosen == pb.CaseFilter():
        raise typer.BadParameter("say which cases: --cause, --case, --stuck-by, --step or --council")
    request = pb.PlanRepairRequest(
        request_id=str(uuid4()),
        filter=chosen,
        cause_id=cause,
        action=number_of(pb.RepairAction, action.name.lower()),
        because=because,
        hold_reason=reason.value if reason else "",
        team=team,
        escalate_to=to,
        ending=ending.value if ending else "",
        correction=correction_of(spend, line, amount, on, evidence),
    )
    run(_plan(Settings.from_environment(), request, by=by, as_json=as_json))


def agree(repair_id: RepairId, because: Because, by: By) -> None:
    """Agree to a repair that somebody else has planned, and that two people answer for. Look at its cases first."""
    run(_agree(Settings.from_environment(), pb.AgreeRepairRequest(repair_id=repair_id, because=because), by=by))


def go_on(
    repair_id: RepairId,
    by: By,
    cases: Annotated[int | None, typer.Option(min=1, help="Mend so many cases, then wait. Begin with a few.")] = None,
    pace: Annotated[int, typer.Option(min=1, max=1200, help="At most so many cases a minute.")] = 300,
    *,
    as_json: AsJson = False,
) -> None:
    """Mend the next cases of a repair, or all that are left, and look at each again. Exit 1 unless all have moved."""
    request = pb.ContinueRepairRequest(repair_id=repair_id, cases=cases or 0, pace=pace)
    raise typer.Exit(run(_go_on(Settings.from_environment(), request, by=by, as_json=as_json)))


def stop(repair_id: RepairId, because: Because, by: By) -> None:
    """Stop a repair before its next case. What it has mended is still looked at; it can be continued."""
    run(_stop(Settings.from_environment(), pb.StopRepairRequest(repair_id=repair_id, because=because), by=by))


def show(
    repair_id: RepairId,
    outcome: Annotated[list[str] | None, typer.Option(help="Only cases of which this has become.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a repair, case by case: what was to happen, and what was seen when it was looked at again."""
    outcomes = [number_of(pb.RepairOutcome, each.replace(" ", "_")) for each in outcome or ()]
    request = pb.ListRepairCasesRequest(repair_id=repair_id, outcomes=outcomes, page_size=PAGE_SIZE)
    run(_show(Settings.from_environment(), request, as_json=as_json))


def list_repairs(*, as_json: options.JsonLines = False) -> None:
    """List the repairs, the newest first."""
    run(_list(Settings.from_environment(), as_json=as_json))


async def _plan(settings: Settings, request: pb.PlanRepairRequest, *, by: str, as_json: bool) -> None:
    async with operations(settings, by) as caller:
        planned = (await caller.ask(request, pb.PlanRepairResponse)).repair
        asked = pb.ListRepairCasesRequest(repair_id=planned.repair_id, page_size=PAGE_SIZE)
        its_cases = [each async for page in caller.pages(asked, pb.ListRepairCasesResponse) for each in page.cases]
    if as_json:
        typer.echo(json.dumps(repair_json(planned) | {"cases": [case_json(each) for each in its_cases]}))
        return
    for line in lines_of_plan(planned, its_cases, screen().width):
        typer.echo(line)


async def _agree(settings: Settings, request: pb.AgreeRepairRequest, *, by: str) -> None:
    async with operations(settings, by) as caller:
        repair = (await caller.ask(request, pb.AgreeRepairResponse)).repair
    typer.echo(f"You have agreed to {repair.repair_id}. `sevensteps repair continue {repair.repair_id}` begins it.")


async def _go_on(settings: Settings, request: pb.ContinueRepairRequest, *, by: str, as_json: bool) -> ExitCode:
    """Continue, and stay until it stands. Where the token has expired meanwhile, a new one goes on."""
    async with operations(settings, by) as caller:
        repair = await _until_it_stands(caller, request)
        while repair.why.startswith(TOKEN_EXPIRED):
            repair = await _until_it_stands(caller, request)
    if as_json:
        typer.echo(json.dumps(repair_json(repair)))
    else:
        for line in lines_of_repair(repair, screen().width):
            typer.echo(line)
    wrong = {each.outcome for each in repair.outcomes if each.cases} - {
        pb.REPAIR_OUTCOME_MOVED,
        pb.REPAIR_OUTCOME_LEFT_OUT,
    }
    return ExitCode.FAILED if wrong else ExitCode.DONE


async def _until_it_stands(caller: Caller, request: pb.ContinueRepairRequest) -> pb.Repair:
    repair = (await caller.ask(request, pb.ContinueRepairResponse)).repair
    while not stands(repair):
        await asyncio.sleep(PAUSE_SECONDS)
        repair = (await caller.ask(pb.GetRepairRequest(repair_id=repair.repair_id), pb.GetRepairResponse)).repair
    return repair


async def _stop(settings: Settings, request: pb.StopRepairRequest, *, by: str) -> None:
    async with operations(settings, by) as caller:
        repair = (await caller.ask(request, pb.StopRepairResponse)).repair
    typer.echo(f"{repair.repair_id} is stopped. {repair.left:,} cases are left: `sevensteps repair continue` goes on.")


async def _show(settings: Settings, request: pb.ListRepairCasesRequest, *, as_json: bool) -> None:
    async with operations(settings) as caller:
        repair = (await caller.ask(pb.GetRepairRequest(repair_id=request.repair_id), pb.GetRepairResponse)).repair
        pages = caller.pages(request, pb.ListRepairCasesResponse)
        if as_json:
            its_cases = [case_json(each) async for page in pages for each in page.cases]
            typer.echo(json.dumps(repair_json(repair) | {"cases": its_cases}))
            return
        for line in lines_of_repair(repair, screen().width):
            typer.echo(line)
        async for page in pages:
            for each in page.cases:
                for line in lines_of_case(each, screen().width):
                    typer.echo(line)


async def _list(settings: Settings, *, as_json: bool) -> None:
    listed = 0
    async with operations(settings) as caller:
        async for page in caller.pages(pb.ListRepairsRequest(page_size=PAGE_SIZE), pb.ListRepairsResponse):
            for each in page.repairs:
                listed += 1
                if as_json:
                    typer.echo(json.dumps(repair_json(each)))
                else:
                    for line in lines_of_repair(each, screen().width):
                        typer.echo(line)
                    typer.echo()
    if not listed and not as_json:
        typer.echo("There has been no repair.")
