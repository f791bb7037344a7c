"""Reading and appending where the feed is large: how long each kind of look-up takes, and what it does to others.

The feed is a process of its own, called over loopback by this one. It is filled by its own statements, without gRPC in
between.
"""

from __future__ import annotations  # the stubs' types exist for the type checker alone

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import UUID

import grpc

from bench.call import start
from bench.figure import Figure
from services.feed import handlers
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.events import HEARD, PAYLOADS
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.rpc.client import channel
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store

if TYPE_CHECKING:
    from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceAsyncStub

EVENTS = 3_000_000
OF_A_CASE = 30
"""How many events a case has."""
SIDE_BY_SIDE = 1000
"""How many cases move at the same time, so that the events of one are far apart."""
AT_ONCE = 1000
LOOK_UPS = 60
APPENDS = 40
STALL_SECONDS = 4.0
SEED = 1
NEVER = "case.resumed.v1"
"""A type that no event has, and one that a thousand have."""
RARE = "urgent_support.recorded.v1"
TYPES = [type_ for type_ in PAYLOADS if type_ not in {NEVER, RARE}]
LARGE, MEDIUM, SMALL, NONE = "large-council", "medium-council", "small-council", "council-without-events"
PAYLOAD = '{"determination_id":"determination-7f3a5c","eligible":true,"needs":["home","food"],"round":1}'
AIM = "p95 under 20 ms"

Call = Callable[[], Awaitable[object]]


async def measure(say: Callable[[str], None], database: str, events: int = EVENTS) -> list[Figure]:
    """Fill a feed with so many events and measure."""
    with tempfile.TemporaryDirectory() as folder:
        settings = on_free_ports(replace(Settings(), data=Path(folder), database=database))
        say(f"{events:,} events ...")
        began = perf_counter()
        await asyncio.to_thread(upgrade, "feed", settings.database, settings.data)
        await _fill(settings, events)
        say(f"filled in {perf_counter() - began:.0f} s; looking up ...")
        async with _feed(settings) as called:
            return await _measured(FeedServiceStub(called), events)


@asynccontextmanager
async def _feed(settings: Settings) -> AsyncIterator[grpc.aio.Channel]:
    keys = Keys.open(settings.data)
    suite = Suite(settings, lambda _: None)
    processes = [process for process in suite.services if process.name == "feed"]
    try:
        await start(suite, processes)
        token = keys.issue("bench", [Role.SERVICE, Role.JOURNEY], EVERY_COUNCIL)
        async with channel(settings.feed, lambda: token) as called:
            yield called
    finally:
        for process in processes:
            await process.stop()


async def _fill(settings: Settings, count: int) -> None:
    records = open_store(settings.database, settings.data, "feed")
    try:
        for first in range(0, count, AT_ONCE):
            events = [_event(number) for number in range(first, min(first + AT_ONCE, count))]
            await records.write(partial(handlers.append_events, events=events))
    finally:
        await records.close()


def _event(number: int) -> pb.Event:
    """The n-th event: a thousand cases take their thirty steps side by side, then the next thousand."""
    group, within = divmod(number, SIDE_BY_SIDE * OF_A_CASE)
    step, case = divmod(within, SIDE_BY_SIDE)
    event = pb.Event(
        event_id=str(UUID(int=random.Random(number).getrandbits(128))),  # noqa: S311 - every run has the same ids
        type=RARE if number % 3000 == SEED else TYPES[step % len(TYPES)],
        case_id=_case(group * SIDE_BY_SIDE + case),
        council=SMALL if case == 0 and group % 10 == 0 else MEDIUM if case % 10 == 1 else LARGE,
        source="assessment",
        actor="amy",
        payload=PAYLOAD,
    )
    event.occurred_at.FromSeconds(1_790_000_000 + number)
    return event


def _case(number: int) -> str:
    return f"case-{number:012d}"


async def _measured(feed: FeedServiceAsyncStub, count: int) -> list[Figure]:
    figures = []
    for name, call in _look_ups(feed, count).items():
        times = sorted([await _time(call) for _ in range(LOOK_UPS)])
        figures.append(Figure(name, f"p95 {quantiles(times, n=20)[-1]:.1f} ms, median {times[LOOK_UPS // 2]:.1f}", AIM))
    return [*figures, *await _stall(feed, count), *await _append(feed, count)]


