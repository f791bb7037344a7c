"""Several instances of one service on one database: each event once, those of a case in order."""

import asyncio
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from integration.assessment.practice import GOOD, Practice, call
from integration.platform.sending import arrived, emptied, publisher, put, put_payloads
from servers.feed import Feed
from servers.services import Running, SuiteOf
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.service.postgres_store import PUBLISHING
from sevensteps.service.store import T, Unit
from sevensteps.service.tables import outbox

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
