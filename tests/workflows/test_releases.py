"""Two releases of the worker on one Temporal: they share the journeys, one takes them over, and one gives them back."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client
from typer.testing import CliRunner, Result

from fakes.council import eventually
from fakes.services import Records, Services
from fakes.trip import PATIENCE, Trip, to_life, to_plan
from servers.command_line import COMMAND
from servers.waiting import until
from sevensteps.cli.commands import app
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.release_names import NONE, own_release
from sevensteps.releases import Releases, give_all, give_share, read_releases
from sevensteps.temporal import WaitingFor
from workflows.release import take_journeys_at_first
from workflows.worker import journey_worker

OLD, NEW = "0.1.0-1a2b3c4d5e", "0.2.0"
MANY = 16
"""So many that either release has some, where each has half: but for one run in 30,000."""


async def now() -> datetime:
    return datetime.now(UTC)


class Workers:
    """Workers of several releases, with one task queue, and the cases whose journeys they run."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.task_queue = f"journeys.{uuid4()}"
        self.services = Services(Records())
        self.trips: list[Trip] = []

    @asynccontextmanager
    async def release(self, name: str) -> AsyncIterator[asyncio.Task[None]]:
        """Run a worker of a release, as the worker's process does."""
        async with journey_worker(self.client, self.task_queue, self.services.activities(), name):
            taking = asyncio.create_task(take_journeys_at_first(lambda: self.client, self.task_queue, name))
            try:
                yield taking
            finally:
                taking.cancel()
                await asyncio.gather(taking, return_exceptions=True)

    async def read(self) -> Releases:
        return await read_releases(self.client, self.task_queue)

    async def runs(self, name: str) -> Releases:
        """Wait until Temporal knows that a worker of a release runs."""
        found = await self.read()
        while (release := found.named(name)) is None or not release.runs:
            await asyncio.sleep(0.05)
            found = await self.read()
        return found

    async def begin(self, number: int) -> list[Trip]:
        """Open cases, and wait until their journeys wait for what comes next."""
        trips = [Trip(self.client, self.task_queue, self.services, now) for _ in range(number)]
        for trip in trips:
            await trip.begin()
            await trip.reaches(WaitingFor.DETERMINATION)
        self.trips += trips
        return trips

    async def last_run_by(self, trip: Trip) -> str:
        """The release that has run a journey last."""
        described = await trip.handle.describe()
        info = described.raw_description.workflow_execution_info.versioning_info
        return info.deployment_version.build_id or NONE

    async def spread(self, name: str) -> None:
        """Wait until every part of Temporal knows who has the journeys: three in a row go there."""
        last: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while last[-3:] != [name] * 3:
                (trip,) = await self.begin(1)
                last.append(await self.last_run_by(trip))

    async def give_all(self, name: str) -> None:
        await give_all(self.client, self.task_queue, name, await self.runs(name))

    async def give_share(self, name: str, percentage: float) -> None:
        await give_share(self.client, self.task_queue, name, percentage, await self.runs(name))

    async def command(self, *arguments: str) -> Result:
        """`sevensteps temporal release` with these arguments."""
        settings = self.settings.as_environment()
        return await asyncio.to_thread(CliRunner().invoke, app, ["temporal", "release", *arguments], env=settings)

    @property
    def settings(self) -> Settings:
        """Where they are."""
        return Settings(temporal=self.client.service_client.config.target_host, task_queue=self.task_queue)


@pytest.fixture
async def workers(temporal_server: str) -> AsyncIterator[Workers]:
    workers = Workers(await Client.connect(temporal_server))
    yield workers
    for trip in workers.trips:
        await trip.lose()


async def test_a_new_release_takes_the_journeys_over_by_and_by(workers: Workers) -> None:
    """It has none at first, then half of them, then all; the one before stops, and each journey goes on and answers."""
    async with AsyncExitStack() as old:
        await (await old.enter_async_context(workers.release(OLD)))
        async with workers.release(NEW) as seeing:
            await seeing
            assert {await workers.last_run_by(trip) for trip in await workers.begin(2)} == {OLD}
            await workers.give_share(NEW, 50)
            await workers.begin(MANY)
            shared = list(workers.trips)
            for trip in shared:
                await trip.happens(to_plan()[0])
            assert {await workers.last_run_by(trip) for trip in shared} == {OLD, NEW}
            found = await workers.read()
            shares = {release.name: release.share for release in found.each}
            assert (found.current, found.ramping, shares) == (OLD, NEW, {OLD: 50, NEW: 50, NONE: 0})
            await workers.give_all(NEW)
            await workers.spread(NEW)
            await old.aclose()
            for trip in shared:
                assert (await trip.has_heard()).waiting_for is WaitingFor.INDICATIVE_BUDGET
                await trip.happens(to_plan()[1])
            assert {await workers.last_run_by(trip) for trip in shared} == {NEW}


async def test_journeys_go_back_to_the_release_before(workers: Workers) -> None:
    """A share is taken back, or all of them: they go on with the one before, also those that began with the new one."""
    async with workers.release(OLD) as taking:
        await taking
        async with workers.release(NEW):
            await workers.give_share(NEW, 100)
            await workers.spread(NEW)
            trip = workers.trips[-1]
            await workers.give_share(NEW, 0)
            await workers.spread(OLD)
            await trip.happens(to_plan()[0])
            assert await workers.last_run_by(trip) == OLD
            await workers.give_all(NEW)
            await workers.spread(NEW)
            await trip.happens(to_plan()[1])
            assert await workers.last_run_by(trip) == NEW
            await workers.give_all(OLD)
        await trip.happens(*to_life(starts_on="2199-01-01"))
        assert await workers.last_run_by(trip) == OLD


