"""The console on which commands print for people."""

import sys

from rich.console import Console

WIDTH_OF_A_FILE = 120


def screen() -> Console:
    """As wide as the terminal; a file or pipe is as wide as a page."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
