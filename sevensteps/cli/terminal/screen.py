"""The console on which commands print for people."""

import os
import sys

from rich.console import Console

WIDTH_OF_A_FILE = 120


def screen() -> Console:
    """As wide as the terminal; a file or pipe is as wide as COLUMNS says, or else as a page."""
    told = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if told else WIDTH_OF_A_FILE)
