"""Of two workers one relays, until it stops or is told that it is the other's turn."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from servers.feed import Feed, run_feed
from servers.services import PACK
from servers.waiting import until
from services.feed.tables import turns
from sevensteps.config import Settings
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.rpc.client import channel
from workflows.delivery import turn
from workflows.delivery.feed import Feed as JourneysFeed
from workflows.delivery.turn import Turns


class Worker:
    """What one worker does while it is its turn."""

    def __init__(self, feed: JourneysFeed) -> None:
        self.works = False
        self.task = asyncio.create_task(Turns(feed).run(self._work))

    async def _work(self) -> None:
        self.works = True
        try:
            await asyncio.Event().wait()
        finally:
            self.works = False

    async def stop(self) -> None:
        """As at SIGTERM."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Feed]:
    """A feed whose turns workers ask for all the time."""
    monkeypatch.setattr(turn, "ASK_SECONDS", 0.02)
    async with run_feed(Settings(data=tmp_path, pack=PACK)) as feed:
        yield feed


async def works(worker: Worker) -> None:
    """Wait until it is a worker's turn."""

    async def does() -> bool:
        return worker.works

    await until(does, "the worker to relay", 60)


async def test_one_relays_and_the_other_when_it_stops_or_has_lost_its_turn(feed: Feed) -> None:
    """At once after a stop; and whoever comes back after its turn was over rests as soon as it is told."""
    token = feed.running.token("journey", Role.JOURNEY, council=EVERY_COUNCIL)
    async with channel(feed.running.address, lambda: token) as calls:
        one = Worker(JourneysFeed(calls))
        await works(one)
        other = Worker(JourneysFeed(calls))
        await asyncio.sleep(0.2)
        assert one.works
        assert not other.works
        await one.stop()
        assert not one.works
        await works(other)
        over = turns.update().values(reader="a third one")
        await feed.running.store.write(lambda connection: connection.execute(over))

        async def rests() -> bool:
            return not other.works

        await until(rests, "it to be told", 60)
        await works(other)  # the third one does not ask again
        await other.stop()


async def test_while_the_feed_is_away_whoever_relays_goes_on(feed: Feed) -> None:
    """Nobody else can have been given its turn meanwhile."""
    token = feed.running.token("journey", Role.JOURNEY, council=EVERY_COUNCIL)
    async with channel(feed.running.address, lambda: token) as calls:
        one = Worker(JourneysFeed(calls))
        await works(one)
        await feed.stop()
        await asyncio.sleep(0.2)
        assert one.works
        await one.stop()
