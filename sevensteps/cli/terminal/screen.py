"""Where the command line prints for people."""

import sys

from rich.console import Console

WIDTH_OF_A_FILE = 120


def screen() -> Console:
    """The terminal as wide as it is; a file or pipe as wide as a page."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
