"""A case can end just as something else happens: the journey goes no further, and has everything closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from fakes.services import Records, Services, opening
from fakes.trip import Trip, to_life, to_plan
from sevensteps.deadlines import Due
from sevensteps.events import CaseEnded, HoldPlaced, HoldReleased, Payload, ReviewRequested
from sevensteps.steps import Ending, Stage
from sevensteps.temporal import JOURNEY, WaitingFor, workflow_id
from workflows.journey.requests import OpenPlan, RequestHeader
from workflows.journey.state import JourneyState
from workflows.worker import journey_worker

CLOSED = ["ClosePlanning", "CloseApproval", "CloseReview"]
PATIENCE = 20.0


class SlowPlanning(Services):
    """The second attempt to open a plan, the one that Temporal's tools can see, lasts until the test lets it end."""

    def __init__(self, *, fails: bool) -> None:
        super().__init__(Records())
        self.under_way, self.may_end = asyncio.Event(), asyncio.Event()
        self._fails = fails

    @activity.defn(name="OpenPlan")
    async def open_plan(self, header: RequestHeader, ask: OpenPlan) -> Due | None:
        if activity.info().is_local:
            raise ApplicationError("No connection.", type="UNAVAILABLE")
        self.under_way.set()
        await self.may_end.wait()
        if self._fails:
            raise ApplicationError("No connection.", type="UNAVAILABLE")
        return self._answer(header, ask, None, Due("2026-07-13"))


@asynccontextmanager
async def case(temporal_server: str, services: Services) -> AsyncIterator[Trip]:
    """A case whose journey has no worker yet."""

    async def now() -> datetime:
        return datetime.now(UTC)

    trip = Trip(await Client.connect(temporal_server), str(uuid4()), services, now)
    await trip.begin()
    yield trip


async def ends(trip: Trip) -> str:
    async with asyncio.timeout(PATIENCE):
        return await trip.handle.result()


@pytest.mark.parametrize("fails", [False, True])
async def test_while_an_attempt_is_under_way(temporal_server: str, *, fails: bool) -> None:
    """Whatever the attempt comes to, nothing more is requested but to close everything."""
    services = SlowPlanning(fails=fails)
    async with case(temporal_server, services) as trip, trip.worker():
        await trip.happens_at_once(*to_plan())
        await asyncio.wait_for(services.under_way.wait(), PATIENCE)
        await trip.happens_at_once(CaseEnded("died"))
        await asyncio.sleep(0.5)
        services.may_end.set()
        assert await ends(trip) == "died"
    assert services.operations == [*([] if fails else ["OpenPlan"]), *CLOSED]


@pytest.mark.parametrize(
    "also", [[], [HoldPlaced("hospital")], [ReviewRequested(1)], [HoldPlaced("hospital"), HoldReleased()]]
)
async def test_together_with_what_step_6_waits_for(temporal_server: str, also: list[Payload]) -> None:
    """Facts may come all at once after an outage: an ended case opens no review and waits for no release."""
    services = Services(Records())
    async with case(temporal_server, services) as trip:
        async with trip.worker():
            await trip.happens(*to_plan(), *to_life(starts_on="2199-01-01"))
            await trip.reaches(WaitingFor.REVIEW_DATE)
        await trip.happens_at_once(*also, CaseEnded("died"))
        async with trip.worker():
            assert await ends(trip) == "died"
    assert services.operations[-4:] == ["OpenLife", *CLOSED]


async def test_between_two_runs(temporal_server: str) -> None:
    """A run that begins with an ended case has everything closed, and no step opened."""
    services = Services(Records())
    client, case_id, task_queue = await Client.connect(temporal_server), f"case-{uuid4()}", str(uuid4())
    ended = JourneyState.begin(case_id, "example", [services.records.add(case_id, opening())])
    ended.stage, ended.ending = Stage.PLAN_MADE, Ending.MOVED
    journey = await client.start_workflow(JOURNEY, ended, id=workflow_id(case_id), task_queue=task_queue)
    async with journey_worker(client, task_queue, services.activities()), asyncio.timeout(PATIENCE):
        assert await journey.result() == "moved"
    assert services.operations == CLOSED
