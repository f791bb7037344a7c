"""`sevensteps verify --all` over many receipts: how long it takes, and how its memory grows with their number."""

import asyncio
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, sleep

from bench.call import start
from bench.figure import Figure
from bench.receipts import DIFFERENT, FEW, MANY, lines
from sevensteps.cli.case_view.receipts import DECIDING_SERVICES
from sevensteps.config import Settings
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.policy import Library
from sevensteps.receipt_chain import COLUMNS, digest_of

COMMAND = [sys.executable, "-c", "from sevensteps.cli.main import main; main()", "verify", "--all", "--json"]
NOW = "2026-11-27T09:00:00.000Z"
ADD_RECEIPT = f"INSERT INTO receipts ({', '.join(COLUMNS)}, position) VALUES ({', '.join('?' * len(COLUMNS))}, ?)"  # noqa: S608
ADD_BUDGET = (
    "INSERT INTO indicative_budgets (case_id, round, points, weekly, receipt_id, receipt_digest, given_by)"
    " VALUES (?, ?, ?, ?, ?, ?, 'bench')"
)


async def measure(say: Callable[[str], None]) -> list[Figure]:
    """Verify the assessment service with both numbers of receipts, beside the others, which have none."""
    with tempfile.TemporaryDirectory() as folder:
        settings = on_free_ports(replace(Settings(), data=Path(folder)))
        Keys.open(settings.data)
        suite = Suite(settings, lambda _: None)
        processes = [process for process in suite.services if process.name in DECIDING_SERVICES]
        made = list(islice(lines(Library(settings.policies)), DIFFERENT))
        figures: list[tuple[float, float, int]] = []
        try:
            await start(suite, processes)
            for there, number in ((0, FEW), (FEW, MANY)):
                say(f"{number:,} receipts, assessment.db ...")
                await asyncio.to_thread(_fill, settings.data / "assessment.db", made, there, number)
                chained = await asyncio.to_thread(_until_chained, settings.data / "assessment.db", number - there)
                figures.append(await asyncio.to_thread(_timed, settings, number))
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


def _fill(file: Path, made: Sequence[str], there: int, number: int) -> None:
    """Store receipts, and a record for each that is of a budget."""
    with sqlite3.connect(file) as records:
        packs = {json.loads(line)["receipt"]["hash"] for line in made}
        add = "INSERT INTO packs (hash, name, files, kept_at) SELECT ?, name, files, kept_at FROM packs LIMIT 1"
        for missing in packs - {row[0] for row in records.execute("SELECT hash FROM packs")}:
            records.execute(add, (missing,))
        for row, budget in _rows(islice(cycle(made), there, number), there):
            records.execute(ADD_RECEIPT, row)
            if budget:
                records.execute(ADD_BUDGET, budget)


def _rows(
    lines_of_receipts: Iterator[str], there: int
) -> Iterator[tuple[tuple[object, ...], tuple[object, ...] | None]]:
    for position, line in enumerate(lines_of_receipts, start=there + 1):
        receipt = json.loads(line)["receipt"]
        row = {
            "receipt_id": f"receipt-{position}",
            "case_id": f"case-{position}",
            "council": "example-council",
            "decision": receipt["decision"],
            "verdict": receipt["verdict"],
            "pack_hash": receipt["hash"],
            "receipt": json.dumps(receipt, separators=(",", ":"), sort_keys=True),
            "actor": "bench",
            "decided_at": NOW,
        }
        budget = None
        if receipt["decision"] == "indicative-budget":
            amounts = receipt["facts"]["points"], receipt["values"].get("weekly") or "1.00"
            budget = (row["case_id"], 1, *amounts, row["receipt_id"], digest_of(row))
        yield (*(row[name] for name in COLUMNS), position), budget


def _until_chained(file: Path, number: int) -> float:
    """How many receipts a second get their link."""
    began = perf_counter()
    behind = "SELECT (SELECT max(position) FROM receipts) > (SELECT coalesce(max(position), 0) FROM chain)"
    with sqlite3.connect(file) as records:
        while records.execute(behind).fetchone()[0]:
            pass
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
