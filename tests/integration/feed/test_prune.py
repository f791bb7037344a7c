"""Dropping the events of cases that ended long ago: whole cases, wherever they lie, and nobody misses one unawares."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from servers.feed import Feed, event
from servers.services import reason_of, refusal_of
from servers.waiting import until
from services.feed import dropping, pruning
from services.feed.prune import main
from services.feed.tables import prunings
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind

KEPT = timedelta(days=365)
LONG_AGO, LATELY = (clock.now() - timedelta(days=days) for days in (400, 300))


def at(when: datetime, type_: str, case_id: str) -> pb.Event:
    """An event that happened at a time."""
    happened = event(type_, case_id)
    happened.occurred_at.FromDatetime(when)
    return happened


def opened(case_id: str, when: datetime = LONG_AGO) -> pb.Event:
    return at(when, "case.opened.v1", case_id)


def ended(case_id: str, when: datetime = LONG_AGO) -> pb.Event:
    return at(when, "case.ended.v1", case_id)


def saved(case_id: str, when: datetime = LONG_AGO) -> pb.Event:
    return at(when, "plan.saved.v1", case_id)


async def prune(feed: Feed) -> pruning.Found:
    """Drop what may go, once more today."""
    await first_of_day(feed)
    gone = await pruning.prune(feed.running.store, KEPT, again=True)
    assert gone
    return gone


async def positions(feed: Feed) -> list[int]:
    """Of everything that is left, read from the beginning, two events a page."""
    found: list[int] = []
    request = pb.ListEventsRequest(page_size=2)
    while True:
        page = await feed.integrator.ListEvents(request)
        found += [each.position for each in page.events]
        if not page.more:
            return found
        request.page_token = page.next_page_token


async def acknowledge(feed: Feed, position: int = 0, token: str = "") -> None:
    """Make the integrator's subscription, or move it."""
    request = pb.AcknowledgeEventsRequest(name="board", position=position, resume_token=token)
    await feed.integrator.AcknowledgeEvents(request)


async def test_ended_cases_go_though_an_older_one_is_open(feed: Feed) -> None:
    """The other cases keep their events and positions, and who begins now reads all that is left, page by page."""
    await feed.append([opened("case-open"), opened("case-a"), saved("case-open"), ended("case-a")])
    await feed.append(
        [opened("case-b"), saved("case-open"), ended("case-b"), saved("case-open"), saved("case-new", LATELY)]
    )
    before = {each.position: each for each in await feed.everything()}
    gone = await prune(feed)
    assert ([case.case_id for case in gone.cases], gone.events, gone.held_back) == (["case-a", "case-b"], 4, False)
    assert await positions(feed) == [1, 3, 6, 8, 9]
    assert [each for each in before.values() if each.position in {1, 3, 6, 8, 9}] == await feed.everything()
    assert (await prune(feed)).events == 0
    assert await feed.append([saved("case-open")]) == 10


async def test_who_was_there_before_is_told_and_who_has_read_everything_goes_on(feed: Feed) -> None:
    """A place before what was dropped, however it is given, is EVENTS_TRIMMED; a place behind it is still good."""
    await feed.append([opened("case-open"), opened("case-a"), ended("case-a"), saved("case-open")])
    early = (await feed.integrator.ListEvents(pb.ListEventsRequest(page_size=1))).next_page_token
    late = (await feed.integrator.ListEvents(pb.ListEventsRequest(page_size=4))).next_page_token
    await prune(feed)
    for call in (
        feed.integrator.ListEvents(pb.ListEventsRequest(page_token=early)),
        feed.integrator.ListEvents(pb.ListEventsRequest(after=1)),
        anext(aiter(feed.integrator.WatchEvents(pb.WatchEventsRequest(after=2)))),
        acknowledge(feed, position=1),
    ):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason, fault.metadata) == (Kind.OUT_OF_RANGE, "EVENTS_TRIMMED", {"earliest": "4"})
    for request in (pb.ListEventsRequest(page_token=late), pb.ListEventsRequest(after=3)):
        assert (await reason_of(feed.integrator.ListEvents(request))) == ""


