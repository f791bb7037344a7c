"""Whether the feed and the records of every service agree, once nothing is under way."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.backup import agreement
from sevensteps.cli.backup.stores import SqliteStores


def events_of(data: Path) -> list[Event]:
    """Every event of the feed, read from its file."""
    rows = _rows(data, "feed", "SELECT position, event FROM events ORDER BY position")
    events = []
    for position, stored in rows:
        event = Event.FromString(stored)
        event.position = position
        events.append(event)
    return events


def disagreements(data: Path) -> Iterator[str]:
    """Everything that does not agree, in words."""
    events = events_of(data)
    positions = [event.position for event in events]
    if positions != list(range(1, len(events) + 1)):
        yield f"the feed's positions are not dense: {positions}"
    for event_id, times in Counter(event.event_id for event in events).items():
        if times > 1:
            yield f"event {event_id} is in the feed {times} times"
    for service in ("assessment", "planning", "approval", "review"):
        waiting = list(_rows(data, service, "SELECT type FROM outbox"))
        if waiting:
            yield f"{service} still has events in its outbox: {waiting}"
    yield from agreement.disagreements(SqliteStores(data))


def _rows(data: Path, service: str, query: str) -> Iterator[Any]:
    with closing(sqlite3.connect(data / f"{service}.db")) as connection:
        yield from connection.execute(query)
