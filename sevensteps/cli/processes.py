"""The processes of the suite, one command each: one installation has all of them, and the command says which."""

import os
import sys
from typing import Annotated

import typer

from sevensteps.cli.terminal.options import AsJson
from sevensteps.config import SERVICES


def _service(name: str) -> str:
    if name not in SERVICES:
        raise typer.BadParameter(f"expected one of {', '.join(SERVICES)}, not {name}.")
    return name


def serve(
    service: Annotated[
        str, typer.Argument(metavar="SERVICE", callback=_service, help=f"One of {', '.join(SERVICES)}.")
    ],
) -> None:
    """Run one service until it is told to stop."""
    _become(f"services.{service}")


def worker() -> None:
    """Run the Temporal worker, with the relay that brings events to journeys, until it is told to stop."""
    _become("workflows")


def rebuild(
    case_id: Annotated[
        str, typer.Argument(metavar="CASE", help="Only this case: its journey is ended if it runs, and started again.")
    ] = "",
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Of every case, those that run too: after a restore of the feed.")
    ] = False,
) -> None:
    """Start the journeys of open cases again from the feed: those that Temporal has lost, one case's, or all."""
    if case_id and every:
        raise typer.BadParameter("give a case or --all, not both.")
    _become("workflows.delivery.rebuild", *([case_id] if case_id else []), *(["--all"] if every else []))


def prune(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be dropped.")] = False,
    as_json: AsJson = False,
) -> None:
    """Drop the feed's events of cases that ended longer ago than SEVENSTEPS_FEED_DAYS, as the feed does once a day.

    Records and receipts stay, and so do the positions of all other events.
    """
    _become("services.feed.prune", *(["--dry-run"] if dry_run else []), *(["--json"] if as_json else []))


def _become(module: str, *arguments: str) -> None:
    """Replace this process by another program of the suite: the command line may not import services or workflows."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - our own module
