"""Whether the worker works, as it says itself: it has no address, and touches a file for as long as it does."""

from math import inf
from pathlib import Path
from time import time

LONGEST_SILENCE = 10.0
"""How many seconds old the last sign of life may be of a worker that works."""


def silence(sign_of_life: Path) -> float:
    """How many seconds ago it gave its last sign of life; infinite where there is none."""
    try:
        return time() - sign_of_life.stat().st_mtime
    except OSError:
        return inf
