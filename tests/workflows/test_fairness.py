"""One case never holds up another, whatever becomes of its facts. The relay, with Temporal and the feed in memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import cast

import pytest
from temporalio.service import RPCError, RPCStatusCode

from fakes.council import eventually
from servers.feed import event
from sevensteps.api.feed.v1 import feed_pb2
from workflows.delivery import relay
from workflows.delivery.delivery import Delivery
from workflows.delivery.feed import Feed
from workflows.delivery.lines import ROOM
from workflows.delivery.place import Place, PlaceFile
from workflows.delivery.relay import Relay

NOISY, QUIET = "case-noisy", "case-quiet"


class FeedInMemory:
    """A feed that has these events; it counts what is read by case."""

    def __init__(self, cases: Sequence[str]) -> None:
        self.events = [event(case_id=case_id) for case_id in cases]
        for position, each in enumerate(self.events, start=1):
            each.position = position
        self.acknowledged = 0
        self.asked_for = 0

    async def place(self) -> Place:
        return Place(self.acknowledged)

    async def acknowledge(self, place: Place) -> None:
        self.acknowledged = place.position

    async def watch(self, place: Place) -> AsyncIterator[feed_pb2.WatchEventsResponse]:
        for each in self.events[place.position :]:
            yield feed_pb2.WatchEventsResponse(events=[each], bookmark=each.position)
        yield feed_pb2.WatchEventsResponse(bookmark=len(self.events))
        await asyncio.Event().wait()

    async def heard_by(self, case_id: str, after: int, most: int) -> Sequence[feed_pb2.Event]:
        found = list(islice((each for each in self.events[after:] if each.case_id == case_id), most))
        self.asked_for += len(found)
        return found


class TemporalInMemory:
    """Takes facts, each after a moment, unless they are of a case in trouble."""

    def __init__(self) -> None:
        self.delivered: list[int] = []
        self.of: Counter[str] = Counter()
        self.in_trouble: set[str] = set()
        self.at_once: Counter[str] = Counter()

    async def deliver(self, *events: feed_pb2.Event) -> None:
        [case_id] = {event.case_id for event in events}
        assert len(events) <= ROOM
        self.at_once[case_id] += 1
        assert self.at_once[case_id] == 1, "a case has two turns at once"
        await asyncio.sleep(0)
        self.at_once[case_id] -= 1
        if case_id in self.in_trouble:
            raise RPCError("no shard", RPCStatusCode.UNAVAILABLE, b"")
        self.delivered += [event.position for event in events]
        self.of[case_id] += len(events)


@asynccontextmanager
async def relaying(feed: FeedInMemory, temporal: TemporalInMemory, folder: Path) -> AsyncIterator[Relay]:
    running = Relay(cast("Feed", feed), cast("Delivery", temporal), PlaceFile(folder / "relay.place"))
    task = asyncio.create_task(running.run())
    try:
        yield running
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_case_with_a_long_backlog(tmp_path: Path) -> None:
    """12,000 facts of one case keep nobody waiting: another case has its fact long before they are delivered."""
    feed, temporal = FeedInMemory([NOISY] * 6000 + [QUIET] + [NOISY] * 6000), TemporalInMemory()
    async with relaying(feed, temporal, tmp_path):
        await eventually(lambda: is_delivered(temporal, QUIET, 1))
        assert temporal.of[NOISY] < 6000
        await eventually(lambda: is_delivered(temporal, NOISY, 12_000))
        await eventually(lambda: is_acknowledged(feed, 12_001))
    assert [position for position in temporal.delivered if position != 6001] == sorted({*range(1, 12_002)} - {6001})
    assert feed.asked_for >= 12_000 - 2 * ROOM


async def test_a_case_whose_facts_cannot_be_delivered(tmp_path: Path) -> None:
    """1,100 facts of a case that Temporal does not take keep no other case waiting, and come in order later."""
    feed, temporal = FeedInMemory([NOISY] * 1100 + [QUIET] * 3), TemporalInMemory()
    temporal.in_trouble.add(NOISY)
    async with relaying(feed, temporal, tmp_path):
        await eventually(lambda: is_delivered(temporal, QUIET, 3))
        assert feed.acknowledged == 0
        temporal.in_trouble.clear()
        await eventually(lambda: is_delivered(temporal, NOISY, 1100))
        await eventually(lambda: is_acknowledged(feed, 1103))
    assert temporal.delivered[3:] == list(range(1, 1101))


async def test_many_cases_in_trouble(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However many cases are in trouble, each of the others has its turn: the reading does not stop for them."""
    monkeypatch.setattr(relay, "WAITING", 20)
    in_trouble = [f"case-{number}" for number in range(500)]
    feed, temporal = FeedInMemory([*in_trouble, QUIET]), TemporalInMemory()
    temporal.in_trouble.update(in_trouble)
    async with relaying(feed, temporal, tmp_path):
        await eventually(lambda: is_delivered(temporal, QUIET, 1))


async def is_delivered(temporal: TemporalInMemory, case_id: str, count: int) -> bool:
    return temporal.of[case_id] >= count


async def is_acknowledged(feed: FeedInMemory, position: int) -> bool:
    return feed.acknowledged == position
