"""Parked cases, and repairs of them by hands that do what a test wants."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from fakes.hands import FakeHands
from servers.feed import Feed
from servers.operations import Operations, run_operations, told
from servers.waiting import until
from services.operations import finding_pages
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.whom import Whom
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import Settings
from sevensteps.events import CaseOpened

BECAUSE = "the pack is mended"
NOTHING_TWICE = "If that was done already, the same answer comes again: nothing is done or paid twice."
FASTEST = 1200


@asynccontextmanager
async def repairers(settings: Settings, feed: Feed, hands: FakeHands, count: int) -> AsyncIterator[Operations]:
    """Operations with so many parked cases, whose repairs act by these hands."""
    async with run_operations(replace(settings, feed=feed.running.address), hands=hands) as operations:
        opened = [told(case_of(number), CaseOpened("adult", "2026-06-25")) for number in range(count)]
        await operations.come_to(await feed.append(opened))
        await park(operations, [case_of(number) for number in range(count)])
        yield operations


def case_of(number: int) -> str:
    """The id of a case."""
    return f"case-{number:04}"


async def park(operations: Operations, case_ids: Sequence[str]) -> None:
    """Let it be found that these cases are parked."""
    found = [
        Finding(
            case_id,
            StuckKind.PARKED,
            "parked/OpenPlan/STAGE_ORDER",
            Whom.SYSTEM,
            datetime.now(UTC),
            case_id=case_id,
            council="example",
            detail={"operation": "OpenPlan", "reason": "STAGE_ORDER", "detail": "A determination must come first."},
        )
        for case_id in case_ids
    ]
    adding = partial(finding_pages.replace_findings, gone=[], new=found, told_anew=[], now=1)
    await operations.running.store.write(adding)


async def plan(operations: Operations, **wanted: object) -> pb.Repair:
    """A planned repair: of all that are parked, to be resumed, unless something else is wanted."""
    request = pb.PlanRepairRequest(
        request_id=str(uuid4()),
        filter=pb.CaseFilter(stuck_kinds=[pb.STUCK_KIND_PARKED]),
        action=pb.REPAIR_ACTION_RESUME,
        because=BECAUSE,
    )
    request.MergeFrom(pb.PlanRepairRequest(**wanted))  # type: ignore[arg-type]
    return (await operations.staff.PlanRepair(request)).repair


async def go_on(operations: Operations, repair: pb.Repair, cases: int = 0) -> pb.Repair:
    """The repair when it has gone as far as it was to go."""
    request = pb.ContinueRepairRequest(repair_id=repair.repair_id, cases=cases, pace=FASTEST)
    await operations.staff.ContinueRepair(request)
    return await settled(operations, repair)


async def settled(operations: Operations, repair: pb.Repair) -> pb.Repair:
    """The repair when it does not run any more."""

    async def stands() -> bool:
        now = await get(operations, repair)
        return now.state != pb.REPAIR_STATE_RUNNING and not now.to_look_at

    await until(stands, "the repair to stand")
    return await get(operations, repair)


async def get(operations: Operations, repair: pb.Repair) -> pb.Repair:
    """The repair as it is now."""
    return (await operations.staff.GetRepair(pb.GetRepairRequest(repair_id=repair.repair_id))).repair


async def cases_of(
    operations: Operations, repair: pb.Repair, *outcomes: pb.RepairOutcome.ValueType
) -> Sequence[pb.RepairCase]:
    """The cases of a repair."""
    request = pb.ListRepairCasesRequest(repair_id=repair.repair_id, outcomes=outcomes, page_size=1000)
    return (await operations.staff.ListRepairCases(request)).cases


def outcomes_of(repair: pb.Repair) -> dict[int, int]:
    """How many cases have come to what."""
    return {each.outcome: each.cases for each in repair.outcomes}
