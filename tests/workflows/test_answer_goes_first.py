"""An answer that comes one task late, together with a fact, changes nothing: the history can be replayed.

So it comes when a query is answered while a service is asked within the workflow task: the worker reports the task
with the answer in it, and the journey has not seen the answer yet.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from temporalio import activity
from temporalio.api.common.v1 import Payload as Encoded
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter, PayloadCodec
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from fakes.services import Records, Services
from fakes.trip import Trip, to_life, to_plan
from sevensteps.events import CaseEnded, HoldPlaced, Payload, ReviewCompleted, ReviewRequested
from sevensteps.journeys import standing
from sevensteps.temporal import WaitingFor
from workflows.journey.journey import Journey
from workflows.journey.requests import EndCase, RequestHeader
from workflows.worker import RESTRICTIONS

PATIENCE = 20.0
MOMENT = 0.2
"""Seconds in which the worker hears from its own activity, or the server of a query."""


class SlowEnding(Services):
    """A service that ends a case only while somebody is asking the journey where it stands."""

    def __init__(self) -> None:
        super().__init__(Records())
        self.asked_where_it_stands, self.has_ended = asyncio.Event(), asyncio.Event()

    @activity.defn(name="EndCase")
    async def end_case(self, header: RequestHeader, request: EndCase) -> None:
        await asyncio.wait_for(self.asked_where_it_stands.wait(), timeout=2.0)
        self._answer(header, request, CaseEnded(request.ending.value), None)
        self.has_ended.set()


class SlowStanding(PayloadCodec):
    """Holds what the journey says of its standing until something else has happened."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    async def encode(self, payloads: Sequence[Encoded]) -> list[Encoded]:
        meanwhile, is_standing = self.meanwhile, any(b'"waiting_for"' in payload.data for payload in payloads)
        if meanwhile and is_standing:
            self.meanwhile = None
            await meanwhile()
        return list(payloads)

    async def decode(self, payloads: Sequence[Encoded]) -> list[Encoded]:
        return list(payloads)


async def now() -> datetime:
    return datetime.now(UTC)


async def walk(temporal_server: str, *facts: Payload) -> WorkflowHistory:
    """A journey that is asked where it stands while it has its case ended, and hears these facts at that moment."""
    services, codec = SlowEnding(), SlowStanding()
    converter = replace(DataConverter.default, payload_codec=codec)
    client = await Client.connect(temporal_server, data_converter=converter)
    trip = Trip(client, str(uuid4()), services, now)
    await trip.begin()
    async with trip.worker():
        await trip.happens(*to_plan(), *to_life(starts_on="2199-01-01"), ReviewRequested(1))
        await trip.reaches(WaitingFor.REVIEW)

    async def meanwhile() -> None:
        services.asked_where_it_stands.set()
        await services.has_ended.wait()
        await trip.happens_at_once(*facts)
        await asyncio.sleep(MOMENT)

    await trip.happens_at_once(ReviewCompleted(1, "end"))
    codec.meanwhile = meanwhile
    query = asyncio.create_task(standing(client, trip.case_id))
    await asyncio.sleep(MOMENT)
    async with trip.worker(), asyncio.timeout(PATIENCE):
        await query
        assert await trip.handle.result() == "support_ended"
    return await trip.handle.fetch_history()


def events_of(history: WorkflowHistory) -> list[str]:
    """The events by kind, an answer by the name of the operation."""
    names: list[str] = []
    for event in history.events:
        marker = event.marker_recorded_event_attributes
        data = b"".join(payload.data for part in marker.details.values() for payload in part.payloads)
        names.append("EndCase" if b'"EndCase"' in data else event.WhichOneof("attributes") or "")
    return names


async def replay(history: WorkflowHistory) -> None:
    runner = SandboxedWorkflowRunner(restrictions=RESTRICTIONS)
    await Replayer(workflows=[Journey], workflow_runner=runner).replay_workflow(history)


async def test_with_the_end_of_the_case(temporal_server: str) -> None:
    """The journey hears that the case has ended together with the answer that it is going to."""
    history = await walk(temporal_server)
    ended = events_of(history).index("EndCase")
    assert events_of(history)[ended + 1 : ended + 4] == [
        "workflow_execution_signaled_event_attributes",
        "workflow_task_scheduled_event_attributes",
        "workflow_task_started_event_attributes",
    ]
    await replay(history)


async def test_with_a_hold(temporal_server: str) -> None:
    """A case put on hold at the same moment is no exception."""
    await replay(await walk(temporal_server, HoldPlaced("hospital")))
