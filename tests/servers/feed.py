"""A real feed in the test's own process, and events to put into it."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp

from servers.services import FREE_PORT, Running, councils_of
from services.feed.service import FeedService
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.encryption import Encryption
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.room import Limits
from sevensteps.rpc.server import Server
from sevensteps.service.opening import open_store

if TYPE_CHECKING:
    from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceAsyncStub

WHEN = Timestamp(seconds=1_790_000_000)


def event(
    type_: str = "plan.saved.v1", case_id: str = "case-a", council: str = "example", payload: str = "{}"
) -> pb.Event:
    """An event as a service sends it."""
    return pb.Event(
        event_id=str(uuid4()),
        type=type_,
        case_id=case_id,
        council=council,
        source="planning",
        occurred_at=WHEN,
        actor="amy",
        payload=payload,
    )


@dataclass(frozen=True)
class Feed:
    """A feed that runs, and who talks to it."""

    running: Running
    service: "FeedServiceAsyncStub"
    journey: "FeedServiceAsyncStub"
    integrator: "FeedServiceAsyncStub"
    """Confined to the council "example"."""
    operations: "FeedServiceAsyncStub"
    """For every council."""
    stop: Callable[[], Coroutine[None, None, None]]
    is_sequencer: Callable[[], bool]

    async def append(self, events: Iterable[pb.Event]) -> int:
        """Append events; answers the head."""
        return (await self.service.AppendEvents(pb.AppendEventsRequest(events=events))).head

    async def everything(self) -> list[pb.Event]:
        """All events, page by page."""
        found: list[pb.Event] = []
        token = ""
        while True:
            page = await self.journey.ListEvents(pb.ListEventsRequest(page_size=1000, page_token=token))
            found += page.events
            token = page.next_page_token
            if not page.more:
                return found


FeedOn = Callable[[str], AbstractAsyncContextManager[Feed]]
"""Starts a feed for as long as a test wants it: empty for SQLite, or the URL of a PostgreSQL database."""


@asynccontextmanager
async def run_feed(settings: Settings, address: str = FREE_PORT) -> AsyncIterator[Feed]:
    """A feed, on a free port unless an address is given."""
    encryption = Encryption.of(settings, "feed")
    identity = Identity.open(settings)
    service = await FeedService.open(settings, identity)
    limits, councils = Limits.of(settings), councils_of(settings)
    server = Server(service, identity, councils, address, limits, encryption=encryption, page=settings.metrics)
    await server.start()
    store = open_store(settings.database, settings.data, "feed")
    running = Running(settings, Keys.open(settings.data), f"127.0.0.1:{server.port}", store)
    try:
        yield Feed(
            running,
            service=running.stub(FeedServiceStub, running.token("planning", Role.SERVICE, council=EVERY_COUNCIL)),
            journey=running.stub(FeedServiceStub, running.token("journey", Role.JOURNEY, council=EVERY_COUNCIL)),
            integrator=running.stub(FeedServiceStub, running.token("ida", Role.INTEGRATOR)),
            operations=running.stub(FeedServiceStub, running.token("olu", Role.OPERATIONS, council=EVERY_COUNCIL)),
            stop=server.stop,
            is_sequencer=lambda: service.is_sequencer,
        )
    finally:
        await running.hang_up()
        await server.stop()
        await store.close()
