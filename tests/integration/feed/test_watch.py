"""Watching: everything once and in order, at once when it comes, until the watcher or the feed stops."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import cast

import grpc
import pytest
from structlog.testing import capture_logs

from servers.feed import Feed, event
from servers.services import refusal_of
from servers.waiting import until
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.errors import Kind
from sevensteps.events import HEARD
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.rpc.caller import Caller
from sevensteps.rpc.client import channel
from sevensteps.rpc.faults import fault_of
from sevensteps.rpc.server import DRAIN_SECONDS
from workflows.delivery.delivery import Delivery
from workflows.delivery.feed import Feed as JourneysFeed
from workflows.delivery.place import PlaceFile
from workflows.delivery.relay import Relay


def watch(
    feed: Feed, after: int = 0, *, case_id: str = "", types: Sequence[str] = ()
) -> AsyncIterator[pb.WatchEventsResponse]:
    """A stream of the feed's, for the council "example"; a test that waits in vain fails soon."""
    wanted = pb.EventFilter(case_id=case_id, types=types)
    return aiter(feed.integrator.WatchEvents(pb.WatchEventsRequest(after=after, filter=wanted), timeout=20))


@pytest.fixture
def only_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bookmark is due: whoever sees a new event was woken by it."""
    monkeypatch.setattr("services.feed.handlers.BOOKMARK_SECONDS", 3600)


async def test_a_watcher_who_is_behind_gets_many_events_a_message(feed: Feed) -> None:
    """1200 events come in three messages."""
    for _ in range(3):
        await feed.append([event() for _ in range(400)])
    stream = watch(feed)
    parts = [await anext(stream) for _ in range(3)]
    assert [len(part.events) for part in parts] == [500, 500, 200]
    assert [part.bookmark for part in parts] == [500, 1000, 1200]


async def test_large_events_make_smaller_messages(feed: Feed) -> None:
    """A message stays well under 1 MB, and no event is left out."""
    for _ in range(2):
        await feed.append([event(payload=f'{{"a":"{"x" * 16_000}"}}') for _ in range(50)])
    stream = watch(feed)
    found: list[int] = []
    while len(found) < 100:
        part = await anext(stream)
        assert part.ByteSize() < 600_000
        assert part.bookmark == part.events[-1].position
        found += [each.position for each in part.events]
    assert found == list(range(1, 101))


@pytest.mark.usefixtures("only_told")
async def test_a_watcher_at_the_end_is_woken_at_once(feed: Feed) -> None:
    """The first message says where the end is; then each event comes when it is appended."""
    await feed.append([event()])
    stream = watch(feed, after=1)
    part = await anext(stream)
    assert ([*part.events], part.bookmark) == ([], 1)
    for position in (2, 3, 4):
        await feed.append([event()])
        part = await anext(stream)
        assert ([each.position for each in part.events], part.bookmark) == ([position], position)


@pytest.mark.usefixtures("only_told")
async def test_what_a_filter_passes_over_moves_the_bookmark(feed: Feed) -> None:
    """Bookmarks let a watcher of one case begin again after the events of other cases."""
    stream = watch(feed, case_id="case-b")
    await anext(stream)
    await feed.append([event(), event(), event(council="other", case_id="case-b")])
    part = await anext(stream)
    assert ([*part.events], part.bookmark) == ([], 3)
    await feed.append([event(case_id="case-b"), event()])
    part = await anext(stream)
    assert ([each.position for each in part.events], part.bookmark) == ([4], 5)


@pytest.mark.parametrize("database", [""])
async def test_a_watcher_hears_when_nothing_happens(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet feed sends a bookmark now and then, so that the reader knows the stream is alive."""
    monkeypatch.setattr("services.feed.handlers.BOOKMARK_SECONDS", 0.02)
    stream = watch(feed)
    parts = [await anext(stream) for _ in range(3)]
    assert [([*part.events], part.bookmark) for part in parts] == [([], 0)] * 3


@pytest.mark.usefixtures("only_told")
async def test_many_watchers_each_get_everything(feed: Feed) -> None:
    """A hundred watchers at the end of the feed, woken by the same event."""
    streams = [watch(feed) for _ in range(100)]
    await asyncio.gather(*(anext(stream) for stream in streams))
    await feed.append([event()])
    parts = await asyncio.gather(*(anext(stream) for stream in streams))
    assert [part.bookmark for part in parts] == [1] * 100


@pytest.mark.parametrize("database", [""])
async def test_a_watcher_who_leaves_is_forgotten(feed: Feed) -> None:
    """Hanging up ends the stream on the server too; the feed goes on."""
    before = len(asyncio.all_tasks())
    calls = [feed.integrator.WatchEvents(pb.WatchEventsRequest()) for _ in range(10)]
    for call in calls:
        await anext(aiter(call))
    assert len(asyncio.all_tasks()) > before
    for call in calls:
        call.cancel()
    async with asyncio.timeout(10):
        while len(asyncio.all_tasks()) > before:  # noqa: ASYNC110 - nothing says when the server has noticed
            await asyncio.sleep(0.01)
    assert await feed.append([event()]) == 1


