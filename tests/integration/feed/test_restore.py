"""After a restore: a reader with a token from a feed that no longer is never reads on as if nothing had happened."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from servers.feed import Feed, event, run_feed
from servers.programs import find_postgres
from servers.services import PACK, refusal_of
from services.feed import tables
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.config import Settings
from sevensteps.errors import Kind
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store
from stored.fixture import dump_of, restore_database

Records = dict[str, bytes]


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """Of a feed that a test stops, restores and starts again."""
    return Settings(data=tmp_path, database=database, pack=PACK)


def backup_of(settings: Settings) -> Records:
    """The records of a feed that has stopped: a dump, or its file."""
    if settings.database:
        url, programs = make_url(settings.database), find_postgres()
        assert programs
        assert url.port
        assert url.database
        return dump_of(programs, url.port, url.database)
    return {"feed.db": (settings.data / "feed.db").read_bytes()}


async def lose(settings: Settings) -> None:
    """Remove the records of a feed that has stopped."""
    if not settings.database:
        for file in settings.data.glob("feed.db*"):
            file.unlink()
        return
    url = make_url(settings.database).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    await connection.execute("DROP SCHEMA feed CASCADE")
    await connection.close()


async def restore(records: Records, settings: Settings) -> None:
    """Put a backup in the place of the records of a feed that has stopped."""
    await lose(settings)
    if settings.database:
        await restore_database(records, settings.database)
    for name in [] if settings.database else records:
        (settings.data / name).write_bytes(records[name])


async def opened(feed: Feed, count: int) -> list[pb.Event]:
    """So many new events of open cases, appended."""
    events = [event("case.opened.v1") for _ in range(count)]
    await feed.append(events)
    return events


async def bookmarks(feed: Feed) -> tuple[str, str, str]:
    """The end of the feed as a list, a stream and a subscription of it tell: tokens."""
    listed = await feed.journey.ListEvents(pb.ListEventsRequest(page_size=1000))
    watching = aiter(feed.journey.WatchEvents(pb.WatchEventsRequest()))
    watched = await anext(watching)
    assert not listed.more
    assert watched.bookmark == len(listed.events)
    acknowledging = pb.AcknowledgeEventsRequest(name="journeys", resume_token=watched.resume_token)
    assert (await feed.journey.AcknowledgeEvents(acknowledging)).position == watched.bookmark
    subscription = await feed.journey.GetSubscription(pb.GetSubscriptionRequest(name="journeys"))
    assert {listed.feed_id, watched.feed_id, subscription.feed_id} == {str(UUID(listed.feed_id))}
    return listed.next_page_token, watched.resume_token, subscription.resume_token


def uses(feed: Feed, token: str) -> list[Awaitable[object]]:
    """Every call that takes a token, with this one."""
    return [
        feed.journey.ListEvents(pb.ListEventsRequest(page_token=token)),
        anext(aiter(feed.journey.WatchEvents(pb.WatchEventsRequest(resume_token=token), timeout=20))),
        feed.journey.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="journeys", resume_token=token)),
    ]


async def read_on(feed: Feed, token: str) -> list[int]:
    """The positions that a list and a stream from a token give, which are the same."""
    listed = await feed.journey.ListEvents(pb.ListEventsRequest(page_size=1000, page_token=token))
    watching = feed.journey.WatchEvents(pb.WatchEventsRequest(resume_token=token), timeout=20)
    watched = await anext(aiter(watching))
    assert listed.events == watched.events
    return [each.position for each in listed.events]


async def assert_changed(feed: Feed, *tokens: str) -> None:
    """Every use of every token is refused as FEED_CHANGED, and says what to do."""
    for token in tokens:
        for call in uses(feed, token):
            fault = await refusal_of(call)
            assert (fault.kind, fault.reason) == (Kind.OUT_OF_RANGE, "FEED_CHANGED")
            assert "Read again from the beginning" in fault.detail
            assert set(fault.metadata) == {"feed_id", "earliest", "last"}


@pytest.mark.parametrize("grows", [0, 2, 3, 4])
async def test_an_older_backup_is_noticed_whether_or_not_it_has_grown_past_the_bookmark(
    settings: Settings, grows: int
) -> None:
    """Its end is before the bookmark, at it or after it: other events stand there. Its identity is the same."""
    async with run_feed(settings) as feed:
        await opened(feed, 3)
        before = await bookmarks(feed)
    records = backup_of(settings)
    async with run_feed(settings) as feed:
        await opened(feed, 3)
        lost = await bookmarks(feed)
    await restore(records, settings)
    async with run_feed(settings) as feed:
        await opened(feed, grows)
        await assert_changed(feed, *lost)
        for token in before:
            assert await read_on(feed, token) == [4, 5, 6, 7][:grows]
        again = await feed.journey.ListEvents(pb.ListEventsRequest())
        assert [each.position for each in again.events] == [1, 2, 3, 4, 5, 6, 7][: 3 + grows]


async def test_a_copy_that_is_put_back_whole_changes_nothing(settings: Settings) -> None:
    """A backup as new as the bookmark: readers go on, and nobody is told anything."""
    async with run_feed(settings) as feed:
        await opened(feed, 3)
        tokens = await bookmarks(feed)
    await restore(backup_of(settings), settings)
    async with run_feed(settings) as feed:
        await opened(feed, 2)
        for token in tokens:
            assert await read_on(feed, token) == [4, 5]


async def test_a_feed_that_begins_anew_is_noticed_even_at_its_beginning(settings: Settings) -> None:
    """It has another identity; a token of the beginning of the lost feed is refused too."""
    async with run_feed(settings) as feed:
        beginning = await bookmarks(feed)
        await opened(feed, 3)
        lost = await bookmarks(feed)
        identity = (await feed.journey.ListEvents(pb.ListEventsRequest())).feed_id
    await lose(settings)
    async with run_feed(settings) as feed:
        await opened(feed, 5)
        await assert_changed(feed, *beginning, *lost)
        assert (await feed.journey.ListEvents(pb.ListEventsRequest())).feed_id != identity


async def test_a_number_alone_cannot_be_compared(settings: Settings) -> None:
    """A reader who stored only a position hears nothing of a restore, unless the feed ends before it."""
    async with run_feed(settings) as feed:
        await opened(feed, 1)
    records = backup_of(settings)
    await restore(records, settings)
    async with run_feed(settings) as feed:
        fault = await refusal_of(feed.journey.ListEvents(pb.ListEventsRequest(after=3)))
        assert (fault.kind, fault.reason) == (Kind.OUT_OF_RANGE, "CURSOR_AHEAD")
        await opened(feed, 3)
        page = await feed.journey.ListEvents(pb.ListEventsRequest(after=3))
        assert [each.position for each in page.events] == [4]


async def test_a_trim_keeps_the_identity(settings: Settings) -> None:
    """A token just before the earliest goes on, an earlier one is EVENTS_TRIMMED; the beginning is what is left."""
    async with run_feed(settings) as feed:
        beginning = await bookmarks(feed)
        await opened(feed, 1)
        early = await bookmarks(feed)
        await feed.append([event("case.ended.v1"), event(case_id="case-b")])
        at_two = (await feed.journey.ListEvents(pb.ListEventsRequest(page_size=2))).next_page_token
        await feed.journey.AcknowledgeEvents(pb.AcknowledgeEventsRequest(name="journeys", position=3))
        await feed.operations.TrimEvents(pb.TrimEventsRequest(up_to=2))
        for token in early:
            for call in uses(feed, token):
                fault = await refusal_of(call)
                assert (fault.kind, fault.reason) == (Kind.OUT_OF_RANGE, "EVENTS_TRIMMED")
                assert fault.metadata == {"earliest": "3"}
        for token in (at_two, *beginning):
            assert await read_on(feed, token) == [3]


async def test_what_was_trimmed_after_a_restore_is_still_compared(settings: Settings) -> None:
    """The event just before the earliest is another one than the bookmark's: dropped, but not forgotten."""
    async with run_feed(settings) as feed:
        await opened(feed, 1)
    records = backup_of(settings)
    async with run_feed(settings) as feed:
        await feed.append([event("case.ended.v1")])
        lost = await bookmarks(feed)
    await restore(records, settings)
    async with run_feed(settings) as feed:
        await feed.append([event("case.ended.v1"), event(case_id="case-b")])
        await feed.operations.TrimEvents(pb.TrimEventsRequest(up_to=2))
        await assert_changed(feed, *lost)


