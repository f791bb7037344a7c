"""The size of a journey's history, and what Temporal's tools show of it, on a real server."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from temporalio.client import Client

from fakes.services import Records, Services
from fakes.trip import Trip, to_life, to_plan
from sevensteps.events import HoldPlaced, ReviewCompleted, ReviewRequested
from sevensteps.steps import DueKind
from sevensteps.temporal import DUE_AT, DUE_KIND, STAGE, WAITING_FOR, WaitingFor
from workflows.worker import journey_worker

EVENTS = 70
KILOBYTES = 14


async def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def trip(temporal_server: str) -> AsyncIterator[Trip]:
    """A case that has just been opened, and its journey."""
    client = await Client.connect(temporal_server)
    task_queue = str(uuid4())
    services = Services(Records())
    async with journey_worker(client, task_queue, services.activities()):
        trip = Trip(client, task_queue, services, now)
        await trip.begin()
        yield trip


async def test_budget(trip: Trip) -> None:
    """Once through the seven steps fits into 70 events and 14 kB."""
    await trip.happens(*to_plan(), *to_life(starts_on="2199-01-01"), ReviewRequested(1))
    await trip.happens(ReviewCompleted(1, "end"))
    assert await trip.ends() == "support_ended"
    events = (await trip.handle.fetch_history()).events
    size = sum(event.ByteSize() for event in events)
    print(f"Once through the seven steps: {len(events)} events, {size} bytes.")
    assert len(events) <= EVENTS
    assert size <= KILOBYTES * 1000


async def test_what_temporal_shows(trip: Trip) -> None:
    """Temporal's tools show the step, what it waits for and until when; on hold, no date whose clock has stopped."""
    await trip.happens(*to_plan())
    stands = await trip.reaches(WaitingFor.PLAN)
    shown = (await trip.handle.describe()).typed_search_attributes
    assert (shown.get(STAGE), shown.get(WAITING_FOR), shown.get(DUE_KIND)) == ("plan_made", "plan", "soft")
    assert stands.due_on is not None
    assert shown.get(DUE_AT) == datetime.fromisoformat(stands.due_on).replace(tzinfo=UTC)

    await trip.happens(HoldPlaced("hospital"))
    await trip.reaches(WaitingFor.RELEASE)
    shown = (await trip.handle.describe()).typed_search_attributes
    assert (shown.get(WAITING_FOR), shown.get(DUE_AT), shown.get(DUE_KIND)) == ("release", None, None)


async def test_temporal_shows_that_the_law_sets_a_date(trip: Trip) -> None:
    """So that a list of journeys can mark the dates that nothing moves."""
    trip.services.review_kind = DueKind.HARD
    await trip.happens(*to_plan(), *to_life(starts_on="2199-01-01"))
    stands = await trip.reaches(WaitingFor.REVIEW_DATE)
    shown = (await trip.handle.describe()).typed_search_attributes
    assert (stands.due_kind, shown.get(DUE_KIND)) == (DueKind.HARD, "hard")
