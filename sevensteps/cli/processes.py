"""The processes of the suite, one command each: one installation has all of them, and the command says which."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sevensteps.cli.terminal.options import AsJson
from sevensteps.config import SERVICES
from sevensteps.release_names import EXPECTED, NONE, OWN, is_release, own_release


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


def console() -> None:
    """Serve the pages of the console, at SEVENSTEPS_CONSOLE, until it is told to stop."""
    _become("console")


def _release(name: str) -> str:
    if not is_release(name):
        raise typer.BadParameter(f"expected {EXPECTED}.")
    return own_release() if name == OWN else name


def worker(
    *,
    release: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            callback=_release,
            help=f"The release that it is, so that others can run beside it; {OWN} is the version with its commit.",
        ),
    ] = NONE,
) -> None:
    """Run the Temporal worker, with the relay that brings events to journeys, until it is told to stop."""
    _become("workflows", release)


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


def gate(
    *,
    histories: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            exists=True,
            file_okay=False,
            help="Replay those in this folder instead of Temporal's.",
        ),
    ] = None,
    processes: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, show_default=False, help="How many replay at once; one a processor.")
    ] = len(os.sched_getaffinity(0)),
    as_json: AsJson = False,
) -> None:
    """Before this release has journeys: replay what every open one has done so far, and say which would break.

    Nothing is changed. If one would break, exit code 1.
    """
    folder = ["--histories", str(histories)] if histories else []
    _become("workflows.gate", "--processes", str(processes), *folder, *(["--json"] if as_json else []))


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
