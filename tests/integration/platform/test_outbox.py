"""Events leave a service in the order in which they were stored, each exactly once, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from integration.assessment.practice import GOOD, Practice, call
from servers.feed import Feed, run_feed
from servers.services import PACK, Running, SuiteOf
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.client import channel, machine_token
from sevensteps.service import outbox as publishing
from sevensteps.service.outbox import AT_ONCE, Publisher, add
from sevensteps.service.store import PUBLISHING, Store, T, Unit
from sevensteps.service.tables import outbox

MANY = 2 * AT_ONCE + 50


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """A feed's settings, beside a service's: the same key, the same database."""
    return Settings(data=tmp_path, database=database, pack=PACK)


@pytest.fixture
async def feed(settings: Settings) -> AsyncIterator[Feed]:
    """An empty feed."""
    async with run_feed(settings) as running:
        yield running


@pytest.fixture
async def unheard(suite_of: SuiteOf, database: str) -> AsyncIterator[Running]:
    """A service whose own publisher reaches nobody."""
    async with suite_of("assessment", database=database) as running:
        yield running


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


def publisher(running: Running, store: Store, feed: Feed, keys: Keys | None = None) -> Publisher:
    """A publisher as a service has one."""
    token = machine_token(keys or running.keys, "assessment", Role.SERVICE)
    return Publisher(store, "assessment", channel(feed.running.address, token))


async def put_payloads(running: Running, *payloads: tuple[str, str]) -> Sequence[str]:
    """Put an event into the outbox for each case and payload; answers the ids of all that wait, in order."""

    def unit(connection: sa.Connection) -> None:
        for case_id, payload in payloads:
            add(
                connection,
                type_="hold.released.v1",
                case_id=case_id,
                council="example",
                occurred_at=clock.as_text(clock.now()),
                actor="amy",
                payload=payload,
            )

    await running.store.write(unit)
    return await waiting(running)


async def put(running: Running, count: int) -> Sequence[str]:
    """Put so many events into the outbox, ten to a transaction; answers their ids in order."""

    def ten(connection: sa.Connection) -> None:
        for number in range(10):
            add(
                connection,
                type_="hold.released.v1",
                case_id=f"case-{number}",
                council="example",
                occurred_at=clock.as_text(clock.now()),
                actor="amy",
                payload="{}",
            )

    for _ in range(count // 10):
        await running.store.write(ten)
    return await waiting(running)


async def waiting(running: Running) -> Sequence[str]:
    """The ids of the events in the outbox, in order."""
    ids = sa.select(outbox.c.event_id).order_by(outbox.c.seq)
    return await running.store.read(lambda connection: list(connection.execute(ids).scalars()))


async def emptied(running: Running) -> None:
    """Wait until nothing is left in the outbox."""

    async def empty() -> bool:
        return not await waiting(running)

    await until(empty, "the outbox to empty")


async def arrived(feed: Feed) -> Sequence[str]:
    """The ids of the events in the feed, in order; their positions are dense."""
    events = await feed.everything()
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    return [event.event_id for event in events]


async def walk(running: Running) -> Practice:
    """A case as far as its indicative budget: four events."""
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
    assert [event.type for event in events] == [
        "case.opened.v1",
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
    assert len(left) == 4
    async with suite_of("assessment", database=database, feed=feed.running.address) as running:
        await Practice(running).open()
        await emptied(running)
    assert list(await arrived(feed))[:4] == left


async def test_people_work_on_while_the_feed_is_away(settings: Settings, suite_of: SuiteOf, database: str) -> None:
    """Events wait, the log says so once and says when it is over, and all arrive in order when it is back."""
    async with run_feed(settings) as feed:
        address = feed.running.address
    with capture_logs() as logged:
        async with suite_of("assessment", database=database, feed=address) as running:
            await walk(running)
            left = await waiting(running)
            assert len(left) == 4
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

    def in_turn(self) -> AbstractAsyncContextManager[bool]:
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


HOLDING = 20
"""Changes of each case, by turns through either instance."""


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_two_instances_on_one_database_tell_everything_once_and_in_order(
    settings: Settings, feed: Feed, suite_of: SuiteOf, database: str
) -> None:
    """Changes through both: every event is once in the feed, and those of a case stand in the order of its changes."""
    async with (
        suite_of("assessment", database=database, feed=feed.running.address) as one,
        suite_of("assessment", database=database, feed=feed.running.address) as other,
    ):

        async def toggle() -> str:
            works = [Practice(one), Practice(other)]
            await works[0].open()
            works[1].case = works[0].case
            for number in range(HOLDING):
                work = works[number % 2]
                rpc = "ReleaseHold" if number % 2 else "PlaceHold"
                await call(work.amy, rpc, work.on_case(GOOD[rpc]))
                works[0].case = works[1].case = await work.read()
            return works[0].case.case_id

        cases = await asyncio.gather(*(toggle() for _ in range(8)))
        await emptied(one)
    events = await feed.everything()
    assert len({event.event_id for event in events}) == len(events) == len(cases) * (HOLDING + 1)
    for case_id in cases:
        told = [event.type for event in events if event.case_id == case_id]
        assert told == ["case.opened.v1", *["hold.placed.v1", "hold.released.v1"] * (HOLDING // 2)]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_one_instance_publishes_at_a_time_and_the_next_takes_over(unheard: Running, feed: Feed) -> None:
    """While one has its turn the other waits; when the first dies, or is cut off, the other goes on."""
    left = await put(unheard, 10)
    held, taken = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with unheard.store.in_turn() as is_ours:
            assert is_ours
            taken.set()
            await held.wait()

    holding = asyncio.create_task(hold())
    await taken.wait()
    sending = publisher(unheard, unheard.store, feed)
    sending.start(Background())
    await asyncio.sleep(0.5)
    assert not await feed.everything()
    end = sa.text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = :key")
    await unheard.store.write(lambda connection: connection.execute(end, {"key": PUBLISHING}).all())
    await emptied(unheard)
    await sending.stop()
    held.set()
    with pytest.raises(Fault, match="STORE_UNAVAILABLE"):
        await holding
    assert await arrived(feed) == left


class Crowded:
    """A store in which, between the sending of events and their deletion, somebody else deletes them, and adds one."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self.added: Sequence[str] = ()
        self.read = running.store.read
        self.in_turn = running.store.in_turn
        self.close = running.store.close

    async def write(self, unit: Unit[T]) -> T:
        if not self.added:
            await self._running.store.write(lambda connection: connection.execute(outbox.delete()))
            self.added = await put_payloads(self._running, ("case-b", "{}"))
        return await self._running.store.write(unit)


async def test_a_row_number_that_is_given_again_loses_no_event(unheard: Running, feed: Feed) -> None:
    """An event stored while others are sent stays, though SQLite gives it the number of one that is gone."""
    left = await put_payloads(unheard, ("case-a", "{}"))
    crowded = Crowded(unheard)
    sending = publisher(unheard, crowded, feed)
    sending.start(Background())
    await emptied(unheard)
    await sending.stop()
    assert await arrived(feed) == [*left, *crowded.added]
