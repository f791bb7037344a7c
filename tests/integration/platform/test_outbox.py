"""Events leave a service in the order in which they were stored, each exactly once, whatever happens on the way."""

import asyncio
from contextlib import AbstractAsyncContextManager
from time import monotonic

import pytest
from structlog.testing import capture_logs

from integration.assessment.practice import Practice
from integration.platform.sending import arrived, emptied, publisher, put, put_payloads, waiting
from servers.feed import Feed, run_feed
from servers.services import Running, SuiteOf
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.events import DocumentAdded
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.client import channel
from sevensteps.service import outbox as publishing
from sevensteps.service.outbox import AT_ONCE, Publisher
from sevensteps.service.store import Store, T, Unit
from sevensteps.service.tables import outbox

MANY = 2 * AT_ONCE + 50
WALKED = 8
"""How many events a walk tells, those of what the person is told in writing among them."""


class Interrupted:
    """A store that refuses writes: a publisher over it sends events to the feed but cannot delete them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.tried = asyncio.Event()
        self.read = store.read
        self.in_turn = store.in_turn
        self.close = store.close

    async def write(self, unit: Unit[T]) -> T:
        self.tried.set()
        raise Fault(Kind.UNAVAILABLE, "STORE_UNAVAILABLE", "Not now.")


class Broken:
    """A store that fails a few times with an error that nobody expects."""

    def __init__(self, store: Store, times: int) -> None:
        self._store = store
        self._times = times
        self.write = store.write
        self.in_turn = store.in_turn
        self.close = store.close

    async def read(self, unit: Unit[T]) -> T:
        self._times -= 1
        if self._times >= 0:
            raise LookupError("no such column")
        return await self._store.read(unit)


class Counting:
    """A store that counts how often a publisher takes its turn to send."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.turns = 0
        self.read = store.read
        self.write = store.write
        self.close = store.close

    def in_turn(self, work: str = "") -> AbstractAsyncContextManager[bool]:
        self.turns += 1
        return self._store.in_turn(work)


async def walk(running: Running) -> Practice:
    """A case as far as its indicative budget: five events, and three documents."""
    work = Practice(running)
    await work.open()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    return work


async def test_what_a_case_went_through_stands_in_the_feed(feed: Feed, suite_of: SuiteOf, database: str) -> None:
    """Each event says what, which case, whose, from where, when and by whom."""
    before = clock.now()
    async with suite_of("assessment", database=database, feed=feed.running.address) as running:
        work = await walk(running)
        await emptied(running)
    events = await feed.everything()
    assert [event.type for event in events if event.type != DocumentAdded.TYPE] == [
        "case.opened.v1",
        "conversation.recorded.v1",
        "determination.proposed.v1",
        "determination.confirmed.v1",
        "indicative_budget.given.v1",
    ]
    for event in events:
        assert (event.case_id, event.council, event.source, event.actor) == (
            work.case.case_id,
            "example",
            "assessment",
            "amy",
        )
        assert before.timestamp() <= event.occurred_at.ToMilliseconds() / 1000 <= clock.now().timestamp()


async def test_a_refused_change_tells_nothing(feed: Feed, suite_of: SuiteOf, database: str) -> None:
    """Only what was committed is an event."""
    async with suite_of("assessment", database=database, feed=feed.running.address) as running:
        work = Practice(running)
        await work.open()
        work.case.etag = "7"
        with pytest.raises(Exception, match="has changed since you read it"):
            await work.propose()
        await emptied(running)
    assert [event.type for event in await feed.everything()] == ["case.opened.v1"]


async def test_an_event_whose_caller_gave_up_goes_out_all_the_same(
    feed: Feed, suite_of: SuiteOf, database: str
) -> None:
    """The publisher looks by itself, as whoever should have woken it may be gone."""
    async with suite_of("assessment", database=database, feed=feed.running.address) as running:
        await Practice(running).open()
        await emptied(running)
        left = await put(running, 10)
        await emptied(running)
    assert list(await arrived(feed))[1:] == left


