"""What is newly stuck is told on the feed, once, and told again as mended."""

import asyncio
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from integration.platform.sending import emptied
from servers.feed import Feed
from servers.operations import Operations, run_operations, told
from servers.services import NOBODY
from servers.stuck import BEGAN, cases, find, missing, no_worker, parked
from servers.waiting import until
from services.operations.alerts.telling import AT_ONCE, MENDED_FOR
from services.operations.domain.finding import Finding, StuckKind
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.config import Settings
from sevensteps.events import HEARD, CaseOpened, CaseStuck, CaseUnstuck
from sevensteps.local.processes import Process
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.service.opening import open_store
from sevensteps.service.store import Store
from sevensteps.service.tables import outbox

pytestmark = pytest.mark.usefixtures("no_looks")
MINUTE = timedelta(minutes=1)
LATER = BEGAN + MENDED_FOR


async def on_feed(feed: Feed, count: int) -> Sequence[Event]:
    """The events of operations in the feed, when there are so many; and no more."""
    found: list[Event] = []

    async def are_there() -> bool:
        found[:] = [event for event in await feed.everything() if event.source == "operations"]
        return len(found) >= count

    await until(are_there, f"{count} events of operations")
    assert len(found) == count
    return found


async def test_a_case_that_gets_stuck_is_told_once(feed: Feed, operations: Operations) -> None:
    """In which way, by what, whose turn it is, and since when; however often it is found."""
    for minute in range(3):
        await operations.finds(BEGAN + minute * MINUTE, parked("case-1"))
        await emptied(operations.running)
    (event,) = await on_feed(feed, 1)
    assert (event.type, event.case_id, event.council, event.actor) == (
        CaseStuck.TYPE,
        "case-1",
        "example",
        "operations",
    )
    cause = "parked/OpenPlan/PACK_REFUSED"
    assert CaseStuck.of(event.payload) == CaseStuck("parked", cause, "system", "2026-06-01T09:30:00.000Z")
    assert event.occurred_at.seconds == BEGAN.timestamp()


async def test_what_is_mended_is_told_when_it_has_stayed_so(feed: Feed, operations: Operations) -> None:
    """With the moment at which it was seen to be mended; then it is over."""
    await operations.finds(BEGAN, parked("case-1"), missing("case-2"))
    await operations.finds(BEGAN + MINUTE, missing("case-2"))
    await operations.finds(LATER, missing("case-2"))
    await emptied(operations.running)
    await on_feed(feed, 2)
    for hours in range(2):
        await operations.finds(LATER + MINUTE + timedelta(hours=hours), missing("case-2"))
    await emptied(operations.running)
    *_, event = await on_feed(feed, 3)
    assert (event.type, event.case_id) == (CaseUnstuck.TYPE, "case-1")
    payload = CaseUnstuck.of(event.payload)
    assert (payload.kind, payload.cause) == ("parked", "parked/OpenPlan/PACK_REFUSED")
    assert (payload.since, payload.mended_at) == ("2026-06-01T09:30:00.000Z", "2026-06-01T09:31:00.000Z")


async def test_what_comes_and_goes_is_told_once(feed: Feed, operations: Operations) -> None:
    """For an hour it goes and comes back every few minutes: one event says that it is stuck, one that it is mended."""
    for minute in range(0, 60, 2):
        await operations.finds(BEGAN + minute * MINUTE, *([parked("case-1")] if minute % 4 == 0 else []))
    for minute in range(60, 80, 2):
        await operations.finds(BEGAN + minute * MINUTE)
    await emptied(operations.running)
    assert [event.type for event in await on_feed(feed, 2)] == [CaseStuck.TYPE, CaseUnstuck.TYPE]
    await operations.finds(BEGAN + 90 * MINUTE, parked("case-1"))
    await emptied(operations.running)
    assert (await on_feed(feed, 3))[-1].type == CaseStuck.TYPE


async def test_another_cause_is_told(feed: Feed, operations: Operations) -> None:
    """A case that was resumed and is parked again for another reason is stuck in another way."""
    await operations.finds(BEGAN, parked("case-1"))
    await operations.finds(BEGAN + MINUTE, parked("case-1", "NO_VALUE"))
    await operations.finds(LATER + MINUTE, parked("case-1", "NO_VALUE"))
    await emptied(operations.running)
    events = await on_feed(feed, 3)
    reasons = [(event.type, json.loads(event.payload)["cause"].split("/")[-1]) for event in events]
    assert reasons == [
        (CaseStuck.TYPE, "PACK_REFUSED"),
        (CaseStuck.TYPE, "NO_VALUE"),
        (CaseUnstuck.TYPE, "PACK_REFUSED"),
    ]


async def test_what_is_no_case_or_not_stuck_has_no_event(feed: Feed, operations: Operations) -> None:
    """A part of the suite is seen by figures and alerts; a date that is near is no trouble yet."""
    near = replace(missing("case-1"), kind=StuckKind.CLOCK_NEAR, cause="clock_near/advice")
    await operations.finds(BEGAN, no_worker(), near, missing("case-2"))
    await operations.finds(LATER + MINUTE)
    await operations.finds(LATER + 2 * MENDED_FOR)
    await emptied(operations.running)
    assert {event.case_id for event in await on_feed(feed, 2)} == {"case-2"}


