"""Showing how far something is that takes longer than a moment: on a terminal, and nowhere else."""

import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


def progress() -> Progress:
    """A bar for each task that is added, which is gone at the end; one without a total only says that work goes on.

    It stands on standard error, and is silent where that is no terminal. What is printed meanwhile goes above it, and
    to a file where standard output is one.
    """
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal, redirect_stdout=sys.stdout.isatty(),
    )  # fmt: skip