async def test_what_an_earlier_process_left_goes_first(feed: Feed, suite_of: SuiteOf, database: str) -> None:
    """A service that starts sends what waits before anything new."""
    async with suite_of("assessment", database=database) as running:
        await walk(running)
        left = await waiting(running)
    assert len(left) == WALKED
    async with suite_of("assessment", database=database, feed=feed.running.address) as running:
        await Practice(running).open()
        await emptied(running)
    assert list(await arrived(feed))[:WALKED] == left


async def test_people_work_on_while_the_feed_is_away(settings: Settings, suite_of: SuiteOf, database: str) -> None:
    """Events wait, the log says so once and says when it is over, and all arrive in order when it is back."""
    async with run_feed(settings) as feed:
        address = feed.running.address
    with capture_logs() as logged:
        async with suite_of("assessment", database=database, feed=address) as running:
            await walk(running)
            left = await waiting(running)
            assert len(left) == WALKED
            await asyncio.sleep(0.5)
            async with run_feed(settings, address) as feed:
                await emptied(running)
                assert await arrived(feed) == left
    said = [line["event"] for line in logged if "outbox" in str(line["event"])]
    assert said == [
        "events cannot be given to the feed; they wait in the outbox",
        "events go out of the outbox again",
    ]


async def test_more_than_fit_into_one_message_arrive_in_order(unheard: Running, feed: Feed) -> None:
    """The outbox is sent in batches, the oldest events first."""
    left = await put(unheard, MANY)
    sending = publisher(unheard, unheard.store, feed)
    sending.start(Background())
    await emptied(unheard)
    await sending.stop()
    assert await arrived(feed) == left


async def test_a_crash_after_giving_and_before_deleting_doubles_nothing(unheard: Running, feed: Feed) -> None:
    """The next process sends the same events again, and the feed does not store them twice."""
    left = await put(unheard, AT_ONCE)
    interrupted = Interrupted(unheard.store)
    crashing = publisher(unheard, interrupted, feed)
    crashing.start(Background())
    await asyncio.wait_for(interrupted.tried.wait(), 10)
    await crashing.stop()
    assert await arrived(feed) == left
    assert await waiting(unheard) == left
    again = publisher(unheard, unheard.store, feed)
    again.start(Background())
    await emptied(unheard)
    await again.stop()
    assert await arrived(feed) == left


async def test_two_processes_of_one_service_double_nothing(unheard: Running, feed: Feed) -> None:
    """Replicas may send the same events at the same time: each is stored once, in order."""
    left = await put(unheard, MANY)
    sending = [publisher(unheard, unheard.store, feed) for _ in range(2)]
    for each in sending:
        each.start(Background())
    await emptied(unheard)
    for each in sending:
        await each.stop()
    assert await arrived(feed) == left


async def test_a_feed_that_refuses_is_asked_again(unheard: Running, feed: Feed) -> None:
    """A publisher with a wrong key logs why, keeps the events, and never gives up."""
    left = await put(unheard, 10)
    stranger = Keys.open(unheard.data / "another")
    with capture_logs() as logged:
        refused = publisher(unheard, unheard.store, feed, stranger)
        refused.start(Background())

        async def said_why() -> bool:
            return any(line.get("reason") == "UNAUTHENTICATED" and "outbox" in line["event"] for line in logged)

        await until(said_why, "the log to say why")
        await refused.stop()
    assert await waiting(unheard) == left
    assert not await feed.everything()


