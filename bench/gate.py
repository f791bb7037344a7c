"""`sevensteps gate` over open cases in every step: how long it takes for each, and so for as many as a council has."""

import asyncio
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

from bench.figure import Figure
from bench.journeys import suite_in_a_folder
from bench.trip import STEPS, Staff, open_case

CASES = 280
AT_ONCE = 20
COUNCIL = 2000
"""How many open cases the aim is for."""
COMMAND = [sys.executable, "-c", "from sevensteps.cli.main import main; main()", "gate", "--json"]


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Take cases into every step, then replay them all, in as many processes as there are processors."""
    async with suite_in_a_folder(say, database) as suite, Staff(suite.settings) as staff:
        say(f"{CASES} cases into every step ...")
        room = asyncio.Semaphore(AT_ONCE)

        async def begin(number: int) -> None:
            async with room:
                case_id = await open_case(staff)
                for step in STEPS[: number % (len(STEPS) + 1)]:
                    await step(staff, case_id)

        await asyncio.gather(*map(begin, range(CASES)))
        say("sevensteps gate ...")
        environment = os.environ | suite.settings.as_environment()
        seconds, cpu_seconds = await asyncio.to_thread(_timed, environment)
    each = cpu_seconds / CASES
    return [
        Figure(f"gate over {CASES} open cases", f"{seconds:.1f} s, {each * 1000:.0f} CPU-ms each"),
        Figure(
            f"so over {COUNCIL:,}",
            f"{seconds / CASES * COUNCIL:.0f} s, {each * COUNCIL:.0f} CPU-seconds",
            "at most 120 s",
        ),
    ]


def _timed(environment: dict[str, str]) -> tuple[float, float]:
    """Seconds, and CPU-seconds of all its processes."""
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    seconds, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode != 0 or json.loads(ended.stdout)["replayed"] != CASES:
        raise RuntimeError(f"expected {CASES} journeys, and none that would break: {ended.stdout[-500:]}{ended.stderr}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
