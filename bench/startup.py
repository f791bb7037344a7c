"""How long people wait: for the demonstration the second time, and for the suite to be ready."""

import asyncio
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from bench.figure import Figure
from sevensteps.config import Settings
from sevensteps.local.suite import on_free_ports


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Run the commands of the README; the first run is not measured. The demonstration has a database of its own."""
    figures = []
    if not database:
        say("make demo, twice ...")
        await _demo()
        figures.append(Figure("make demo, the second time", f"{await _demo():.1f} s"))
    say("make up ...")
    return [*figures, Figure("make up, until ready", f"{await _up(database):.1f} s")]


async def _demo() -> float:
    began = perf_counter()
    process = await asyncio.create_subprocess_exec("make", "demo", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if await process.wait() != 0:
        raise RuntimeError("make demo failed: run it to see why.")
    return perf_counter() - began


async def _up(database: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        settings = on_free_ports(replace(Settings(), data=Path(folder), database=database))
        environment = os.environ | settings.as_environment()
        began = perf_counter()
        process = await asyncio.create_subprocess_exec(
            "make", "up", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            if process.stderr:
                async for line in process.stderr:
                    if b"Ready." in line:
                        return perf_counter() - began
            raise RuntimeError("make up did not get ready: run it to see why.")
        finally:
            os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C in a terminal does
            await process.wait()