async def test_who_began_after_the_drop_is_told_of_the_next_one(feed: Feed) -> None:
    """A token given in the middle of what is left is good until something more goes; a subscription keeps it there."""
    await feed.append([opened("case-open"), saved("case-open"), opened("case-a"), ended("case-a"), opened("case-b")])
    await prune(feed)
    middle = (await feed.integrator.ListEvents(pb.ListEventsRequest(page_size=1))).next_page_token
    assert (await reason_of(feed.integrator.ListEvents(pb.ListEventsRequest(page_token=middle)))) == ""
    watched = await anext(aiter(feed.integrator.WatchEvents(pb.WatchEventsRequest(resume_token=middle), timeout=20)))
    assert [each.position for each in watched.events] == [2, 5]
    await feed.append([ended("case-b"), saved("case-open")])

    await acknowledge(feed, token=middle)
    held = await prune(feed)
    assert (held.events, held.held_back) == (0, True)
    at_one = (await feed.integrator.GetSubscription(pb.GetSubscriptionRequest(name="board"))).resume_token
    page = await feed.integrator.ListEvents(pb.ListEventsRequest(page_token=at_one))
    assert [each.position for each in page.events] == [2, 5, 6, 7]

    await feed.integrator.DeleteSubscription(pb.DeleteSubscriptionRequest(name="board"))
    assert (await prune(feed)).events == 2
    refused = await refusal_of(feed.integrator.ListEvents(pb.ListEventsRequest(page_token=middle)))
    assert refused.reason == "EVENTS_TRIMMED"
    assert await positions(feed) == [1, 2, 7]


@pytest.mark.parametrize("database", [""])
async def test_what_is_open_or_was_heard_of_lately_stays(feed: Feed) -> None:
    """A case goes by its last event, such as a complaint after its ending: it goes whole, or not at all."""
    await feed.append([opened("case-a"), ended("case-a"), opened("case-b"), opened("case-c"), ended("case-c")])
    await feed.append([saved("case-a", LATELY), opened("case-d", LATELY), ended("case-d", LATELY)])
    gone = await prune(feed)
    assert [case.case_id for case in gone.cases] == ["case-c"]
    assert await positions(feed) == [1, 2, 3, 6, 7, 8]


