"""What the feed does, one function a use case."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from services.feed import store
from services.feed.arrivals import Arrivals
from services.feed.domain import (
    Bookmark,
    Numbered,
    Page,
    Place,
    Wanted,
    case_open,
    not_read_yet,
    other_councils,
    stopping,
)
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.errors import Violation, invalid
from sevensteps.service.store import Store

AT_ONCE = 500
"""Most events in one message to a watcher who is behind."""
BOOKMARK_SECONDS = 5.0
"""How often, at least, a watcher is told how far the feed has been looked through."""
DROPPED_AT_ONCE = 5_000
"""Most events that one transaction drops, because services are waiting to append."""


def append_events(connection: sa.Connection, events: Sequence[pb.Event]) -> int:
    """Number the events that are new and store them, in their order. Answers the feed's last position."""
    head = store.locked_head(connection)
    earlier = store.earlier_ids(connection, [event.event_id for event in events])
    new: dict[str, pb.Event] = {}
    for event in events:
        if event.event_id not in earlier:
            new.setdefault(event.event_id, event)
    if not new:
        return head.last
    rows = []
    for position, event in enumerate(new.values(), start=head.last + 1):
        event.position = position
        row = {
            "position": position,
            "event_id": event.event_id,
            "case_id": event.case_id,
            "type": event.type,
            "council": event.council,
            "event": event.SerializeToString(),
        }
        rows.append(row)
    last = head.last + len(new)
    store.add(connection, rows, last)
    return last


async def list_events(records: Store, wanted: Wanted, *, place: Place, size: int) -> Page:
    """The next wanted events after a place, at most `size`.

    Raises Faults: FEED_CHANGED, CURSOR_AHEAD, EVENTS_TRIMMED.
    """
    events: list[Numbered] = []
    while True:
        one_more = size + 1 - len(events)  # to know whether there is more
        page = await records.read(partial(store.read_page, wanted=wanted, place=place, size=one_more))
        events += page.events
        place = page.bookmark
        if len(events) > size or not page.more:
            return replace(page, events=events).at_most(size)


async def watch_events(records: Store, arrivals: Arrivals, wanted: Wanted, *, place: Place) -> AsyncIterator[Page]:
    """Every wanted event after a place, for ever; pages without events say how far the feed has been looked through.

    Raises Faults: FEED_CHANGED, CURSOR_AHEAD, EVENTS_TRIMMED, and STOPPING when this process stops.
    """
    while not arrivals.over:
        read = await records.read(partial(store.read_page, wanted=wanted, place=place, size=AT_ONCE))
        page = read.at_most(AT_ONCE)
        yield page
        place = page.bookmark
        if not page.more:
            await arrivals.beyond(page.reached, BOOKMARK_SECONDS)
    raise stopping()


def acknowledge_events(connection: sa.Connection, *, name: str, place: Place) -> int:
    """Move a subscription forward, never back. Answers where it stands.

    Raises Faults: for a number beyond the feed's end, and as for readers for a place that is not in the feed.
    """
    head = store.locked_head(connection)
    if isinstance(place, Bookmark):
        store.ensure_holds(connection, head, place)
    else:
        _ensure_given("position", place.position, head.last)
    before = store.subscribed_position(connection, name)
    if place.position <= before:
        return before
    store.move_subscription(connection, name, place.position)
    return place.position


async def trim_events(records: Store, *, scope: str | None, up_to: int) -> int:
    """Drop the events up to a position, some at a time. Answers the earliest position left. Raises Faults."""
    earliest = await records.write(partial(_ensure_droppable, scope=scope, up_to=up_to))
    while earliest <= up_to:
        earliest = await records.write(partial(_drop_some, up_to=up_to))
    return earliest


def _ensure_droppable(connection: sa.Connection, *, scope: str | None, up_to: int) -> int:
    """Raise a Fault unless the events up to a position may be dropped. Answers the earliest position left.

    A journey is rebuilt from all events of its case, from the first on. So every case that would lose one must have
    ended, and its ending must be among the events that are dropped. Every subscription must have read them, and all
    must be of the council `scope`, if there is one.
    """
    head = store.locked_head(connection)
    _ensure_given("up_to", up_to, head.last)
    if up_to < head.earliest:
        return head.earliest
    if scope is not None and store.has_events_of_others(connection, scope, up_to):
        raise other_councils(up_to)
    unread = store.furthest_behind(connection)
    if unread and unread[1] < up_to:
        raise not_read_yet(*unread)
    still_open = store.open_case(connection, up_to)
    if still_open:
        raise case_open(still_open, up_to)
    return head.earliest


def _drop_some(connection: sa.Connection, *, up_to: int) -> int:
    earliest = min(store.locked_head(connection).earliest + DROPPED_AT_ONCE, up_to + 1)
    store.drop(connection, earliest)
    return earliest


def _ensure_given(field: str, position: int, last: int) -> None:
    if not 0 <= position <= last:
        raise invalid(Violation(field, f"must be a position of the feed, 0 to {last}"))