async def test_a_restore_under_a_stream_is_noticed_by_the_stream(feed: Feed) -> None:
    """On PostgreSQL records can be put back while the feed runs: the next part of the stream is refused."""
    await opened(feed, 2)
    stream = aiter(feed.journey.WatchEvents(pb.WatchEventsRequest(), timeout=20))
    assert (await anext(stream)).bookmark == 2
    other = tables.events.update().where(tables.events.c.position == 2).values(event_id=str(UUID(int=1)))
    await feed.running.store.write(lambda connection: connection.execute(other))
    await opened(feed, 1)
    assert (await refusal_of(anext(stream))).reason == "FEED_CHANGED"


async def test_an_upgraded_feed_has_an_identity_and_goes_on(settings: Settings) -> None:
    """A feed of version 0.1.0 that had dropped events: which the last of them was is not known, and does no harm."""
    await asyncio.to_thread(upgrade, "feed", settings.database, settings.data, "0001")
    store = open_store(settings.database, settings.data, "feed")
    await store.write(lambda connection: connection.execute(sa.text("UPDATE head SET earliest = 5, last = 4")))
    await store.close()
    async with run_feed(settings) as feed:
        token = (await feed.journey.ListEvents(pb.ListEventsRequest())).next_page_token
        await opened(feed, 1)
        assert await read_on(feed, token) == [5]