@pytest.mark.parametrize("bad", ["[]", f'{{"x": "{"x" * 1024 * 1024}"}}'])
async def test_an_event_refused_for_good_holds_up_its_own_case_alone(unheard: Running, feed: Feed, bad: str) -> None:
    """The later events of its case wait behind it, those of every other case go out, and the log says so loudly."""
    good = "{}"
    left = await put_payloads(unheard, ("a", good), ("b", bad), ("a", good), ("b", good), ("c", good))
    sending = publisher(unheard, unheard.store, feed)
    with capture_logs() as logged:
        sending.start(Background())

        async def only_the_refused_case_waits() -> bool:
            return await waiting(unheard) == [left[1], left[3]]

        await until(only_the_refused_case_waits, "the others to go out")
        later = await put_payloads(unheard, ("b", good), ("d", good))
        sending.wake()

        async def the_new_one_is_gone() -> bool:
            return await waiting(unheard) == [left[1], left[3], later[2]]

        await until(the_new_one_is_gone, "a later event of another case to go out")
        await sending.stop()
    assert await arrived(feed) == [left[0], left[2], left[4], later[3]]
    [said] = [line for line in logged if line["log_level"] == "error"]
    assert (said["event_id"], said["case_id"]) == (left[1], "b")
    assert said["reason"] in {"FIELD_INVALID", "RESOURCE_EXHAUSTED"}


async def test_a_refused_event_is_tried_again(unheard: Running, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it is mended, or the feed takes it, it goes out by itself, and then what waited behind it, in order."""
    monkeypatch.setattr(publishing, "HELD_BACK_SECONDS", 0.2)
    left = await put_payloads(unheard, ("b", "[]"), ("b", "{}"))
    sending = publisher(unheard, unheard.store, feed)
    with capture_logs() as logged:
        sending.start(Background())

        async def said() -> bool:
            return any(line["log_level"] == "error" for line in logged)

        await until(said, "the log to say that it is refused")
        mend = outbox.update().where(outbox.c.payload == "[]").values(payload="{}")
        await unheard.store.write(lambda connection: connection.execute(mend))
        await emptied(unheard)
        await sending.stop()
    assert await arrived(feed) == left


async def test_trouble_that_nobody_foresaw_ends_no_publishing(unheard: Running, feed: Feed) -> None:
    """It is an error in the log, said once, and events go out when it is over."""
    left = await put(unheard, 10)
    with capture_logs() as logged:
        sending = publisher(unheard, Broken(unheard.store, times=2), feed)
        sending.start(Background())
        await emptied(unheard)
        await sending.stop()
    assert await arrived(feed) == left
    [said] = [line for line in logged if line["log_level"] == "error"]
    assert (said["event"], said["reason"]) == ("publishing failed; events wait in the outbox", "LookupError")


async def test_the_feed_takes_events_from_services_alone(unheard: Running, feed: Feed) -> None:
    """Nobody of the council can put an event into the feed."""
    with pytest.raises(Exception, match="AppendEvents may be called by: the suite itself"):
        await feed.operations.AppendEvents(feed_pb2.AppendEventsRequest())


class Nothing:
    """A store without events."""

    async def read(self, unit: Unit[T]) -> T:
        return []  # type: ignore[return-value]

    async def write(self, unit: Unit[T]) -> T:
        raise NotImplementedError

    def in_turn(self, work: str = "") -> AbstractAsyncContextManager[bool]:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("steps", range(8))
async def test_stopping_in_the_moment_of_waking(steps: int) -> None:
    """However few steps of the event loop lie between a wake and the stop, the publisher stops."""
    publisher = Publisher(Nothing(), "assessment", channel("127.0.0.1:9", lambda: ""))
    publisher.start(Background())
    await asyncio.sleep(0.05)
    publisher.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    stopping = asyncio.create_task(publisher.stop())
    done, _ = await asyncio.wait({stopping}, timeout=3)
    stopping.cancel()  # what swallows the first cancellation is ended by another one
    assert done


async def test_events_that_come_one_after_another_go_together(
    feed: Feed, suite_of: SuiteOf, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first goes at once; under load each sending takes along what came since the one before."""
    pause = 0.3
    monkeypatch.setattr(publishing, "PAUSE_SECONDS", pause)
    async with suite_of("assessment", database=database) as running:
        store = Counting(running.store)
        sending = publisher(running, store, feed)
        sending.start(Background())
        began = monotonic()
        for _ in range(40):
            await put(running, 10)
            sending.wake()
        await emptied(running)
        seconds = monotonic() - began
        await sending.stop()
    assert len(await arrived(feed)) == 400
    assert 0 < store.turns <= seconds / pause + 2
