"""Dropping the events of cases that ended long ago, once a day. Records and receipts stay; so do positions.

A case goes whole or not at all, and only when every subscription has read its last event. Cases go in the order of
their last events: so whoever has read up to somewhere can be told whether anything has gone after that place.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from services.feed import dropping, store
from services.feed.tables import prunings
from sevensteps import clock, log
from sevensteps.errors import waiting_out
from sevensteps.service.store import Store
from sevensteps.telemetry import series

JOB = "pruning"
"""What it is called where jobs are counted."""
LOOK_SECONDS = 600.0
"""How often to look whether it has been done today."""
ENDED_AT_ONCE = 500
"""Most cases that are looked at together."""
CASES_AT_ONCE = 10
"""Most cases that one transaction drops, some thirty events each: services are waiting to append."""
PAUSE_SECONDS = 0.05
SILENT = timedelta(minutes=10)
"""After so long without a word another instance takes over from the one that has begun."""

OF_DAY = sa.select(prunings).where(prunings.c.day == sa.bindparam("of_day"))
BEGIN = prunings.insert()
GO_ON = (
    prunings.update().where(prunings.c.day == sa.bindparam("of_day")).values(seen_at=sa.bindparam("now"), ended_at="")
)
NOTE = (
    prunings.update()
    .where(prunings.c.day == sa.bindparam("of_day"))
    .values(
        seen_at=sa.bindparam("now"),
        cases=prunings.c.cases + sa.bindparam("more_cases"),
        events=prunings.c.events + sa.bindparam("more_events"),
    )
)
LAST_DONE = sa.select(sa.func.max(prunings.c.ended_at))
END = prunings.update().where(prunings.c.day == sa.bindparam("of_day")).values(ended_at=sa.bindparam("now"))


@dataclass(frozen=True, slots=True)
class Droppable:
    """A case that may go: the position of its last event, and how many it has."""

    last: int
    case_id: str
    events: int


@dataclass(frozen=True, slots=True)
class Found:
    """What may go."""

    before: datetime
    """Cases go whose last event happened before this."""
    up_to: int
    """They all lie up to this position."""
    held_back: bool
    """Whether more might go if every subscription had read it."""
    cases: Sequence[Droppable]

    @property
    def events(self) -> int:
        """How many events may go."""
        return sum(case.events for case in self.cases)


async def find(records: Store, before: datetime) -> Found:
    """Find the ended cases whose last event happened before a moment and has been read, in the order of that event."""
    old = await _last_before(records, before)
    read = await records.read(dropping.least_read)
    up_to = old if read is None else min(old, read)
    cases = [case async for case in _ended_up_to(records, up_to)]
    return Found(before, up_to, up_to < old, sorted(cases, key=lambda case: case.last))


async def _last_before(records: Store, before: datetime) -> int:
    """The last position up to which events happened before a moment, found by halving: 0 where there is none."""
    low, high = 0, (await records.read(store.last_position)) + 1
    while high - low > 1:
        middle = (low + high) // 2
        found = await records.read(partial(dropping.time_from, position=middle))
        if found and found[1] < before:
            low = found[0]
        else:
            high = middle
    return low


async def _ended_up_to(records: Store, up_to: int) -> AsyncIterator[Droppable]:
    after = 0
    while ended := await records.read(partial(dropping.ended_between, after=after, up_to=up_to, size=ENDED_AT_ONCE)):
        after = ended[-1].position
        for case_id, last, count in await records.read(
            partial(dropping.extents, cases=[each.case_id for each in ended])
        ):
            if last <= up_to:
                yield Droppable(last, case_id, count)
        await asyncio.sleep(0)  # others want to read too


async def prune(records: Store, kept: timedelta, *, again: bool = False) -> Found | None:
    """Drop what is older than `kept`, unless that was done today, or another instance is at it. Answers what went.

    `again` does it although it was done today. Killed in the middle, it is gone on with by whoever looks next.
    """
    now = clock.now()
    day = clock.uk_day(now).isoformat()
    if not await records.write(partial(_begin, day=day, now=now, again=again)):
        return None
    found = await find(records, now - kept)
    gone: list[Droppable] = []
    for begin in range(0, len(found.cases), CASES_AT_ONCE):
        some = found.cases[begin : begin + CASES_AT_ONCE]
        gone += await records.write(partial(_drop, day=day, cases=some))
        await asyncio.sleep(PAUSE_SECONDS)
    series.JOB_REMOVED.labels(JOB).inc(sum(case.events for case in gone))
    await records.write(lambda connection: connection.execute(END, {"of_day": day, "now": clock.as_text(clock.now())}))
    result = Found(found.before, found.up_to, found.held_back, gone)
    if gone:
        log.get().info(
            "events of cases that ended long ago are dropped",
            cases=len(gone),
            events=result.events,
            before=clock.as_text(found.before),
            held_back=found.held_back,
        )
    return result


def last_done(connection: sa.Connection) -> datetime | None:
    """When it was last done to its end."""
    ended = connection.execute(LAST_DONE).scalar()
    return clock.from_text(ended) if ended else None


async def keep_pruned(records: Store, kept: timedelta) -> None:
    """Do it once a day, until cancelled. Waits out trouble of the database."""
    while True:
        with waiting_out():
            await prune(records, kept)
        await asyncio.sleep(LOOK_SECONDS)


def _begin(connection: sa.Connection, *, day: str, now: datetime, again: bool) -> bool:
    """Note that it has begun; False where it is not to be done, or somebody else is at it."""
    store.locked_head(connection)  # one instance after another
    at = clock.as_text(now)
    row = connection.execute(OF_DAY, {"of_day": day}).first()
    if row is None:
        connection.execute(BEGIN, {"day": day, "seen_at": at, "ended_at": "", "cases": 0, "events": 0})
        return True
    is_over = row.ended_at != ""
    if (is_over and not again) or (not is_over and row.seen_at > clock.as_text(now - SILENT)):
        return False
    connection.execute(GO_ON, {"of_day": day, "now": at})
    return True


def _drop(connection: sa.Connection, *, day: str, cases: Sequence[Droppable]) -> Sequence[Droppable]:
    """Drop some cases, but none about which something has come meanwhile, or that somebody has yet to read."""
    store.locked_head(connection)
    read = dropping.least_read(connection)
    now = {row.case_id: row.last for row in dropping.extents(connection, [case.case_id for case in cases])}
    gone = [case for case in cases if now.get(case.case_id) == case.last and (read is None or case.last <= read)]
    if gone:
        dropping.drop_cases(connection, [case.case_id for case in gone], gone[-1].last)
    noted = {"more_cases": len(gone), "more_events": sum(case.events for case in gone)}
    connection.execute(NOTE, {"of_day": day, "now": clock.as_text(clock.now()), **noted})
    return gone
