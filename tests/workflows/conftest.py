"""A Temporal server that skips time, and a worker for journeys whose services are in memory."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from fakes.council import Council, token_of
from fakes.search_attributes import register
from fakes.services import Records, Services
from fakes.trip import Trip
from servers.feed import run_feed
from servers.services import PACK
from sevensteps.config import Settings
from sevensteps.identity.actor import Role
from sevensteps.rpc.client import channel
from workflows.delivery.delivery import Delivery
from workflows.delivery.feed import Feed
from workflows.worker import journey_worker


@pytest.fixture(scope="session")
async def skipping(time_skipping: WorkflowEnvironment) -> WorkflowEnvironment:
    """A server on which time passes when a test says so, by `skipping.sleep`."""
    await register(time_skipping.client)
    return time_skipping


@pytest.fixture
def services() -> Services:
    """The services, in memory."""
    return Services(Records())


@pytest.fixture
async def trip(skipping: WorkflowEnvironment, services: Services) -> AsyncIterator[Trip]:
    """A case that has just been opened, and its journey."""
    task_queue = str(uuid4())
    async with journey_worker(skipping.client, task_queue, services.activities()):
        trip = Trip(skipping.client, task_queue, services, skipping.get_current_time)
        await trip.begin()
        yield trip
        with suppress(RPCError):  # the journey may have ended
            await trip.lose()


@pytest.fixture
def days(skipping: WorkflowEnvironment, trip: Trip) -> Callable[[int], str]:
    """Dates as events have them, by the number of days since the case was opened."""
    opened = trip.services.records.now.date()
    return lambda number: (opened + timedelta(days=number)).isoformat()


@pytest.fixture
async def council(temporal_server: str, tmp_path: Path) -> AsyncIterator[Council]:
    """Everything is running except the relay."""
    client = await Client.connect(temporal_server)
    task_queue = str(uuid4())
    settings = Settings(data=tmp_path, pack=PACK)
    services = Services(Records())
    async with (
        run_feed(settings) as feed,
        channel(feed.running.address, token_of(settings, Role.JOURNEY)) as calls,
        journey_worker(client, task_queue, services.activities()),
    ):
        reader = Feed(calls)
        everywhere = replace(settings, feed=feed.running.address, temporal=temporal_server, task_queue=task_queue)
        yield Council(client, feed, everywhere, reader, Delivery(client, reader, task_queue), services)