@pytest.mark.usefixtures("only_told")
async def test_a_feed_that_stops_sends_its_watchers_home(feed: Feed) -> None:
    """Streams end with UNAVAILABLE and where to read on, so that stopping does not wait for them."""
    stream = watch(feed)
    await anext(stream)
    began = monotonic()
    stopped = asyncio.create_task(feed.stop())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await anext(stream)
    fault = fault_of(refused.value)
    assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "STOPPING")
    await stopped
    assert monotonic() - began < DRAIN_SECONDS


@pytest.mark.parametrize("database", [""])
async def test_a_wrong_beginning_is_refused(feed: Feed) -> None:
    """A negative position is INVALID; one that the feed has not reached is OUT_OF_RANGE."""
    await feed.append([event()])
    fault = await refusal_of(anext(watch(feed, after=-1)))
    assert [violation.field for violation in fault.violations] == ["after"]
    fault = await refusal_of(anext(watch(feed, types=["x"])))
    assert [violation.field for violation in fault.violations] == ["filter.types[0]"]
    assert (await refusal_of(anext(watch(feed, after=2)))).reason == "CURSOR_AHEAD"


@pytest.mark.parametrize("database", [""])
async def test_practitioners_do_not_watch_the_feed(feed: Feed) -> None:
    """A stream needs the right, as every call does."""
    amy = feed.running.stub(FeedServiceStub, feed.running.token("amy", Role.PRACTITIONER))
    fault = await refusal_of(anext(aiter(amy.WatchEvents(pb.WatchEventsRequest()))))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")


@pytest.mark.parametrize("database", [""])
async def test_a_stream_ends_when_its_token_does(feed: Feed) -> None:
    """Whoever watches for longer than the token is valid is told to watch again with a new one."""
    token = feed.running.keys.issue("ida", [Role.INTEGRATOR], "example", seconds=0.8)
    ida = feed.running.stub(FeedServiceStub, token)
    stream = aiter(ida.WatchEvents(pb.WatchEventsRequest(), timeout=20))
    assert (await anext(stream)).bookmark == 0
    began = monotonic()
    fault = await refusal_of(anext(stream))
    assert (fault.kind, fault.reason) == (Kind.UNAUTHENTICATED, "TOKEN_EXPIRED")
    assert monotonic() - began < 10


class Told:
    """Keeps what a relay delivers."""

    def __init__(self) -> None:
        self.positions: list[int] = []

    async def deliver(self, event: pb.Event) -> None:
        self.positions.append(event.position)


@pytest.mark.parametrize("database", [""])
async def test_watchers_of_our_own_go_on_with_a_new_token(feed: Feed, tmp_path: Path) -> None:
    """The relay, and what the command line watches with, hear every event once, in order, and log nothing."""

    def token() -> str:
        return feed.running.keys.issue("journey", [Role.JOURNEY], EVERY_COUNCIL, seconds=0.5)

    told, watched = Told(), list[int]()
    settings = replace(feed.running.settings, feed=feed.running.address)

    async def watch_all() -> None:
        async with Caller(settings, token) as caller:
            async for part in caller.watch(pb.WatchEventsRequest()):
                watched.extend(each.position for each in part.events)

    place = PlaceFile(tmp_path / "relay.place")
    with capture_logs() as logged:
        async with channel(feed.running.address, token) as calls:
            relay = asyncio.create_task(Relay(JourneysFeed(calls), cast("Delivery", told), place).run())
            following = asyncio.create_task(watch_all())
            for _ in range(40):
                await feed.append([event(min(HEARD))])
                await asyncio.sleep(0.05)

            async def all_came() -> bool:
                return len(told.positions) >= 40 and len(watched) >= 40

            await until(all_came, "every event")
            for task in (relay, following):
                task.cancel()
            await asyncio.gather(relay, following, return_exceptions=True)
    assert told.positions == watched == list(range(1, 41))
    assert [line for line in logged if line["log_level"] != "info"] == []
    assert {line["reason"] for line in logged} == {"TOKEN_EXPIRED"}


@pytest.mark.parametrize("database", [""])
async def test_a_follower_with_a_resume_token_goes_on_with_a_new_token(feed: Feed) -> None:
    """It goes on from where it is, and not from where it began: no event comes twice."""
    await feed.append([event(min(HEARD))])
    start = (await anext(watch(feed))).resume_token

    def token() -> str:
        return feed.running.keys.issue("ida", [Role.INTEGRATOR], EVERY_COUNCIL, seconds=0.5)

    watched: list[int] = []
    settings = replace(feed.running.settings, feed=feed.running.address)

    async def follow() -> None:
        async with Caller(settings, token) as caller:
            async for part in caller.watch(pb.WatchEventsRequest(resume_token=start)):
                watched.extend(each.position for each in part.events)

    following = asyncio.create_task(follow())
    for _ in range(30):
        await feed.append([event(min(HEARD))])
        await asyncio.sleep(0.05)

    async def all_came() -> bool:
        return len(watched) >= 30

    await until(all_came, "every event")
    following.cancel()
    assert watched == list(range(2, 32))
