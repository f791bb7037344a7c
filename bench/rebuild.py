"""Temporal's data are lost: how long until `sevensteps journeys rebuild` has every journey where it was."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

from temporalio.client import Client

from bench.burst import open_cases, until_standing
from bench.figure import Figure
from bench.journeys import suite_in_a_folder
from bench.trip import Staff
from sevensteps.errors import Fault
from sevensteps.journeys import connect
from sevensteps.local.suite import Suite

CASES = 3000
COMMAND = (sys.executable, "-c", "from sevensteps.cli.main import main; main()", "journeys", "rebuild")
LOOK_SECONDS = 0.1
PATIENCE = 60.0


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Cases that wait in step 1 lose their journeys, and get them back from the feed."""
    async with suite_in_a_folder(say, database) as suite, Staff(suite.settings) as staff:
        say(f"{CASES:,} cases opened ...")
        await open_cases(suite, staff, CASES)
        client = await lose_temporal(suite)
        say("sevensteps journeys rebuild ...")
        began = perf_counter()
        await _rebuild(suite)
        ended = perf_counter() - began
        await until_standing(client, CASES)
        took = perf_counter() - began
    return [
        Figure(f"journeys rebuild, {CASES:,} open cases in step 1", f"{ended:.0f} s, {CASES / ended:.0f} a second"),
        Figure("all of them stand", f"after {took:.0f} s", "45 s"),
    ]


async def lose_temporal(suite: Suite) -> Client:
    """As when a disk is lost: Temporal and its file are gone, and the suite starts an empty one at the same address."""
    await suite.temporal.stop()
    for file in suite.settings.data.glob("temporal.db*"):
        file.unlink()
    async with asyncio.timeout(PATIENCE):
        while True:
            if suite.temporal.pid is not None:
                with suppress(Fault):
                    return await connect(suite.settings)
            await asyncio.sleep(LOOK_SECONDS)


async def _rebuild(suite: Suite) -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        env=os.environ | suite.settings.as_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode != 0 or f"{CASES} journeys started again" not in said.decode().replace(",", ""):
        raise RuntimeError(f"expected {CASES} journeys to be started again: {said.decode()[-500:]}")