async def test_what_comes_while_it_is_done_stays(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case of which something comes between the look and the drop stays whole."""
    await feed.append([opened("case-a"), ended("case-a"), opened("case-b"), ended("case-b")])
    looked = pruning.find

    async def look_and_let_one_come(*looking: object) -> pruning.Found:
        found = await looked(*looking)  # type: ignore[arg-type]
        await feed.append([saved("case-a")])
        return found

    monkeypatch.setattr(pruning, "find", look_and_let_one_come)
    assert [case.case_id for case in (await prune(feed)).cases] == ["case-b"]
    assert await positions(feed) == [1, 2, 5]


async def test_a_dropped_event_that_is_sent_again_is_still_known(feed: Feed) -> None:
    """It is not stored again, and an event of a dropped case that is new is."""
    sent = [opened("case-a"), ended("case-a"), saved("case-open")]
    await feed.append(sent)
    await prune(feed)
    assert await feed.append([*sent, saved("case-a")]) == 4
    assert await positions(feed) == [3, 4]


async def test_a_trim_still_keeps_what_is_open(feed: Feed) -> None:
    """Also where an open case is left alone among dropped ones; and what it drops below them moves nothing."""
    await feed.append([opened("case-a"), opened("case-b"), ended("case-b"), opened("case-c"), ended("case-c", LATELY)])
    await prune(feed)
    for up_to in (1, 3, 5):
        refused = await refusal_of(feed.operations.TrimEvents(pb.TrimEventsRequest(up_to=up_to)))
        assert (refused.reason, refused.metadata) == ("CASES_OPEN", {"case_id": "case-a"})
    await feed.append([ended("case-a", LATELY)])
    assert (await feed.operations.TrimEvents(pb.TrimEventsRequest(up_to=6))).earliest == 7
    assert await positions(feed) == []


async def noted(feed: Feed) -> Sequence[sa.Row[str, str, str, int, int]]:
    """What is on record of what was dropped."""
    return await feed.running.store.read(lambda connection: connection.execute(sa.select(prunings)).all())


async def first_of_day(feed: Feed) -> None:
    """Wait until the feed has done it by itself, as it does when it starts."""

    async def is_done() -> bool:
        return any(row.ended_at for row in await noted(feed))

    await until(is_done, "the feed to look for what is old")


async def test_it_is_done_once_a_day_by_one_and_a_kill_in_the_middle_does_no_harm(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks after the one that was killed has been silent goes on; the record adds up."""
    records = feed.running.store
    await first_of_day(feed)
    assert await pruning.prune(records, KEPT) is None, "done today"

    await feed.append([each for number in range(4) for each in (opened(f"case-{number}"), ended(f"case-{number}"))])
    monkeypatch.setattr(pruning, "CASES_AT_ONCE", 1)
    drop = dropping.drop_cases
    times = iter(range(9))

    def drop_two(connection: sa.Connection, cases: list[str], last: int) -> None:
        drop(connection, cases, last)
        if next(times) == 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(dropping, "drop_cases", drop_two)
    with pytest.raises(RuntimeError):
        await pruning.prune(records, KEPT, again=True)
    assert await positions(feed) == [5, 6, 7, 8], "what was dropped stays so, and the rest is whole"
    assert await pruning.prune(records, KEPT, again=True) is None, "somebody may be at it"

    monkeypatch.setattr(pruning, "SILENT", timedelta(0))
    await asyncio.sleep(0.002)
    gone = await pruning.prune(records, KEPT)
    assert (gone and gone.events, await positions(feed)) == (4, [])
    [row] = await noted(feed)
    assert (row.cases, row.events, row.ended_at > row.day) == (4, 8, True)


async def test_two_at_once_are_one(feed: Feed) -> None:
    """Of two instances that begin at the same moment, one does it."""
    await feed.append([opened("case-a"), ended("case-a")])

    def forget(connection: sa.Connection) -> None:
        connection.execute(prunings.delete())

    await first_of_day(feed)
    await feed.running.store.write(forget)
    both = await asyncio.gather(*(pruning.prune(feed.running.store, KEPT) for _ in range(2)))
    assert sorted(gone.events if gone else -1 for gone in both) == [-1, 2]


async def test_the_command_says_what_it_would_drop_and_drops_it(feed: Feed, capsys: pytest.CaptureFixture[str]) -> None:
    """In words and as JSON, beside a feed that runs."""
    await first_of_day(feed)
    settings = feed.running.settings
    old = clock.now() - timedelta(days=settings.feed_days + 1)
    await feed.append([opened("case-a", old), ended("case-a", old), opened("case-b", old), ended("case-b", old)])
    await acknowledge(feed, position=2)
    await main(settings, ["--dry-run"])
    said = capsys.readouterr().out
    assert "Would drop 2 events of 1 ended case, whose last event was before " in said
    assert "Nothing after position 2 can go, because a subscription has not read it" in said
    await main(settings, ["--dry-run", "--json"])
    printed = capsys.readouterr().out
    assert json.loads(printed[printed.index("{") :])["events"] == 2
    assert await positions(feed) == [1, 2, 3, 4]
    await main(settings)
    assert "Dropped 2 events of 1 ended case" in capsys.readouterr().out
    assert await positions(feed) == [3, 4]


async def test_the_command_refuses_records_that_are_behind(tmp_path: Path) -> None:
    """It says what to do instead of failing somewhere in the middle."""
    with pytest.raises(Fault, match="RECORDS_BEHIND"):
        await main(replace(Settings(), data=tmp_path))


async def test_the_moment_is_found_in_a_feed_with_gaps(feed: Feed) -> None:
    """By halving: wherever the boundary is, and whatever was dropped before."""
    await feed.append([saved("case-old"), opened("case-a"), ended("case-a"), *(saved("case-old") for _ in range(4))])
    await feed.append([saved("case-new", LATELY) for _ in range(5)])
    for _ in range(2):
        for days, old in ((500, 0), (350, 7), (1, 12)):
            before = clock.now() - timedelta(days=days)
            assert await pruning._last_before(feed.running.store, before) == old  # noqa: SLF001
        await prune(feed)
    assert await feed.running.store.read(dropping.first_position) == 1
