"""`sevensteps verify --all` over many receipts: how long it takes, and how its memory grows with their number."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, sleep

import sqlalchemy as sa

from bench.call import start
from bench.figure import Figure
from bench.receipts import DIFFERENT, FEW, MANY, lines
from services.assessment import tables
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.policy import Library
from sevensteps.receipt_chain import digest_of
from sevensteps.service.opening import open_store
from sevensteps.service.store import Store
from sevensteps.service.tables import chain, packs, receipts

COMMAND = [sys.executable, "-c", "from sevensteps.cli.main import main; main()", "verify", "--all", "--json"]
NOW = "2026-11-27T09:00:00.000Z"
CASE = {
    "council": "example-council",
    "kind": "adult",
    "opened_at": NOW,
    "round": 1,
    "assessment_open": True,
    "assessment_due": date(2026, 12, 31),
    "pack": "example-council",
    "on_hold": False,
    "ending": "",
    "version": 1,
}
"""The case of a record. It has the names of its receipt."""
NAMES = ("case_id", "person_reference")
BUDGET = "indicative-budget"
PORTION = 1000
LOOK_SECONDS = 0.05
BEHIND = sa.select(
    sa.func.max(receipts.c.position) > sa.func.coalesce(sa.select(sa.func.max(chain.c.position)).scalar_subquery(), 0)
)
"""Whether there are receipts without a link."""


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Verify the assessment service with both numbers of receipts, beside the others, which have none."""
    with tempfile.TemporaryDirectory() as folder:
        settings = on_free_ports(replace(Settings(), data=Path(folder), database=database))
        Keys.open(settings.data)
        suite = Suite(settings, lambda _: None)
        processes = [process for process in suite.services if process.name in DECIDING_SERVICES]
        made = list(islice(lines(Library(settings.policies)), DIFFERENT))
        figures: list[tuple[float, float, int]] = []
        try:
            await start(suite, processes)
            store = open_store(database, settings.data, "assessment")
            for there, number in ((0, FEW), (FEW, MANY)):
                say(f"{number:,} receipts ...")
                await _fill(store, made, there, number)
                chained = await _until_chained(store, number - there)
                figures.append(await asyncio.to_thread(_timed, settings, number))
            await store.close()
        finally:
            for process in processes:
                await process.stop()
    (_, _, few), (seconds, cpu_seconds, many) = figures
    return [
        Figure(f"receipts of before chained, {MANY - FEW:,} of them", f"{chained:,.0f} a second"),
        Figure(
            f"verify --all over {MANY:,} receipts, in one process",
            f"{seconds:,.0f} s, {cpu_seconds:,.0f} CPU-seconds ({MANY / cpu_seconds:,.0f} receipts a CPU-second)",
        ),
        Figure(
            f"memory that it takes with {MANY:,}, and more than with {FEW:,}",
            f"{many / 1024:.0f} MB, {(many - few) / 1024:.1f} MB more",
            "at most 150 MB",
        ),
    ]


async def _fill(store: Store, made: Sequence[str], there: int, number: int) -> None:
    """Store receipts, and a record for each that is of a budget."""
    await store.write(partial(_add_packs, hashes={json.loads(line)["receipt"]["hash"] for line in made}))
    lines_of_receipts = enumerate(islice(cycle(made), there, number), start=there + 1)
    while portion := list(islice(lines_of_receipts, PORTION)):
        await store.write(partial(_add_receipts, numbered=portion))


def _add_packs(connection: sa.Connection, hashes: set[str]) -> None:
    """Keep whatever is in force under these names, too."""
    kept = set(connection.execute(sa.select(packs.c.hash)).scalars())
    name, files, kept_at = connection.execute(sa.select(packs.c.name, packs.c.files, packs.c.kept_at)).all()[0]
    if missing := hashes - kept:
        rows = [{"hash": each, "name": name, "files": files, "kept_at": kept_at} for each in missing]
        connection.execute(packs.insert(), rows)


def _add_receipts(connection: sa.Connection, numbered: Sequence[tuple[int, str]]) -> None:
    made = [json.loads(line)["receipt"] for _, line in numbered]
    rows = [_row(position, receipt) for (position, _), receipt in zip(numbered, made, strict=True)]
    connection.execute(receipts.insert(), rows)
    budgets = [_budget(row, each) for row, each in zip(rows, made, strict=True) if row["decision"] == BUDGET]
    if budgets:
        connection.execute(tables.cases.insert(), [CASE | dict.fromkeys(NAMES, row["case_id"]) for row in budgets])
        connection.execute(tables.indicative_budgets.insert(), budgets)


def _row(position: int, receipt: Mapping[str, str]) -> dict[str, object]:
    return {
        "receipt_id": f"receipt-{position}",
        "case_id": f"case-{position}",
        "council": CASE["council"],
        "decision": receipt["decision"],
        "verdict": receipt["verdict"],
        "pack_hash": receipt["hash"],
        "receipt": json.dumps(receipt, separators=(",", ":"), sort_keys=True),
        "actor": "bench",
        "decided_at": NOW,
        "position": position,
    }


def _budget(row: Mapping[str, object], receipt: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    return {
        "case_id": row["case_id"],
        "round": 1,
        "points": receipt["facts"]["points"],
        "weekly": receipt["values"].get("weekly") or "1.00",
        "receipt_id": row["receipt_id"],
        "receipt_digest": digest_of(row),
        "given_by": "bench",
    }


async def _until_chained(store: Store, number: int) -> float:
    """How many receipts a second get their link."""
    began = perf_counter()
    while await store.read(lambda connection: connection.execute(BEHIND).scalar()):  # noqa: ASYNC110 - it is in another process
        await asyncio.sleep(LOOK_SECONDS)
    return number / (perf_counter() - began)


def _timed(settings: Settings, number: int) -> tuple[float, float, int]:
    """Seconds, CPU-seconds of the command without the services, and the most memory that it has used, in kB."""
    began, before, most = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN), 0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(COMMAND, env=os.environ | settings.as_environment(), stdout=said)  # noqa: S603
        while process.poll() is None:
            most = max(most, _most_memory(process.pid))
            sleep(0.1)
        seconds, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        said.seek(0)
        answered = json.load(said)
    if answered["receipts"] != number or answered["findings"]:
        raise RuntimeError(f"expected {number} receipts, and nothing wrong: {answered['findings'][:3]}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, most


def _most_memory(pid: int) -> int:
    """The most memory that a running process has used so far, in kB: what it is told at its end begins with ours."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)
