"""`python -m bench [--events NUMBER] [NAME …]`: prints the figures of all measurements, or of some."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from rich.console import Console
from rich.table import Table

from bench import call, fairness, feed, gate, journeys, large_feed, latency, policy, receipts, startup, verify
from bench.figure import Figure

Measure = Callable[[Callable[[str], None]], Awaitable[list[Figure]]]

MEASUREMENTS: Mapping[str, Measure] = {
    "journeys": journeys.measure,
    "latency": latency.measure,
    "fairness": fairness.measure,
    "call": call.measure,
    "feed": feed.measure,
    "large-feed": large_feed.measure,
    "policy": policy.measure,
    "receipts": receipts.measure,
    "verify": verify.measure,
    "gate": gate.measure,
    "startup": startup.measure,
}


async def main(names: list[str], events: int) -> None:
    """Make one measurement after another; `events` is how many a large feed has."""
    measurements: Mapping[str, Measure] = {**MEASUREMENTS, "large-feed": partial(large_feed.measure, events=events)}
    console = Console()
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        sys.exit(f"{', '.join(unknown)}: there is no such measurement. There are {', '.join(MEASUREMENTS)}.")
    for name in names or MEASUREMENTS:
        table = Table(title=name, title_justify="left", show_header=False)
        for figure in await measurements[name](Console(stderr=True).print):
            table.add_row(figure.name, figure.value, figure.aim)
        console.print(table)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m bench", description="Measure.")
    arguments.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    arguments.add_argument("--events", type=int, default=large_feed.EVENTS, help="how many events a large feed has")
    given = arguments.parse_args()
    asyncio.run(main(given.names, given.events))
