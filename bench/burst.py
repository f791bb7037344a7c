"""A thousand cases that are opened at once: how long until each stands, that is, its journey says what it awaits."""

import asyncio
from collections.abc import Callable
from time import perf_counter

from temporalio.client import Client

from bench.figure import Figure, timed
from bench.journeys import suite_in_a_folder
from bench.processor import seconds_used
from bench.trip import Staff, first_contact
from sevensteps.journeys import connect
from sevensteps.local.suite import Suite
from sevensteps.temporal import RUNNING, WAITING_FOR, WaitingFor

CASES = 1000
IN_FLIGHT = 64
LOOK_SECONDS = 0.25
STANDS = f"{RUNNING} AND {WAITING_FOR.name} = '{WaitingFor.DETERMINATION}'"
PATIENCE = 600.0


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Open them, and wait until operations would see that every one of them waits for a practitioner."""
    async with suite_in_a_folder(say, database) as suite, Staff(suite.settings) as staff:
        await open_cases(suite, staff, IN_FLIGHT)
        say(f"{CASES:,} cases at once ...")
        processes = [part.pid for part in suite.parts().values()]
        used, began = seconds_used(processes), perf_counter()
        opened = await open_cases(suite, staff, CASES)
        took, used = perf_counter() - began, seconds_used(processes) - used
    return [
        Figure(f"{CASES:,} cases opened", f"{opened:.1f} s"),
        Figure("all of them stand", f"after {took:.1f} s, {CASES / took:.0f} a second", "15 s"),
        Figure("CPU-seconds of each, over all processes", f"{used / CASES:.3f}"),
    ]


async def open_cases(suite: Suite, staff: Staff, count: int) -> float:
    """Open so many cases, and wait until they stand. Answers how many seconds opening them took."""
    client = await connect(suite.settings)
    before = await standing(client)

    async def open_one(_: int) -> None:
        await first_contact(staff.services.assessment)

    began = perf_counter()
    await timed(open_one, count=count, in_flight=IN_FLIGHT)
    opened = perf_counter() - began
    await until_standing(client, before + count)
    return opened


async def until_standing(client: Client, count: int) -> None:
    """Wait until so many cases stand."""
    async with asyncio.timeout(PATIENCE):
        while await standing(client) < count:  # noqa: ASYNC110 - Temporal tells nobody
            await asyncio.sleep(LOOK_SECONDS)


async def standing(client: Client) -> int:
    """How many cases wait for a practitioner to confirm the determination."""
    return (await client.count_workflows(STANDS)).count
