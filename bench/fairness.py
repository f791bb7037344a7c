"""The time from a stored fact to the next open step while another case is put on hold and released without end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from statistics import quantiles
from time import perf_counter
from uuid import uuid4

from bench.figure import Figure
from bench.journeys import suite_in_a_folder
from bench.trip import COUNCIL, Staff, trip
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import HEARD, OPENS, CaseOpened, HoldPlaced, HoldReleased, Payload
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.journeys import connect, standing
from sevensteps.rpc.client import channel

TRIPS = 30
TOGGLES = 20_000
AT_ONCE = 500


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """One case after another, alone; then the same while the facts of the other case are on their way."""
    async with suite_in_a_folder(say, database) as suite, Staff(suite.settings) as staff:
        await trip(staff)
        say(f"{TRIPS} journeys, one after another ...")
        alone = [wait for _ in range(TRIPS) for wait in await _waits(staff)]
        say(f"the same, while another case has {TOGGLES:,} holds and releases ...")
        began = perf_counter()
        noise = asyncio.create_task(_toggle(suite.settings))
        beside: list[float] = []
        while not noise.done():
            beside += await _waits(staff)
        took = await noise - began
    return [
        Figure("next step alone", f"p95 {_p95(alone):.0f} ms ({len(alone)} steps)"),
        Figure("next step beside the other case", f"p95 {_p95(beside):.0f} ms ({len(beside)} steps)"),
        Figure("compared", f"{_p95(beside) / _p95(alone):.2f}", "less than 2"),
        Figure(f"{TOGGLES:,} facts of one case heard", f"in {took:.0f} s"),
    ]


async def _waits(staff: Staff) -> list[float]:
    """Milliseconds from each fact of a new case to the opening of its next step."""
    case_id = await trip(staff)
    request = feed_pb2.ListEventsRequest(
        page_size=1000, filter=feed_pb2.EventFilter(case_id=case_id, types=sorted(HEARD | OPENS.keys()))
    )
    events = (await staff.services.feed.ListEvents(request)).events
    return [
        (opened.occurred_at.ToNanoseconds() - fact.occurred_at.ToNanoseconds()) / 1e6
        for fact, opened in pairwise(events)
        if opened.type in OPENS
    ]


async def _toggle(settings: Settings) -> float:
    """Put one case on hold and release it again and again, and wait until its journey has heard it all."""
    case_id = f"case-{uuid4()}"
    token = Keys.open(settings.data).issue("bench", [Role.SERVICE, Role.OPERATIONS], "*", seconds=86_400)
    events = [_event(case_id, CaseOpened("adult", "2199-01-01"))]
    events += [
        _event(case_id, payload) for _ in range(TOGGLES // 2) for payload in (HoldPlaced("away"), HoldReleased())
    ]
    async with channel(settings.feed, lambda: token) as calls:
        feed = FeedServiceStub(calls)
        for first in range(0, len(events), AT_ONCE):
            await feed.AppendEvents(feed_pb2.AppendEventsRequest(events=events[first : first + AT_ONCE]))
        wanted = feed_pb2.EventFilter(case_id=case_id)
        last = 0
        while page := (
            await feed.ListEvents(feed_pb2.ListEventsRequest(page_size=1000, after=last, filter=wanted))
        ).events:
            last = page[-1].position
    client = await connect(settings)
    while True:
        with suppress(Fault):  # so many facts are on their way to the journey that it may not answer
            if (await standing(client, case_id)).heard >= last:
                return perf_counter()
        await asyncio.sleep(1.0)


def _event(case_id: str, payload: Payload) -> feed_pb2.Event:
    event = feed_pb2.Event(
        event_id=str(uuid4()),
        type=payload.TYPE,
        case_id=case_id,
        council=COUNCIL,
        source="assessment",
        actor="amy",
        payload=payload.as_json(),
    )
    event.occurred_at.FromDatetime(clock.now())
    return event


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[18]
