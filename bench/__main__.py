"""`python -m bench [--database NAME] [--events NUMBER] [NAME …]`: prints the figures of all measurements or of some."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from rich.console import Console
from rich.table import Table

from bench import (
    answers,
    burst,
    call,
    cases,
    console,
    documents,
    fairness,
    feed,
    gate,
    journeys,
    large_feed,
    latency,
    looking,
    policy,
    rebuild,
    receipts,
    repair,
    startup,
    stuck,
    verify,
)
from bench.databases import POSTGRESQL, SQLITE, Database, databases
from bench.figure import Figure

Say = Callable[[str], None]
Measure = Callable[[Say, str], Awaitable[list[Figure]]]

WITH_RECORDS: Mapping[str, Measure] = {
    "journeys": journeys.measure,
    "latency": latency.measure,
    "fairness": fairness.measure,
    "burst": burst.measure,
    "rebuild": rebuild.measure,
    "looking": looking.measure,
    "stuck": stuck.measure,
    "repair": repair.measure,
    "call": call.measure,
    "answers": answers.measure,
    "feed": feed.measure,
    "large-feed": large_feed.measure,
    "cases": cases.measure,
    "console": console.measure,
    "gate": gate.measure,
    "verify": verify.measure,
    "startup": startup.measure,
}
"""Made on each database."""
WITHOUT: Mapping[str, Callable[[Say], Awaitable[list[Figure]]]] = {
    "policy": policy.measure,
    "receipts": receipts.measure,
    "documents": documents.measure,
}
"""Made once, of rules and files."""
NAMES = (*WITH_RECORDS, *WITHOUT)


async def main(names: list[str], on: list[Database], events: int) -> None:
    """Make one measurement after another; `events` is how many a large feed has."""
    with_records: Mapping[str, Measure] = {**WITH_RECORDS, "large-feed": partial(large_feed.measure, events=events)}
    say = Console(stderr=True).print
    for name in names or NAMES:
        if name in WITHOUT:
            _show(name, await WITHOUT[name](say))
        else:
            for database in on:
                _show(f"{name}, on {database.name}", await with_records[name](say, database.new()))


def _show(title: str, figures: list[Figure]) -> None:
    table = Table(title=title, title_justify="left", show_header=False)
    for figure in figures:
        table.add_row(figure.name, figure.value, figure.aim)
    Console().print(table)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m bench", description="Measure.")
    arguments.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    arguments.add_argument(
        "--database", choices=[SQLITE.lower(), POSTGRESQL.lower()], type=str.lower, help="by default both"
    )
    arguments.add_argument("--events", type=int, default=large_feed.EVENTS, help="how many events a large feed has")
    given = arguments.parse_args()
    if unknown := [name for name in given.names if name not in NAMES]:
        sys.exit(f"{', '.join(unknown)}: there is no such measurement. There are {', '.join(NAMES)}.")
    wanted = [name for name in (SQLITE, POSTGRESQL) if given.database in (None, name.lower())]
    needed = wanted if not given.names or set(given.names) & set(WITH_RECORDS) else []
    with databases(needed, Console(stderr=True).print) as on:
        asyncio.run(main(given.names, on, given.events))
