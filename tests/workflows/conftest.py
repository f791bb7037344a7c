"""A Temporal that skips time, with a worker for journeys whose services are in memory."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from fakes.services import Records, Services
from fakes.trip import Trip
from workflows.worker import journey_worker

SEARCH_ATTRIBUTES = {
    "Council": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Stage": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "WaitingFor": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "DueAt": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}


@pytest.fixture(scope="session")
async def skipping(time_skipping: WorkflowEnvironment) -> WorkflowEnvironment:
    """Time passes when a test says so: `skipping.sleep`."""
    request = AddSearchAttributesRequest(namespace="default", search_attributes=SEARCH_ATTRIBUTES)
    await time_skipping.client.operator_service.add_search_attributes(request)
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
        with suppress(RPCError):  # it may have ended
            await trip.lose()


@pytest.fixture
def days(skipping: WorkflowEnvironment, trip: Trip) -> Callable[[int], str]:
    """Dates as they go into events: so many days from the moment the case was opened."""
    opened = trip.services.records.now.date()
    return lambda number: (opened + timedelta(days=number)).isoformat()
