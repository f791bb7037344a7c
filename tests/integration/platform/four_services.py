"""The four services that decide, each of which can be stopped and started again, and decisions that each makes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from integration.approval.desk import Desk
from integration.assessment.practice import Practice, opening
from integration.planning.case import PlanningCase
from integration.review.home import Home
from servers.services import Running, run_service
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.identity.actor import Role
from sevensteps.local.ports import free_port
from sevensteps.service.tables import receipts

RECEIPTS = sa.select(receipts.c.decided_at, receipts.c.receipt).order_by(receipts.c.decided_at)


@dataclass
class FourServices:
    """Those that run now, by name."""

    settings: Settings
    running: dict[str, Running] = field(default_factory=dict)
    _stacks: dict[str, AsyncExitStack] = field(default_factory=dict)

    async def start(self, *names: str) -> None:
        """Start services at their addresses, over the records that they had."""
        for name in names or DECIDING_SERVICES:
            stack = self._stacks[name] = AsyncExitStack()
            service = run_service(name, self.settings, address=self.settings.address(name))
            self.running[name] = await stack.enter_async_context(service)

    async def stop(self, *names: str) -> None:
        """Stop services."""
        for name in names or tuple(self._stacks):
            await self._stacks.pop(name).aclose()
            del self.running[name]

    async def in_force(self, pack: str) -> dict[str, pb.PackInForce]:
        """The version of a pack by which each service decides."""
        found: dict[str, pb.PackInForce] = {}
        for name, running in self.running.items():
            operator = running.stub(ReceiptsServiceStub, running.token("olu", Role.OPERATIONS, council="*"))
            packs = (await operator.GetPacksInForce(pb.GetPacksInForceRequest())).packs
            found[name] = next((each for each in packs if each.pack == pack), pb.PackInForce())
        return found

    async def hashes(self, pack: str) -> set[str]:
        """The versions of a pack by which the services decide: one, if all is well."""
        return {each.hash for each in (await self.in_force(pack)).values()}

    async def decide(self, name: str) -> None:
        """Have a service decide in a new case."""
        running = self.running[name]
        if name == "assessment":
            await Practice(running).amy.OpenCase(opening())
        elif name in {"planning", "second"}:
            plan = PlanningCase(running)
            await plan.journey.OpenPlan(plan.opening_of_plan())
        elif name == "approval":
            desk = Desk(running)
            await desk.journey.OpenApproval(desk.opening())
        else:
            home = Home(running)
            await home.journey.OpenLife(home.life_opening())

    async def decided_by(self, name: str) -> list[tuple[str, str]]:
        """When a service made each of its decisions, and the hash of the pack that made it."""
        rows = await self.running[name].store.read(lambda connection: connection.execute(RECEIPTS).all())
        return [(row.decided_at, json.loads(row.receipt)["hash"]) for row in rows]

    async def first_decisions(self) -> set[str]:
        """The versions that make the next decision of each service."""
        found: set[str] = set()
        for name in self.running:
            before = len(await self.decided_by(name))
            await self.decide(name)
            found.update(version for _, version in (await self.decided_by(name))[before:])
        return found

    @asynccontextmanager
    async def deciding(self) -> AsyncIterator[None]:
        """All services decide, one case after another, for as long as the context lasts."""
        ended = asyncio.Event()

        async def go_on(name: str) -> None:
            while not ended.is_set():
                await self.decide(name)
                await asyncio.sleep(0.01)

        async with asyncio.TaskGroup() as group:
            for name in self.running:
                group.create_task(go_on(name))
            try:
                yield
            finally:
                ended.set()


@asynccontextmanager
async def four_services(settings: Settings) -> AsyncIterator[FourServices]:
    """All four, at addresses of their own."""
    addresses = {name: f"127.0.0.1:{free_port()}" for name in DECIDING_SERVICES}
    services = FourServices(replace(settings, **addresses))  # type: ignore[arg-type]
    await services.start()
    try:
        yield services
    finally:
        await services.stop()
