"""Real operations in the test's own process, and a feed of cases for it to follow."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp

from servers.services import FREE_PORT, Running, councils_of
from servers.stuck import find
from servers.waiting import until
from services.operations.domain.finding import Finding
from services.operations.repairs.hands import Hands
from services.operations.service import NAME, OperationsService
from services.operations.tables import cases
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.config import Settings
from sevensteps.events import Payload
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.encryption import Encryption
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.room import Limits
from sevensteps.rpc.server import Server
from sevensteps.service.opening import open_store

if TYPE_CHECKING:
    from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceAsyncStub

BEGINNING = 1_780_000_000
"""Seconds since 1970: late in May 2026."""
Rows = Sequence[tuple[object, ...]]


def told(case_id: str, payload: Payload, *, after_seconds: int = 0, council: str = "example") -> feed_pb2.Event:
    """An event of a case, as its service sends it."""
    return feed_pb2.Event(
        event_id=str(uuid4()),
        type=payload.TYPE,
        case_id=case_id,
        council=council,
        source="assessment",
        occurred_at=Timestamp(seconds=BEGINNING + after_seconds),
        actor="amy",
        payload=payload.as_json(),
    )


@dataclass(frozen=True)
class Operations:
    """Operations that run, and somebody who looks after every council's cases."""

    running: Running
    staff: "OperationsServiceAsyncStub"
    told: Callable[[], None]
    """What a pass calls after its transaction."""

    async def finds(self, now: datetime, *found: Finding) -> None:
        """A pass over the cases finds this, and tells it."""
        await find(self.running.store, now, *found)
        self.told()

    async def rows(self) -> Rows:
        """Every row of a case, byte for byte."""
        query = sa.select(cases).order_by(cases.c.number)
        found = await self.running.store.read(lambda connection: connection.execute(query).all())
        return [tuple(row) for row in found]

    async def come_to(self, position: int) -> pb.View:
        """Wait until every event up to a position is in the rows; answers how much is known then."""

        async def has_come() -> bool:
            now = await self.view()
            return now.position >= position and not now.rebuilding

        await until(has_come, f"the rows to come to {position}")
        return await self.view()

    async def view(self) -> pb.View:
        """How much is known."""
        return (await self.staff.ListCases(pb.ListCasesRequest(page_size=1))).view


@asynccontextmanager
async def run_operations(
    settings: Settings, address: str = FREE_PORT, hands: Hands | None = None
) -> AsyncIterator[Operations]:
    """Operations, on a free port unless an address is given; the settings say where the feed is.

    `hands` are those by which repairs act; by default those of a running suite.
    """
    identity = Identity.open(settings)
    councils = councils_of(settings)
    service = await OperationsService.open(settings, identity, councils, hands)
    limits, encryption = Limits.of(settings), Encryption.of(settings, NAME)
    server = Server(service, identity, councils, address, limits, encryption=encryption, page=settings.metrics)
    await server.start()
    store = open_store(settings.database, settings.data, NAME)
    running = Running(settings, Keys.open(settings.data), f"127.0.0.1:{server.port}", store)
    try:
        token = running.token("olu", Role.OPERATIONS, council=EVERY_COUNCIL)
        yield Operations(running, running.stub(OperationsServiceStub, token), service.has_looked)
    finally:
        await running.hang_up()
        await server.stop()
        await store.close()
