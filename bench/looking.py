"""A pass that looks for what is stuck among many cases, in a process of its own: how long it takes, and its memory.

The suite and Temporal are put in their place by what the pass hears of them; how long they take to answer is not in
these figures. The rows, what is found and what is stored are real.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

from bench.figure import Figure
from servers.many_cases import OF_CASES, OF_PARTS, Pass, fill
from services.operations.service import NAME
from sevensteps import clock
from sevensteps.config import Settings
from sevensteps.service.opening import open_to_serve

CASES = 100_000
AIM = "under 30 s"
LATER = timedelta(days=100)
"""After which nearly all of the cases are late."""


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Make the rows by the fold, then look over them in a process of its own: twice as they are, twice much later."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings(), data=Path(folder), database=database)
        say(f"{CASES:,} cases ...")
        records = await open_to_serve(NAME, settings)
        began = perf_counter()
        head = await fill(records, CASES)
        speed = head / (perf_counter() - began)
        await records.close()
        say("looking ...")
        program = f"import bench.looking; bench.looking.look({folder!r}, {database!r}, {head})"
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True
        )
    figures: Mapping[str, str] = json.loads(done.stdout)
    aims = {name: AIM for name in figures if name.startswith("a pass")} | {
        "found of these, and told of others": "all, 0"
    }
    return [
        Figure("events made into rows by the fold alone", f"{speed:,.0f} a second"),
        *(Figure(name, value, aims.get(name, "")) for name, value in figures.items()),
    ]


def look(folder: str, database: str, head: int) -> None:
    """Look, and print what was measured. The program of a process of its own."""
    print(json.dumps(asyncio.run(_look(replace(Settings(), data=Path(folder), database=database), head))))  # noqa: T201


async def _look(settings: Settings, head: int) -> Mapping[str, str]:
    figures: dict[str, str] = {}
    records = await open_to_serve(NAME, settings)
    before = _memory("VmRSS")
    with Pass.over(records, settings, head) as looked:

        async def timed(name: str, after: timedelta = timedelta(0)) -> None:
            began, used = perf_counter(), process_time()
            await looked.look(clock.now() + after)
            figures[name] = f"{perf_counter() - began:.1f} s, {process_time() - used:.1f} CPU-seconds of its own"

        await timed(f"a pass over {CASES:,} cases, of which {len(OF_CASES)} are stuck, each in its way")
        found = await looked.found()
        expected = {about: {kind} for about, kind in (OF_CASES | OF_PARTS).items()}
        missed = sum(found.get(about) != kinds for about, kinds in expected.items())
        figures["found of these, and told of others"] = (
            f"{len(expected) - missed}, {len(found.keys() - expected.keys())}"
        )
        await timed("a pass in which nothing has changed")
        calm = _memory("VmHWM")
        looked.is_well = True
        await timed("a pass 100 days later, which finds nearly all of them late", LATER)
        number = len(await looked.found())
        await timed(f"a pass in which {number:,} cases are still stuck", LATER)
        await looked.looking.close()
    await records.close()
    figures["memory of the process before, at most, and at most with all of them late"] = (
        f"{before:.0f}, {calm:.0f} and {_memory('VmHWM'):.0f} MB"
    )
    return figures


def _memory(what: str) -> float:
    """Memory of this process now or at most, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(what))
