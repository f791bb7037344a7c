"""`sevensteps temporal release`: which release of the worker has the journeys, and letting another one have them."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from sevensteps import clock
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.journeys import connect
from sevensteps.policy.model.verdict import Json
from sevensteps.release_names import EXPECTED, NONE, OWN, is_release, own_release
from sevensteps.releases import WHOLE, Release, Releases, give_all, give_share, read_releases

COLUMNS = ("release", "", "share", "open journeys", "worker")


def _name(name: str) -> str:
    if name and not is_release(name):
        raise typer.BadParameter(f"expected {EXPECTED}.")
    return own_release() if name == OWN else name


def release(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]", callback=_name, show_default=False, help=f"A release; {NONE} is a worker without one."
        ),
    ] = "",
    *,
    current: Annotated[bool, typer.Option("--current", help="Let it have all journeys.")] = False,
    ramp: Annotated[
        float | None,
        typer.Option(
            metavar="PERCENT", min=0, max=WHOLE, help="Let it have so many of 100 journeys; 0 takes them back."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which release of the worker has the journeys; or let one have all of them, or a share.

    Journeys that wait go on with the release that has them when they hear something next. Run `sevensteps gate` before.
    """
    if bool(name) != (current or ramp is not None) or (current and ramp is not None):
        raise typer.BadParameter("give a release with --current or with --ramp; or nothing, to see where they are.")
    found = run(_release(name, ramp))
    if as_json:
        print_json(_json(found))
    else:
        _print(found)


async def _release(name: str, ramp: float | None) -> Releases:
    """Do what is asked for, and read how it is then."""
    settings = Settings.from_environment()
    client = await connect(settings)
    found = await read_releases(client, settings.task_queue)
    if not name:
        return found
    if ramp is None:
        await give_all(client, settings.task_queue, name, found)
    else:
        await give_share(client, settings.task_queue, name, ramp, found)
    return await read_releases(client, settings.task_queue)


def _json(found: Releases) -> Json:
    releases: list[Json] = [
        {
            **asdict(each),
            "asked_at": clock.as_text(each.asked_at) if each.asked_at else None,
            "runs": each.runs,
        }
        for each in found.each
    ]
    return {"current": found.current, "ramping": found.ramping, "releases": releases}


def _print(found: Releases) -> None:
    table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
    for each in found.each:
        share = f"{each.share:g} %" if each.share else ""
        table.add_row(each.name, _part(each, found), share, f"{each.journeys:,}", _worker(each))
    screen().print(table)
    for line in in_words(found):
        screen().print(line, soft_wrap=True, markup=False, highlight=False)


def _part(each: Release, found: Releases) -> str:
    return {found.current: "current", found.ramping: "ramping"}.get(each.name, "")


def _worker(each: Release) -> str:
    if each.asked_at is None:
        return "none"
    seconds = max((clock.now() - each.asked_at).total_seconds(), 0)
    return f"asked for work {seconds:.0f} s ago" + ("" if each.runs else ": it has stopped")


def in_words(found: Releases) -> list[str]:
    """Who has the journeys, and what somebody has to do about it."""
    said = [_whose(found)]
    said += [
        f"No worker of {each.name} runs: its journeys wait. Start one, or give them to another release."
        for each in found.silent
    ]
    left = {each.name: each.journeys for each in found.each if each.journeys and not each.share}
    said += [
        f"{number:,} journeys that {name} ran last go on with their new release when they hear something next."
        for name, number in left.items()
    ]
    return said


def _whose(found: Releases) -> str:
    whose = "a worker without a release" if found.current == NONE else found.current
    if not found.ramping:
        return f"All journeys go to {whose}."
    ramping = found.named(found.ramping)
    share = ramping.share if ramping else 0.0
    return f"Of 100 journeys, {share:g} go to {found.ramping}, the others to {whose}."
