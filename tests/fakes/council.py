"""A council's feed and journeys in one: a real feed, a real Temporal server, a worker, and the relay between them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

from grpc.aio import AioRpcError
from temporalio.client import Client

from fakes.services import Services, opening
from fakes.trip import to_life, to_plan
from servers.feed import Feed as RunningFeed
from servers.feed import event
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import Payload, ReviewRequested, SelfAssessmentRecorded
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.journeys import standing
from sevensteps.temporal import Standing, WaitingFor, workflow_id
from workflows.delivery.delivery import Delivery
from workflows.delivery.feed import Feed
from workflows.delivery.place import PlaceFile
from workflows.delivery.relay import Relay

PATIENCE = 30.0


def happened(case_id: str, *payloads: Payload) -> list[feed_pb2.Event]:
    """Events of a case, as services append them to the feed."""
    return [event(payload.TYPE, case_id, payload=payload.as_json()) for payload in payloads]


def story(case_id: str) -> list[feed_pb2.Event]:
    """A case from its opening to a review."""
    life = to_life(starts_on="2199-01-01")
    self_assessment = SelfAssessmentRecorded(1, "alone")
    return happened(case_id, opening(), self_assessment, *to_plan(), *life, ReviewRequested(1))


def new_case() -> str:
    return f"case-{uuid4()}"


@dataclass
class Council:
    """A feed, a Temporal server with a worker, and the relay between them."""

    client: Client
    feed: RunningFeed
    settings: Settings
    reader: Feed
    delivery: Delivery
    services: Services

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[None]:
        """Run a relay meanwhile."""
        running = asyncio.create_task(
            Relay(self.reader, self.delivery, PlaceFile(self.settings.data / "relay.place")).run()
        )
        try:
            yield
            assert not running.done()
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def reaches(self, case_id: str, waiting_for: WaitingFor) -> Standing:
        """Wait until the journey of a case waits for this, and return where it stands."""

        async def there() -> bool:
            return (await standing(self.client, case_id)).waiting_for is waiting_for

        await eventually(there)
        return await standing(self.client, case_id)

    async def is_acknowledged(self, position: int) -> None:
        """Wait until the relay has acknowledged everything up to there."""
        await eventually(lambda: self._acknowledged(position))

    async def _acknowledged(self, position: int) -> bool:
        return (await self.reader.place()).position == position

    async def loses(self, *case_ids: str) -> None:
        """Temporal loses journeys."""
        for case_id in case_ids:
            await self.client.get_workflow_handle(workflow_id(case_id)).terminate("lost")


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait until this is true, whoever does not answer yet."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(Fault, AioRpcError):
                if await true():
                    return
            await asyncio.sleep(0.02)


def token_of(settings: Settings, role: Role) -> Callable[[], str]:
    token = Keys.open(settings.data).issue(role.value, {role}, "*")
    return lambda: token
