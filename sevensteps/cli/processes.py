"""The suite's own processes, one command each: the image is the same, the role is the command."""

import os
import sys
from enum import StrEnum

import typer

journeys = typer.Typer(no_args_is_help=True, help="The Temporal journeys of cases.")


class Service(StrEnum):
    """What can be served."""

    ASSESSMENT = "assessment"
    PLANNING = "planning"
    APPROVAL = "approval"
    REVIEW = "review"
    FEED = "feed"


def serve(service: Service) -> None:
    """Run one service until it is told to stop."""
    _become(f"services.{service.value}")


def worker() -> None:
    """Run the Temporal worker, with the relay that brings journeys what happened, until it is told to stop."""
    _become("workflows")


@journeys.command()
def rebuild() -> None:
    """Start every open case's journey again from the feed: what to do when Temporal's data are lost."""
    _become("workflows.delivery.rebuild")


def _become(module: str) -> None:
    """Go on as another program of the suite: nothing here may import services or workflows."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module])  # noqa: S606 - our own module