async def test_a_first_release_beside_a_worker_without_one(workers: Workers) -> None:
    """It takes nothing by itself. It is given a share, then all; and back to the worker without a release."""
    async with workers.release(NONE) as without:
        await without
        async with workers.release(NEW) as taking:
            (trip,) = await workers.begin(1)
            await workers.runs(NEW)
            assert not taking.done()
            await workers.give_share(NEW, 100)
            await workers.spread(NEW)
            await trip.happens(to_plan()[0])
            assert await workers.last_run_by(trip) == NEW
            await asyncio.wait_for(taking, 20)
            await workers.give_all(NEW)
            await workers.give_all(NONE)
            await workers.spread(NONE)
        await trip.happens(to_plan()[1])
        assert await workers.last_run_by(trip) == NONE


async def test_a_first_release_takes_over_from_a_worker_that_has_stopped(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to do anything where the worker without a release no longer runs: its journeys go on."""
    async with workers.release(NONE):
        (trip,) = await workers.begin(1)
    await trip.happens_at_once(*to_plan())
    monkeypatch.setattr("sevensteps.releases.LONGEST_POLL", timedelta(seconds=3))
    monkeypatch.setattr("workflows.release.LOOK_SECONDS", 0.05)

    async def is_silent() -> bool:
        return bool((await workers.read()).silent)

    async def takes() -> bool:
        return taking.done()

    await until(is_silent, "Temporal to know that the worker has stopped")
    async with workers.release(NEW) as taking:
        await eventually(takes)
        assert (await trip.reaches(WaitingFor.PLAN)).plan_version == 1
        assert await workers.last_run_by(trip) == NEW


async def test_journeys_are_given_to_nobody_who_is_not_there(workers: Workers) -> None:
    """A release of which no worker runs would leave them waiting; and a change that somebody else has made counts."""
    async with workers.release(OLD) as taking:
        await taking
        before = await workers.read()
        with pytest.raises(Fault, match=r"RELEASE_SILENT: .*Start `sevensteps worker --release 0.3.0` first"):
            await give_all(workers.client, workers.task_queue, "0.3.0", before)
        async with workers.release(NEW):
            known = await workers.runs(NEW)
            await workers.give_share(NEW, 10)
            with pytest.raises(Fault, match="RELEASE_REFUSED"):
                await give_all(workers.client, workers.task_queue, NEW, known)


async def test_the_command_says_who_has_the_journeys(workers: Workers) -> None:
    """In a table, in words and as JSON; and it lets another release have them."""
    assert "All journeys go to a worker without a release." in (await workers.command()).stdout
    async with AsyncExitStack() as stack:
        await (await stack.enter_async_context(workers.release(OLD)))
        await stack.enter_async_context(workers.release(NEW))
        await workers.runs(NEW)
        shared = await workers.command(NEW, "--ramp", "12.5")
        assert shared.stdout.splitlines()[-1] == f"Of 100 journeys, 12.5 go to {NEW}, the others to {OLD}."
        told = {each["name"]: each for each in json.loads((await workers.command("--json")).stdout)["releases"]}
        assert {name: each["share"] for name, each in told.items()} == {OLD: 87.5, NEW: 12.5, NONE: 0}
        assert told[OLD]["runs"]
        refused = await workers.command("0.3.0", "--current")
        assert (refused.exit_code, "No worker of the release 0.3.0 asks for work" in refused.stderr) == (1, True)
        assert (await workers.command(NEW)).exit_code == 2


async def test_the_process_is_of_the_release_that_it_is_told(workers: Workers, tmp_path: Path) -> None:
    """`own` stands for the version with its commit. At a first start it takes the journeys; it ends when it is told."""
    settings = replace(workers.settings, data=tmp_path)
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "worker", "--release", "own"), env=os.environ | settings.as_environment()
    )
    try:

        async def has_them() -> bool:
            assert process.returncode is None, "it ended"
            return (await workers.read()).current == own_release()

        await until(has_them, "the process to take the journeys")
        process.terminate()
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_where_the_release_that_has_the_journeys_does_not_run(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both commands say so, and which worker to start, although one of another release runs."""
    async with workers.release(OLD) as taking:
        await taking
        (trip,) = await workers.begin(1)
    async with workers.release(NEW):
        await workers.runs(NEW)
        monkeypatch.setattr("sevensteps.releases.LONGEST_POLL", timedelta(seconds=0.5))
        monkeypatch.setattr("sevensteps.journeys.LONGEST_POLL", timedelta(seconds=0.5))
        monkeypatch.setattr("sevensteps.journeys.QUERY_TIMEOUT", timedelta(seconds=0.2))

        async def is_silent() -> bool:
            return OLD in {release.name for release in (await workers.read()).silent}

        await eventually(is_silent)
        with pytest.raises(Fault, match=rf"WORKER_STOPPED: .*Start `sevensteps worker --release {OLD}`"):
            await trip.has_heard()
