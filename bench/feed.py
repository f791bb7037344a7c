"""How fast one reader gets the whole feed, which is a process of its own, called over loopback by this one."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import grpc

from bench.call import start
from bench.figure import Figure
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.rpc.client import channel

COUNT = 100_000
AT_ONCE = 500
PAYLOAD_BYTES = 500


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Append events, then time one reader of all of them."""
    say(f"{COUNT:,} events appended, then read ...")
    with tempfile.TemporaryDirectory() as folder:
        settings = on_free_ports(replace(Settings(), data=Path(folder), database=database))
        keys = Keys.open(settings.data)
        suite = Suite(settings, lambda _: None)
        processes = [process for process in suite.services if process.name == "feed"]
        try:
            await start(suite, processes)
            token = keys.issue("bench", [Role.SERVICE, Role.JOURNEY], "*")
            async with channel(settings.feed, lambda: token) as called:
                appended = await _append(called)
                read, size = await _read(called)
        finally:
            for process in processes:
                await process.stop()
    return [
        Figure(f"replay to one reader, events of {size:.0f} bytes", f"{read:,.0f} events/s", "at least 20,000"),
        Figure(f"append, {AT_ONCE} a call", f"{appended:,.0f} events/s"),
    ]


async def _append(called: grpc.aio.Channel) -> float:
    """Append COUNT events; returns events a second."""
    feed = FeedServiceStub(called)
    spent = 0.0
    for call in _calls():
        began = perf_counter()
        await feed.AppendEvents(call)
        spent += perf_counter() - began
    return COUNT / spent


def _calls() -> Iterator[pb.AppendEventsRequest]:
    payload = f'{{"determination_id":"{"x" * PAYLOAD_BYTES}"}}'
    for first in range(0, COUNT, AT_ONCE):
        call = pb.AppendEventsRequest()
        for number in range(first, first + AT_ONCE):
            event = call.events.add(
                event_id=str(uuid4()),
                type="determination.confirmed.v1",
                case_id=f"case-{number // 60:012d}",
                council="example-council",
                source="assessment",
                actor="amy",
                payload=payload,
            )
            event.occurred_at.GetCurrentTime()
        yield call


async def _read(called: grpc.aio.Channel) -> tuple[float, float]:
    """Watch from the first event to the last; returns events a second and bytes an event."""
    feed = FeedServiceStub(called)
    count = size = 0
    began = perf_counter()
    stream = feed.WatchEvents(pb.WatchEventsRequest())
    async for part in stream:
        count += len(part.events)
        size += part.ByteSize()
        if part.bookmark == COUNT:
            break
    spent = perf_counter() - began
    stream.cancel()
    if count != COUNT:
        raise RuntimeError(f"{count} of {COUNT} events were read")
    return COUNT / spent, size / COUNT
