"""The processes of the suite, one command each: one installation has all of them, and the command says which."""

import os
import sys
from typing import Annotated

import typer

from sevensteps.config import SERVICES

journeys = typer.Typer(no_args_is_help=True, help="Rebuild the Temporal journeys of cases.")


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


@journeys.command()
def rebuild() -> None:
    """Start the journey of every open case again from the feed, after Temporal's data were lost."""
    _become("workflows.delivery.rebuild")


def _become(module: str) -> None:
    """Replace this process by another program of the suite: the command line may not import services or workflows."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module])  # noqa: S606 - our own module
