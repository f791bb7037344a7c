"""`python -m bench [NAME …]`: prints the figures of all measurements, or of some."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping

from rich.console import Console
from rich.table import Table

from bench import call, fairness, feed, journeys, latency, policy, receipts, startup
from bench.figure import Figure

Measure = Callable[[Callable[[str], None]], Awaitable[list[Figure]]]

MEASUREMENTS: Mapping[str, Measure] = {
    "journeys": journeys.measure,
    "latency": latency.measure,
    "fairness": fairness.measure,
    "call": call.measure,
    "feed": feed.measure,
    "policy": policy.measure,
    "receipts": receipts.measure,
    "startup": startup.measure,
}


async def main(names: list[str]) -> None:
    """Make one measurement after another."""
    console = Console()
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        sys.exit(f"{', '.join(unknown)}: there is no such measurement. There are {', '.join(MEASUREMENTS)}.")
    for name in names or MEASUREMENTS:
        table = Table(title=name, title_justify="left", show_header=False)
        for figure in await MEASUREMENTS[name](Console(stderr=True).print):
            table.add_row(figure.name, figure.value, figure.aim)
        console.print(table)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
