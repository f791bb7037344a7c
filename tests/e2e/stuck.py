"""A suite whose processes can be kept stopped, and what its operations service finds stuck."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from bench.trip import Staff
from servers.command_line import run_command
from servers.waiting import until
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.config import POLICIES, Settings
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.stoppable import StoppableSuite
from sevensteps.local.suite import on_free_ports
from sevensteps.rpc.client import channel
from sevensteps.temporal import workflow_id

if TYPE_CHECKING:
    from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceAsyncStub

SOON = 90.0
"""Seconds: found within 60, on a machine that does much else."""


class Impatient(Staff):
    """People who do not wait for what should follow."""

    async def wait_for(self, case_id: str, kind: str, times: int = 1) -> None:
        """Do not wait."""


@dataclass(frozen=True)
class Watching:
    """Somebody who looks at what is stuck."""

    operations: "OperationsServiceAsyncStub"

    async def stuck(self) -> Sequence[pb.Stuck]:
        """What is stuck of cases; a date that is near is no harm yet."""
        answer = await self.operations.ListStuck(pb.ListStuckRequest(page_size=1000))
        return [each for each in answer.stuck if each.kind != pb.STUCK_KIND_CLOCK_NEAR]

    async def causes(self) -> Sequence[pb.Cause]:
        """By its cause, and of parts of the suite too."""
        answer = await self.operations.ListCauses(pb.ListCausesRequest())
        return [each for each in answer.causes if each.kind != pb.STUCK_KIND_CLOCK_NEAR]

    async def found(self, case_id: str, kind: pb.StuckKind.ValueType) -> pb.Stuck:
        """Wait until a case is found stuck in a way; nothing else is found of it."""

        async def is_found() -> bool:
            return any((each.case_id, each.kind) == (case_id, kind) for each in await self.stuck())

        await until(is_found, f"{case_id} to be found stuck: {pb.StuckKind.Name(kind)}", SOON)
        found = [each for each in await self.stuck() if each.case_id == case_id]
        assert [each.kind for each in found] == [kind], found
        return found[0]

    async def cause(self, cause_id: str) -> pb.Cause:
        """The cause of this id."""
        return next(cause for cause in await self.causes() if cause.cause_id == cause_id)

    async def nothing_left(self) -> None:
        """Wait until nothing is stuck any more."""

        async def is_nothing() -> bool:
            return not await self.causes()

        await until(is_nothing, "nothing to be stuck any more", SOON)

    async def view(self) -> pb.View:
        """How much is known."""
        return (await self.operations.ListCauses(pb.ListCausesRequest())).view

    async def looks(self, times: int) -> None:
        """Wait until it was looked so often anew, and nobody was silent."""
        seen: set[int] = set()

        async def has_looked() -> bool:
            view = await self.view()
            if not view.silent and view.HasField("looked_at"):
                seen.add(view.looked_at.ToMilliseconds())
            return len(seen) > times

        await until(has_looked, f"{times} looks", SOON + 30 * times)


@asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[Watching]:
    """Somebody of operations, who looks after all councils."""
    token = Keys.open(settings.data).issue("olu", [Role.OPERATIONS], EVERY_COUNCIL, seconds=86_400)
    async with channel(settings.operations, lambda: token) as calls:
        yield Watching(OperationsServiceStub(calls))


def rename_in_planning(settings: Settings, case_id: str, becomes: str) -> None:
    """Planning knows a case by another id: what journeys ask of it is refused for good."""
    with closing(sqlite3.connect(settings.data / "planning.db")) as records, records:
        records.execute("UPDATE plannings SET case_id = ? WHERE case_id = ?", (becomes, case_id))


async def is_given_up(client: Client, case_id: str) -> bool:
    """Whether no journey of a case runs: the relay starts it soon after the case is opened."""
    try:
        journey = await client.get_workflow_handle(workflow_id(case_id)).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return True
        raise
    return journey.status is not WorkflowExecutionStatus.RUNNING


@dataclass(frozen=True)
class Scene:
    """A running suite, whoever works with its cases, and whoever looks at what is stuck of them."""

    suite: StoppableSuite
    staff: Staff
    impatient: Impatient
    looking: Watching

    @property
    def settings(self) -> Settings:
        """Those of the suite."""
        return self.suite.settings

    async def command(self, *arguments: str) -> None:
        """Run a command to its end; it succeeds."""
        done = await asyncio.to_thread(run_command, self.settings.as_environment(), *arguments)
        assert done.returncode == 0, done.stderr


@asynccontextmanager
async def scene_in(folder: Path, *, database: str = "") -> AsyncIterator[Scene]:
    """A suite whose data and packs are in a folder, but for the records if a database is given; and the people."""
    policies = folder / "policies"
    await asyncio.to_thread(shutil.copytree, POLICIES, policies)
    settings = replace(Settings(), data=folder / "data", policies=policies, database=database)
    suite = StoppableSuite(on_free_ports(settings), print)
    await suite.start()
    try:
        async with (
            Staff(suite.settings) as staff,
            Impatient(suite.settings) as impatient,
            watching(suite.settings) as looking,
        ):
            yield Scene(suite, staff, impatient, looking)
    finally:
        await suite.stop()
