"""A case that has come to step 6, at real services of every kind, beside a feed and operations."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from integration.approval.desk import Desk
from integration.assessment.practice import Practice
from integration.planning.case import PlanningCase
from integration.platform.four_services import FourServices, four_services
from integration.review.home import Home, completion, day, plan, spending
from servers.feed import Feed
from servers.operations import Operations, run_operations
from servers.silence import SilentLink
from servers.waiting import until
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.config import Settings
from sevensteps.identity.actor import Role

if TYPE_CHECKING:
    from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceAsyncStub


@dataclass
class Town:
    """Every service, a feed, operations, and one case of the council example."""

    services: FourServices
    operations: Operations
    feed: Feed
    practice: Practice
    to_planning: SilentLink
    """By which operations come to the planning service."""

    @property
    def case_id(self) -> str:
        """The case."""
        return self.practice.case.case_id

    def by(self, role: Role, council: str = "example") -> OperationsServiceAsyncStub:
        """Somebody who asks operations."""
        running = self.operations.running
        return running.stub(OperationsServiceStub, running.token("rob", role, council=council))

    async def told(
        self, role: Role = Role.OPERATIONS, council: str = "example", events: int = 0
    ) -> pb.DescribeCaseResponse:
        """What operations tell of the case."""
        request = pb.DescribeCaseRequest(case_id=self.case_id, events=events)
        return await self.by(role, council).DescribeCase(request)

    async def come_to_life(self) -> None:
        """Take the case to step 6: assessed, planned, arranged, spent and reviewed once."""
        await self.practice.propose()
        await self.practice.confirm()
        await self.practice.give_budget()
        planned = PlanningCase(self.services.running["planning"])
        planned.case_id = self.case_id
        await planned.organise()
        desk = Desk(self.services.running["approval"])
        desk.case_id = self.case_id
        await desk.journey.OpenApproval(desk.opening())
        home = Home(self.services.running["review"], case_id=self.case_id)
        life = await home.live(plan(day(-14)))
        life = (await home.rae.RecordSpend(spending(life, "12.50"))).life
        life = (await home.rae.RecordSpend(spending(life, "600.00"))).life
        await home.rae.CompleteReview(completion(await home.review()))

    async def has_heard(self) -> None:
        """Wait until operations know of everything that has happened."""

        async def settled() -> bool:
            kinds = {event.type for event in await self.feed.everything()}
            return "review.completed.v1" in kinds

        await until(settled, "the feed to have the review")
        await self.operations.come_to((await self.feed.everything())[-1].position)


@asynccontextmanager
async def town(settings: Settings, feed: Feed, **away: str) -> AsyncIterator[Town]:
    """All of it, with a case that has just been opened; `away` is where operations look for a part otherwise."""
    async with (
        four_services(replace(settings, feed=feed.running.address)) as services,
        SilentLink(services.settings.planning) as to_planning,
    ):
        ways = {"planning": to_planning.address, **away}
        async with run_operations(replace(services.settings, **ways)) as operations:  # type: ignore[arg-type]  # addresses
            practice = Practice(services.running["assessment"])
            await practice.open()
            there = Town(services, operations, feed, practice, to_planning)

            async def is_known() -> bool:
                return bool((await operations.staff.ListCases(pb.ListCasesRequest())).cases)

            await until(is_known, "operations to know the case")
            yield there
