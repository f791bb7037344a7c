"""Whole journeys compared with bare workflows on the same Temporal server, and the history of one journey."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.figure import Figure
from bench.processor import seconds_used
from bench.trip import Staff, trip
from sevensteps.config import Settings
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.temporal import workflow_id

CASES = 60
WARM_UP = 10
AT_ONCE = 20
BARE_QUEUE = "bare"
SIGNALS = 8
"""Facts that a journey receives after the one that starts it: determination, budget, plan, approval, money, support,
request and review."""
ACTIVITIES = 8
"""Calls of a journey: seven steps, and step 6 once more."""


@activity.defn
async def nothing(number: int) -> int:
    """An activity that does nothing."""
    return number


@workflow.defn
class Bare:
    """As many signals and normal activities as a journey has, and nothing else."""

    def __init__(self) -> None:
        """No signal has come."""
        self._signals = 0

    @workflow.run
    async def run(self) -> None:
        """An activity for each signal."""
        for number in range(ACTIVITIES):
            await workflow.execute_activity(nothing, number, start_to_close_timeout=timedelta(seconds=10))
            if number < SIGNALS:
                await workflow.wait_condition(lambda number=number: self._signals > number)  # type: ignore[misc]

    @workflow.signal
    def hear(self, payload: str) -> None:  # noqa: ARG002 - signals of journeys carry as much
        """Count a signal."""
        self._signals += 1


async def work_bare(temporal: str) -> None:
    """The worker of the bare workflow: a process of its own, like the suite's worker."""
    client = await Client.connect(temporal)
    worker = Worker(
        client,
        task_queue=BARE_QUEUE,
        workflows=[Bare],
        activities=[nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    print("working", flush=True)  # noqa: T201 - the parent waits for it
    await worker.run()


@dataclass(frozen=True, slots=True)
class Pace:
    """The speed of a measured load."""

    per_second: float
    spent: Mapping[str, float]
    """Processor seconds for each case, by process; but for those of the one that measures."""

    @property
    def processor_seconds(self) -> float:
        """Of all of them."""
        return sum(self.spent.values())

    @property
    def of_services(self) -> float:
        """Of those that are neither Temporal nor the worker."""
        return sum(seconds for name, seconds in self.spent.items() if name not in {"temporal", "worker"})


@asynccontextmanager
async def suite_in_a_folder(say: Callable[[str], None], database: str) -> AsyncIterator[Suite]:
    """A suite on free ports with temporary data; Temporal's are in a file in any case."""
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(on_free_ports(replace(Settings(), data=Path(folder), database=database)), say)
        await suite.start()
        try:
            yield suite
        finally:
            await suite.stop()


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Both on the same server, one after the other."""
    async with suite_in_a_folder(say, database) as suite, Staff(suite.settings) as staff:
        say(f"{CASES} journeys, {AT_ONCE} at once ...")
        everything = {name: part.pid for name, part in suite.parts().items()}
        await _at_once(lambda _: trip(staff), WARM_UP)
        journeys, case_ids = await _pace(lambda _: trip(staff), everything)
        events, size = await _history(suite, case_ids[0])
        say(f"{CASES} bare workflows, {AT_ONCE} at once ...")
        client = await Client.connect(suite.settings.temporal)
        async with _bare_worker(suite.settings.temporal) as pid:
            await _at_once(lambda number: _bare(client, f"warm-{number}"), WARM_UP)
            both = {"worker": pid, "temporal": suite.temporal.pid}
            bare, _ = await _pace(lambda number: _bare(client, f"bare-{number}"), both)
    return [
        Figure("bare workflows a second", f"{bare.per_second:.1f} ({bare.processor_seconds:.2f} CPU-seconds each)"),
        Figure(
            "journeys a second",
            f"{journeys.per_second:.1f} ({journeys.processor_seconds:.2f} CPU-seconds each)",
            f"at most {0.32 if database else 0.25:g} CPU-seconds",
        ),
        Figure(
            "of these CPU-seconds: Temporal, the worker, the services",
            f"{journeys.spent['temporal']:.2f}, {journeys.spent['worker']:.2f}, {journeys.of_services:.2f}",
            "0.13 without the services",
        ),
        Figure("journeys compared with bare workflows", f"{journeys.per_second / bare.per_second:.2f}", "0.5, aim 0.8"),
        Figure("history of one journey", f"{events} events, {size / 1000:.1f} kB", "at most 70 events, 14 kB"),
    ]


async def _pace(run: Callable[[int], object], pids: Mapping[str, int | None]) -> tuple[Pace, list[str]]:
    before, began = {name: seconds_used([pid]) for name, pid in pids.items()}, perf_counter()
    results = await _at_once(run, CASES)
    took = perf_counter() - began
    spent = {name: (seconds_used([pid]) - before[name]) / CASES for name, pid in pids.items()}
    return Pace(CASES / took, spent), results


async def _at_once(run: Callable[[int], object], count: int) -> list[str]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> str:
        async with room:
            return str(await run(number))  # type: ignore[misc]

    return await asyncio.gather(*(one(number) for number in range(count)))


async def _bare(client: Client, name: str) -> str:
    handle = await client.start_workflow(Bare.run, id=name, task_queue=BARE_QUEUE)
    for _ in range(SIGNALS):
        await handle.signal(Bare.hear, "x" * 200)
    await handle.result()
    return name


@asynccontextmanager
async def _bare_worker(temporal: str) -> AsyncIterator[int]:
    program = f"import asyncio, bench.journeys; asyncio.run(bench.journeys.work_bare({temporal!r}))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=subprocess.PIPE)
    try:
        if process.stdout:
            await process.stdout.readline()
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def _history(suite: Suite, case_id: str) -> tuple[int, int]:
    """Events and bytes of a journey's history, as Temporal counts them."""
    client = await Client.connect(suite.settings.temporal)
    description = await client.get_workflow_handle(workflow_id(case_id)).describe()
    info = description.raw_description.workflow_execution_info
    return info.history_length, info.history_size_bytes
