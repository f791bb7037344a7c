"""`sevensteps stuck`: what is stuck and why, whose turn it is, and what to do."""

import json
from collections.abc import Iterable
from typing import Annotated

import typer

from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_history.doubts import doubts, is_known
from sevensteps.cli.case_view import filter_options as options
from sevensteps.cli.case_view.case_pages import PAGE_SIZE
from sevensteps.cli.case_view.stuck_view import cause_json, is_wrong, lines_of_cause, lines_of_stuck, stuck_json
from sevensteps.cli.case_view.what_is_known import ask_operations, pages_of_operations
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.rpc.caller import operations


def stuck(
    cause: Annotated[
        str, typer.Argument(metavar="CAUSE", show_default=False, help="List the cases that this cause holds up.")
    ] = "",
    *,
    cases: Annotated[bool, typer.Option("--cases", help="List the cases of every cause, one by one.")] = False,
    kind: options.StuckKinds = None,
    step: options.Steps = None,
    council: options.Councils = None,
    as_json: options.JsonLines = False,
) -> None:
    """Show what is stuck, by its cause: how many cases, since when, whose turn, what to do. Exit 3 if anything is."""
    chosen = pb.CaseFilter(
        councils=council or (),
        steps=options.steps_of(step),
        stuck_kinds=options.numbers_of(kind, pb.StuckKind),
    )
    settings = Settings.from_environment()
    if cause or cases:
        code = run(_show_cases(settings, chosen, cause, as_json=as_json))
    else:
        code = run(_show_causes(settings, chosen, as_json=as_json))
    raise typer.Exit(code)


async def _show_causes(settings: Settings, chosen: pb.CaseFilter, *, as_json: bool) -> ExitCode:
    async with operations(settings) as caller:
        answer = await ask_operations(caller, pb.ListCausesRequest(filter=chosen), pb.ListCausesResponse)
    causes = sorted(answer.causes, key=lambda each: not is_wrong(each.kind))
    if as_json:
        for each in causes:
            typer.echo(json.dumps(cause_json(each)))
    else:
        _print_causes(causes)
    if causes and not as_json:
        told = "1 cause" if len(causes) == 1 else f"{len(causes):,} causes"
        typer.echo(f"{told}. `sevensteps stuck CAUSE` lists the cases that one of them holds up.")
    nothing = "" if as_json or causes else "Nothing is stuck."
    return _end(answer.view, any_wrong=any(is_wrong(each.kind) for each in causes), nothing=nothing)


def _print_causes(causes: Iterable[pb.Cause]) -> str:
    """Print causes; answers what to do about the last of them."""
    remedy = ""
    for each in causes:
        for line in lines_of_cause(each, screen().width):
            typer.echo(line)
        typer.echo()
        remedy = each.remedy
    return remedy


async def _show_cases(settings: Settings, chosen: pb.CaseFilter, cause: str, *, as_json: bool) -> ExitCode:
    """Print the cause, where one is named, and each page of its cases as it arrives, the longest stuck first."""
    async with operations(settings) as caller:
        answer = await ask_operations(caller, pb.ListCausesRequest(filter=chosen), pb.ListCausesResponse)
        causes = [each for each in answer.causes if each.cause_id == cause or not cause]
        remedy = _print_causes(causes) if cause and not as_json else ""
        if causes:
            asked = pb.ListStuckRequest(page_size=PAGE_SIZE, filter=chosen, cause_id=cause)
            async for page in pages_of_operations(caller, asked, pb.ListStuckResponse):
                remedy = _print_stuck(page.stuck, remedy, as_json=as_json)
    nothing = "Nothing is stuck by this cause." if cause else "Nothing is stuck."
    wrong = any(is_wrong(each.kind) for each in causes)
    return _end(answer.view, any_wrong=wrong, nothing="" if as_json or causes else nothing)


def _print_stuck(stuck: Iterable[pb.Stuck], remedy: str, *, as_json: bool) -> str:
    """Print what is stuck of some cases; answers what to do about the last of them."""
    for each in stuck:
        if as_json:
            typer.echo(json.dumps(stuck_json(each)))
        else:
            for line in lines_of_stuck(each, screen().width, remedy_told=remedy):
                typer.echo(line)
        remedy = each.remedy
    return remedy


def _end(view: pb.View, *, any_wrong: bool, nothing: str) -> ExitCode:
    """Say how sure it is. Where nothing is found, and operations do not know, that is no good news."""
    now = clock.now()
    if found := doubts(view, now):
        typer.echo(" ".join(found), err=True)
    if any_wrong:
        return ExitCode.STUCK
    if not is_known(view, now):
        typer.echo("Whether anything is stuck is not known.", err=True)
        return ExitCode.FAILED
    if nothing:
        typer.echo(nothing)
    return ExitCode.DONE