async def test_what_somebody_wrote_to_temporal_is_not_told(feed: Feed, operations: Operations) -> None:
    """Whoever ends a journey by hand may give a reason, and name somebody in it."""
    kind = StuckKind.JOURNEY_STOPPED
    detail = {"how": "terminated", "at": "1 June 2026, 09:30 UTC", "because": " (Ann Example moved)"}
    ended = replace(missing("case-1"), kind=kind, cause=f"{kind}/terminated/Ann Example moved", detail=detail)
    await operations.finds(BEGAN, ended)
    await operations.finds(BEGAN + MINUTE)
    await operations.finds(LATER + MINUTE)
    await emptied(operations.running)
    for event in await on_feed(feed, 2):
        assert json.loads(event.payload)["cause"] == "journey_stopped/terminated"


async def test_very_many_are_told_in_parts(feed: Feed, operations: Operations) -> None:
    """Temporal has lost every journey: a pass tells so many, the next ones the rest, and each is told once."""
    found = [missing(case_id) for case_id in cases(2 * AT_ONCE + 7)]
    for minute, count in enumerate((AT_ONCE, 2 * AT_ONCE, len(found), len(found))):
        await operations.finds(BEGAN + minute * MINUTE, *found)
        await emptied(operations.running)
        events = await on_feed(feed, count)
        assert len({event.case_id for event in events}) == count
    for minute, count in enumerate((0, AT_ONCE, 2 * AT_ONCE, len(found))):
        await operations.finds(LATER + (minute + (9 if minute else 0)) * MINUTE)
        await emptied(operations.running)
        assert len(await on_feed(feed, len(found) + count)) == len(found) + count


async def test_the_rows_stay_as_they_are(feed: Feed, operations: Operations) -> None:
    """Operations hear their own events, which change nothing but how far a case was heard; no journey hears them."""
    head = await feed.append([told("case-1", CaseOpened("adult", "2026-06-29"))])
    await operations.come_to(head)
    (before,) = await operations.rows()
    await operations.finds(BEGAN, missing("case-1"))
    await emptied(operations.running)
    await operations.come_to(head + 1)
    (after,) = await operations.rows()
    assert after[:-1] == before[:-1]
    assert {CaseStuck.TYPE, CaseUnstuck.TYPE}.isdisjoint(HEARD)


@pytest.mark.parametrize("were_sent", [0, 3])
async def test_what_was_told_before_an_end_is_sent_after_it(settings: Settings, feed: Feed, were_sent: int) -> None:
    """A process that ends between commit and sending, or between sending and noting it, sends each event once."""
    async with run_operations(replace(settings, feed=NOBODY)) as operations:
        await operations.finds(BEGAN, *map(missing, cases(5)))
        store = operations.running.store
        rows = await store.read(lambda connection: connection.execute(sa.select(outbox)).mappings().all())
    sent_already = [told(row["case_id"], CaseStuck.of(row["payload"])) for row in rows[:were_sent]]
    for event, row in zip(sent_already, rows, strict=False):
        event.event_id, event.source = row["event_id"], "operations"
    await feed.append(sent_already)
    async with run_operations(replace(settings, feed=feed.running.address)) as operations:
        await emptied(operations.running)
        assert {event.case_id for event in await on_feed(feed, 5)} == set(cases(5))


async def test_killed_at_any_moment_operations_send_each_event_once(settings: Settings, feed: Feed) -> None:
    """Pass after pass finds more, while the process that sends is killed under them, twice."""
    of_process = on_free_ports(replace(settings, feed=feed.running.address))
    of_process = replace(of_process, feed=feed.running.address)
    chance = random.Random(20260601)  # noqa: S311 - to be repeated, not to be secret
    found: list[Finding] = []
    for _ in range(3):
        async with running_process(of_process) as (process, store):
            for case_id in cases(len(found) + 40)[len(found) :]:
                found.append(missing(case_id))
                await find(store, BEGAN, *found)
            await asyncio.sleep(chance.uniform(0, 0.3))
            assert process.pid, process.last_log_line()
            os.kill(process.pid, signal.SIGKILL)
    async with run_operations(replace(settings, feed=feed.running.address)) as operations:
        await emptied(operations.running)
    assert sorted(event.case_id for event in await on_feed(feed, len(found))) == list(cases(len(found)))


@asynccontextmanager
async def running_process(settings: Settings) -> AsyncIterator[tuple[Process, Store]]:
    """Operations as a process of its own, and its records."""
    suite = Suite(settings, lambda _: None)
    process = next(process for process in suite.services if process.name == "operations")
    await process.start()
    store = open_store(settings.database, settings.data, "operations")
    try:
        await suite.wait_until_serving(process)
        yield process, store
    finally:
        await process.stop()
        await store.close()