def _look_ups(feed: FeedServiceAsyncStub, count: int) -> Mapping[str, Call]:
    """Each kind of look-up, from the beginning or from anywhere, by what it is called."""
    chance = random.Random(SEED)  # noqa: S311 - every run asks for the same
    case = partial(chance.randrange, max(count // OF_A_CASE, 1))

    def page(**wanted: object) -> pb.ListEventsRequest:
        after = chance.choice((0, chance.randrange(count)))
        return pb.ListEventsRequest(after=after, filter=pb.EventFilter(**wanted))  # type: ignore[arg-type]

    requests: Mapping[str, Callable[[], pb.ListEventsRequest]] = {
        "a page of everything": page,
        "a case": lambda: pb.ListEventsRequest(filter=pb.EventFilter(case_id=_case(case()))),
        "a type of a case": lambda: pb.ListEventsRequest(
            filter=pb.EventFilter(case_id=_case(case()), types=[TYPES[-9]])
        ),
        "a page of a frequent type": lambda: page(types=[TYPES[0]]),
        "a page of a rare type": lambda: page(types=[RARE]),
        "a type that never came": lambda: page(types=[NEVER]),
        "a page of what journeys hear": lambda: page(types=sorted(HEARD)),
        "a page of a large council": lambda: page(council=LARGE),
        "a page of a small council": lambda: page(council=SMALL),
        "a council without events": lambda: page(council=NONE),
        "a frequent type of a small council": lambda: page(council=SMALL, types=[TYPES[0]]),
        "a rare type of a large council": lambda: page(council=LARGE, types=[RARE]),
        "what journeys hear, of a council without events": lambda: page(council=NONE, types=sorted(HEARD)),
    }
    calls: dict[str, Call] = {
        name: (lambda made=made: feed.ListEvents(made(), timeout=60))  # type: ignore[misc]
        for name, made in requests.items()
    }
    calls["a subscription"] = lambda: feed.GetSubscription(pb.GetSubscriptionRequest(name="journeys"))
    calls["a stream of a type that never came, to the end"] = lambda: _watch_to(feed, count, [NEVER])
    return calls


async def _watch_to(feed: FeedServiceAsyncStub, end: int, types: list[str]) -> None:
    stream = feed.WatchEvents(pb.WatchEventsRequest(filter=pb.EventFilter(types=types)))
    async for part in stream:
        if part.bookmark >= end:
            break
    stream.cancel()


async def _stall(feed: FeedServiceAsyncStub, count: int) -> list[Figure]:
    """The longest that a small call waits while somebody reads, for each way of reading."""
    readers: Mapping[str, Call] = {
        "reads everything": lambda: _watch_to(feed, count, []),
        "reads what journeys hear": lambda: _watch_to(feed, count, sorted(HEARD)),
        "asks for a type that never came": lambda: feed.ListEvents(
            pb.ListEventsRequest(filter=pb.EventFilter(types=[NEVER]))
        ),
        "asks for a council without events": lambda: feed.ListEvents(
            pb.ListEventsRequest(filter=pb.EventFilter(council=NONE))
        ),
    }
    figures = []
    for name, read in readers.items():
        reading = asyncio.create_task(_again_and_again(read))
        until = perf_counter() + STALL_SECONDS
        times: list[float] = []
        while perf_counter() < until:
            times.append(await _time(lambda: feed.GetSubscription(pb.GetSubscriptionRequest(name="journeys"))))
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        figures.append(Figure(f"a call while somebody {name}, at most", f"{max(times):.1f} ms"))
    return figures


async def _again_and_again(call: Call) -> None:
    while True:
        await call()


async def _append(feed: FeedServiceAsyncStub, count: int) -> list[Figure]:
    numbers = iter(range(count, count + APPENDS * (AT_ONCE + 1)))

    def some(size: int) -> Call:
        request = pb.AppendEventsRequest(events=[_event(next(numbers)) for _ in range(size)])
        return lambda: feed.AppendEvents(request)

    many = [await _time(some(AT_ONCE)) for _ in range(APPENDS)]
    single = [await _time(some(1)) for _ in range(APPENDS)]
    return [
        Figure(f"append, {AT_ONCE} a call", f"{AT_ONCE * APPENDS / sum(many) * 1000:,.0f} events/s"),
        Figure("append, 1 a call", f"median {median(single):.1f} ms"),
    ]


async def _time(call: Call) -> float:
    """How long a call takes, in milliseconds."""
    began = perf_counter()
    await call()
    return (perf_counter() - began) * 1000
