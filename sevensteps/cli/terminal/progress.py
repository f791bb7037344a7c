"""Progress bars, on a terminal only."""

import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


def progress() -> Progress:
    """A bar for each task that is added; a task without a total only shows that work goes on. Bars vanish at the end.

    They are drawn on standard error, if that is a terminal. What is printed meanwhile appears above them, or goes into
    a file where standard output is one.
    """
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal, redirect_stdout=sys.stdout.isatty(),
    )  # fmt: skip
