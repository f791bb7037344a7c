"""A console in which repairs are as far as they can be: planned, waiting for somebody, running, done."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fakes.hands import FakeHands, came_back, parked
from servers.console import OURS, Suite, run_with_cases
from servers.console import parked as found_parked
from servers.operations import told
from servers.waiting import until
from services.operations.repairs.repair_store import Repair, RepairCase
from sevensteps import clock, events
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role

CAUSE = "parked:PLAN_TEMPLATE_UNKNOWN"
HELD_UP = [f"case-{number:02}" for number in range(12)]
PLANNED, WAITING, RUNNING, OWN, ANOTHERS, VAIN = (f"00000000-0000-0000-0000-{number:012}" for number in range(1, 7))
"""Requests, which name the repairs that they plan: what olu has planned, and one of somebody else to agree to."""
STUCK_AGAIN, REFUSED, SLOW = HELD_UP[0], HELD_UP[1], HELD_UP[2]


def page_of(request_id: str) -> str:
    """The address of a repair."""
    return f"/repairs/repair-{request_id}"


@dataclass
class Hands(FakeHands):
    """One case comes back, one is refused, and one is not done before the end."""

    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def act(self, repair: Repair, case: RepairCase, token: str) -> None:
        """Do what becomes of the case."""
        if case.case_id == SLOW:
            await self.is_over.wait()
        if case.case_id == STUCK_AGAIN:
            self.standings[case.case_id] = came_back(parked(case.case_id, case.heard))
            return
        await super().act(repair, case, token)


@asynccontextmanager
async def run_with_repairs(data: Path) -> AsyncIterator[Suite]:
    """All of it, with a reader of the feed that is behind."""
    hands = Hands()
    hands.refuses[REFUSED] = Fault(Kind.PRECONDITION, "STAGE_ORDER", "A determination must come first.")
    async with run_with_cases(data, hands=hands) as suite:
        opened = events.CaseOpened(kind="adult", due_on="2026-06-20")
        await suite.operations.come_to(await suite.feed.append([told(each, opened, council=OURS) for each in HELD_UP]))
        stuck = (*HELD_UP, "case-one", "case-two")
        await suite.operations.finds(clock.now(), *(found_parked(case_id) for case_id in stuck))
        await _read_some(suite)
        try:
            await _repair(suite)
            yield suite
        finally:
            hands.is_over.set()


async def _read_some(suite: Suite) -> None:
    """A system of the council reads two events."""
    running = suite.feed.running
    integrator = running.stub(FeedServiceStub, running.token("reporting", Role.INTEGRATOR, council=OURS))
    await integrator.AcknowledgeEvents(feed_pb2.AcknowledgeEventsRequest(name="ledger", position=2))


async def _repair(suite: Suite) -> None:
    """Plan repairs, and carry some of them on."""
    await _plan(suite, PLANNED, ["case-one", "case-three", *HELD_UP[:8]], "olu")
    await _plan(suite, WAITING, [STUCK_AGAIN, REFUSED, *HELD_UP[3:8]], "olu")
    await _plan(suite, RUNNING, [SLOW, *HELD_UP[9:]], "olu")
    await _plan(suite, VAIN, ["case-three"], "olu")
    for request_id, planner in ((OWN, "olu"), (ANOTHERS, "pat")):
        await _plan(suite, request_id, ["case-one"], planner, action=pb.REPAIR_ACTION_END, ending="moved")
    staff = suite.operations.staff
    for request_id, cases in ((RUNNING, 0), (WAITING, 4)):
        request = pb.ContinueRepairRequest(repair_id=f"repair-{request_id}", cases=cases, pace=1200)
        await staff.ContinueRepair(request)

    async def waits() -> bool:
        repair = (await staff.GetRepair(pb.GetRepairRequest(repair_id=f"repair-{WAITING}"))).repair
        return repair.state == pb.REPAIR_STATE_WAITING

    await until(waits, "the first cases to be looked at again")


async def _plan(
    suite: Suite,
    request_id: str,
    case_ids: Sequence[str],
    planner: str,
    *,
    action: pb.RepairAction.ValueType = pb.REPAIR_ACTION_RESUME,
    ending: str = "",
) -> None:
    running = suite.operations.running
    token = running.token(planner, Role.OPERATIONS, council=EVERY_COUNCIL)
    request = pb.PlanRepairRequest(
        request_id=request_id,
        filter=pb.CaseFilter(case_ids=case_ids),
        action=action,
        because="The template is put right.",
        ending=ending,
    )
    await running.stub(OperationsServiceStub, token).PlanRepair(request)
