"""A thousand cases that are stuck by three causes: how long until they are found, planned for, mended and proved."""

from __future__ import annotations  # the stubs' types exist for the type checker alone

import asyncio
from collections.abc import Callable
from itertools import cycle
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import uuid4

from temporalio.client import Client

from bench.burst import open_cases
from bench.figure import Figure, timed
from bench.journeys import suite_in_a_folder
from bench.trip import Staff
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.journeys import connect
from sevensteps.rpc.client import channel
from sevensteps.temporal import RUNNING

if TYPE_CHECKING:
    from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceAsyncStub

CASES = 1000
IN_FLIGHT = 32
CAUSES = ("by mistake", "by a script", "on Friday")
"""Why the journeys were ended, by hand."""
FIRST = 5
PACE = 1200
PATIENCE = 600.0
TOKEN_SECONDS = 3600.0
LOOK_SECONDS = 0.5


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """End the journeys of a thousand cases, and rebuild them by repairs, one for each cause, all at once."""
    async with suite_in_a_folder(say, database) as suite, Staff(suite.settings) as staff:
        say(f"{CASES:,} cases, whose journeys are ended by hand ...")
        await open_cases(suite, staff, CASES)
        client = await connect(suite.settings)
        await _end_journeys(client)
        token = Keys.open(suite.settings.data).issue("olu", [Role.OPERATIONS], EVERY_COUNCIL, seconds=TOKEN_SECONDS)
        async with channel(suite.settings.operations, lambda: token) as calls:
            return await _measured(OperationsServiceStub(calls), say)


async def _end_journeys(client: Client) -> None:
    reasons = cycle(CAUSES)
    ids = [journey.id async for journey in client.list_workflows(RUNNING)]

    async def end(number: int) -> None:
        await client.get_workflow_handle(ids[number]).terminate(reason=next(reasons))

    await timed(end, count=len(ids), in_flight=IN_FLIGHT)


async def _measured(operations: OperationsServiceAsyncStub, say: Callable[[str], None]) -> list[Figure]:
    began = perf_counter()
    causes = await _found(operations)
    found = perf_counter() - began
    say(f"found after {found:.0f} s; planning ...")
    began = perf_counter()
    planned = [await _planned(operations, cause) for cause in causes]
    took = perf_counter() - began
    say("mending ...")
    began = perf_counter()
    for cases in (FIRST, 0):
        await asyncio.gather(*(_continued(operations, repair, cases) for repair in planned))
    mended = perf_counter() - began
    repairs = [await _repair(operations, repair) for repair in planned]
    moved = sum(each.cases for repair in repairs for each in repair.outcomes if each.outcome == pb.REPAIR_OUTCOME_MOVED)
    return [
        Figure(f"{CASES:,} stuck cases found, by {len(causes)} causes", f"after {found:.0f} s", "60 s"),
        Figure("repairs planned, with what would happen to each case", f"{took:.1f} s"),
        Figure("a few first, then all, mended and proved", f"{mended:.0f} s, {moved:,} moved", "10 minutes"),
    ]


async def _found(operations: OperationsServiceAsyncStub) -> list[str]:
    """The causes, when they hold up every case."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await operations.ListCauses(pb.ListCausesRequest())
            stopped = [cause for cause in answer.causes if cause.kind == pb.STUCK_KIND_JOURNEY_STOPPED]
            if sum(cause.cases for cause in stopped) >= CASES:
                return [cause.cause_id for cause in stopped]
            await asyncio.sleep(LOOK_SECONDS)


async def _planned(operations: OperationsServiceAsyncStub, cause: str) -> str:
    request = pb.PlanRepairRequest(
        request_id=str(uuid4()), cause_id=cause, action=pb.REPAIR_ACTION_REBUILD, because="It was measured."
    )
    return (await operations.PlanRepair(request, timeout=60)).repair.repair_id


async def _continued(operations: OperationsServiceAsyncStub, repair: str, cases: int) -> None:
    """Mend some cases, and wait until each was looked at again."""
    await operations.ContinueRepair(pb.ContinueRepairRequest(repair_id=repair, cases=cases, pace=PACE))
    async with asyncio.timeout(PATIENCE):
        while (await _repair(operations, repair)).state == pb.REPAIR_STATE_RUNNING:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(LOOK_SECONDS)


async def _repair(operations: OperationsServiceAsyncStub, repair: str) -> pb.Repair:
    return (await operations.GetRepair(pb.GetRepairRequest(repair_id=repair))).repair
