"""How much processor time processes have used, read from the kernel."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_used(pids: Iterable[int | None]) -> float:
    """Processor seconds that these processes have used so far, in user and kernel mode. Linux only."""
    total = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total
