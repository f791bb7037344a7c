"""Whether the feed and the records of every service agree, on SQLite and on PostgreSQL."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from time import monotonic

import sqlalchemy as sa

from e2e.records import RECORDS, Records
from services.operations.domain.standing import Standing
from services.operations.projecting import after
from services.operations.rows import row_of
from services.operations.tables import cases
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.config import DECIDING_SERVICES, SERVICES, Settings
from sevensteps.service.opening import open_store
from sevensteps.service.store import Store

Row = tuple[str, ...]
SETTLING_SECONDS = 60


async def events_of(settings: Settings) -> list[Event]:
    """Every event of the feed, read from its records."""
    async with _stores(settings, "feed") as stores:
        return await _events(stores["feed"])


async def disagreements(settings: Settings) -> list[str]:
    """Everything that does not agree, in words."""
    async with _stores(settings, *SERVICES) as stores:
        events = await _events(stores["feed"])
        found = list(_wrong_in_itself(events))
        outboxes = {service: await _rows(stores[service], "SELECT type FROM outbox") for service in DECIDING_SERVICES}
        found += [f"{service} still has events in its outbox: {rows}" for service, rows in outboxes.items() if rows]
        for kind, records in RECORDS.items():
            stored: Counter[Row] = Counter()
            for each in records:
                stored.update(await _rows(stores[each.service], each.query))
            in_feed = Counter(_fields_of(events, kind.TYPE, records[0]))
            if in_feed != stored:
                service = records[0].service
                alone, missing = dict(in_feed - stored), dict(stored - in_feed)
                found.append(f"{kind.TYPE}: the feed alone has {alone}, {service} alone has {missing}")
        found += await _rows_that_differ(stores["operations"], events)
    return found


async def remaining(settings: Settings) -> list[str]:
    """What still disagrees after everything has had time to finish."""
    deadline = monotonic() + SETTLING_SECONDS
    while (found := await disagreements(settings)) and monotonic() < deadline:  # noqa: ASYNC110 - there is no signal to wait for
        await asyncio.sleep(0.5)
    return found


def _wrong_in_itself(events: Sequence[Event]) -> Iterator[str]:
    positions = [event.position for event in events]
    if positions != list(range(1, len(events) + 1)):
        yield f"the feed's positions are not dense: {positions}"
    for event_id, times in Counter(event.event_id for event in events).items():
        if times > 1:
            yield f"event {event_id} is in the feed {times} times"


def _fields_of(events: Iterable[Event], kind: str, records: Records) -> Iterable[Row]:
    found: list[Row] = []
    newest: dict[str, Row] = {}
    for event in events:
        if event.type == kind:
            payload: Mapping[str, object] = {"spend_id": "", "linked_case_id": "", **json.loads(event.payload)}
            row = (event.case_id, *(str(payload[name]) for name in records.fields))
            if records.newest_of:
                newest[str(payload[records.newest_of])] = row
            found.append(row)
    return newest.values() if records.newest_of else found


async def _rows_that_differ(operations: Store, events: Sequence[Event]) -> list[str]:
    """The cases of which operations have another row than their events make."""
    made: dict[str, Standing | None] = {}
    for event in events:
        made[event.case_id] = after(made.get(event.case_id), event)
    expected = {case_id: row_of(standing) for case_id, standing in made.items() if standing}
    rows = await operations.read(lambda connection: connection.execute(sa.select(cases)).mappings().all())
    stored = {str(row["case_id"]): dict(row) for row in rows}
    wrong = sorted(case_id for case_id in {*stored, *expected} if stored.get(case_id) != expected.get(case_id))
    return [f"operations have another row than the events make: {case_id}" for case_id in wrong]


@asynccontextmanager
async def _stores(settings: Settings, *services: str) -> AsyncIterator[Mapping[str, Store]]:
    """The records of services, by connections of our own beside theirs."""
    stores = {name: open_store(settings.database, settings.data, name) for name in services}
    try:
        yield stores
    finally:
        for store in stores.values():
            await store.close()


async def _events(feed: Store) -> list[Event]:
    query = sa.text("SELECT position, event FROM events ORDER BY position")
    rows = await feed.read(lambda connection: connection.execute(query).all())
    events = []
    for position, stored in rows:
        event = Event.FromString(stored)
        event.position = position
        events.append(event)
    return events


async def _rows(store: Store, query: str) -> list[Row]:
    """What a query answers, as text: each database gives days and numbers in a form of its own."""
    rows = await store.read(lambda connection: connection.execute(sa.text(query)).all())
    return [tuple(str(value) for value in row) for row in rows]
