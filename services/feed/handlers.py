"""What the feed does, one function a use case."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from services.feed import dropping, store, turns
from services.feed.arrivals import Arrivals
from services.feed.domain import (
    MOST_SUBSCRIPTIONS,
    THE_SUITE,
    Bookmark,
    Head,
    Numbered,
    Owner,
    Page,
    Place,
    Subscription,
    Wanted,
    case_open,
    not_read_yet,
    other_councils,
    stopping,
    subscription_not_found,
    too_many_subscriptions,
)
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.config import SERVICES
from sevensteps.errors import Violation, invalid
from sevensteps.events import CaseEnded
from sevensteps.service.store import Store
from sevensteps.telemetry import series

AT_ONCE = 500
"""Most events in one message to a watcher who is behind."""
BOOKMARK_SECONDS = 5.0
"""How often, at least, a watcher is told how far the feed has been looked through."""
DROPPED_AT_ONCE = 500
"""Most events that one transaction drops, because services are waiting to append."""
LOOKED_AT_ONCE = 1_000
"""Most events that are looked at together before some are dropped, because others want to read."""


def append_events(connection: sa.Connection, events: Sequence[pb.Event]) -> tuple[int, bool]:
    """Number the events that are new and store them, in their order.

    Answers the feed's last position, and whether it was given here.
    """
    head = store.locked_head(connection)
    earlier = store.earlier_ids(connection, [event.event_id for event in events])
    new: dict[str, pb.Event] = {}
    for event in events:
        if event.event_id not in earlier:
            new.setdefault(event.event_id, event)
    if not new:
        return head.last, False
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
    for event in new.values():
        series.FEED_APPENDED.labels(event.source if event.source in SERVICES else "other").inc()
    return last, True


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
        await asyncio.sleep(0)  # others want to read too


async def watch_events(records: Store, arrivals: Arrivals, wanted: Wanted, *, place: Place) -> AsyncIterator[Page]:
    """Every wanted event after a place, for ever; pages without events say how far the feed has been looked through.

    Raises Faults: FEED_CHANGED, CURSOR_AHEAD, EVENTS_TRIMMED, and STOPPING when this process stops.
    """
    with series.FEED_STREAMS.track_inprogress():
        while not arrivals.over:
            read = await records.read(partial(store.read_page, wanted=wanted, place=place, size=AT_ONCE))
            page = read.at_most(AT_ONCE)
            yield page
            place = page.bookmark
            if not page.more:
                await arrivals.beyond(page.reached, BOOKMARK_SECONDS)
    raise stopping()


def get_subscription(connection: sa.Connection, *, owner: Owner, name: str) -> tuple[Bookmark, int]:
    """Where a subscription stands, and the feed's last position. The suite's own begin at the beginning.

    Raises a Fault (NOT_FOUND) for one that an integrator has not made. It might as well have been deleted: its reader
    must not begin again unawares.
    """
    at = store.subscription(connection, owner, name)
    if at is None and owner != THE_SUITE:
        raise subscription_not_found()
    return at or store.bookmark_at(connection, 0), store.last_position(connection)


def acknowledge_events(
    connection: sa.Connection, *, owner: Owner, name: str, place: Place, back: bool, at: datetime
) -> int:
    """Make a subscription or move it, back only where that is asked for. Answers where it stands.

    Raises Faults: for a number beyond the feed's end, as for readers for a place that is not in the feed, and
    SUBSCRIPTIONS_FULL.
    """
    head = store.locked_head(connection)
    if not isinstance(place, Bookmark):
        _ensure_given("position", place.position, head.last)
    store.ensure_holds(connection, head, place)
    before = store.subscribed_position(connection, owner, name)
    if before is None and store.count_subscriptions(connection, owner) >= MOST_SUBSCRIPTIONS:
        raise too_many_subscriptions()
    position = place.position if back else max(before or 0, place.position)
    store.put_subscription(connection, Subscription(owner, name, position, at))
    return position


async def take_turn(records: Store, *, name: str, reader: str, leave: bool) -> bool:
    """Take the turn to read for a subscription of the suite, keep it, or leave it. Answers whether a reader has it."""
    if leave:
        await records.write(partial(turns.leave, name=name, reader=reader))
        return False
    if (await records.read(turns.readers)).get(name, reader) != reader:
        return False
    return await records.write(partial(turns.take, name=name, reader=reader))


def list_subscriptions(connection: sa.Connection, *, scope: str | None) -> tuple[list[Subscription], int]:
    """The subscriptions of a council and of the suite itself, or all, and the feed's last position."""
    readers = turns.readers(connection)
    found = [
        replace(each, reader=readers.get(each.name, "")) if each.owner == THE_SUITE else each
        for each in store.all_subscriptions(connection)
    ]
    seen = [each for each in found if each.owner == THE_SUITE or scope in {None, each.owner.council}]
    return seen, store.last_position(connection)


def delete_subscription(connection: sa.Connection, *, owner: Owner, name: str) -> None:
    """Delete a subscription. Raises a Fault (NOT_FOUND)."""
    store.locked_head(connection)  # so that trimming sees it or not
    if not store.delete_subscription(connection, owner, name):
        raise subscription_not_found()


async def trim_events(records: Store, *, scope: str | None, up_to: int) -> int:
    """Drop the events up to a position, some at a time. Answers from where on the feed has all. Raises Faults."""
    first, earliest = await records.read(partial(_first_to_drop, scope=scope, up_to=up_to))
    if first <= up_to:
        await _ensure_cases_ended(records, scope=scope, first=first, up_to=up_to)
    while first <= up_to:
        first, earliest = await records.write(partial(_drop_some, scope=scope, up_to=up_to))
    return earliest


def _first_to_drop(connection: sa.Connection, *, scope: str | None, up_to: int) -> tuple[int, int]:
    """The first position at which there is an event, and from where on there are all. Raises as `_ensure_read`."""
    head = store.current_head(connection)
    return _ensure_read(connection, head, scope=scope, up_to=up_to), head.earliest


def _ensure_read(connection: sa.Connection, head: Head, *, scope: str | None, up_to: int) -> int:
    """Raise a Fault unless the position is in the feed, and every subscription has read up to there.

    Answers the first position at which there is an event.
    """
    _ensure_given("up_to", up_to, head.last)
    first = dropping.first_position(connection) or head.last + 1
    behind = store.all_subscriptions(connection)[:1]
    if up_to >= first and behind and behind[0].position < up_to:
        raise not_read_yet(behind[0], scope)
    return first


async def _ensure_cases_ended(records: Store, *, scope: str | None, first: int, up_to: int) -> None:
    """Raise a Fault unless every case that would lose an event has ended, and is of the council `scope` if given.

    A journey is rebuilt from all events of its case, from the first on. So the case's ending must be among the events
    that are dropped. What has happened up to a position does not change, so it may be looked at some at a time.
    """
    seen: dict[str, None] = {}
    ended: set[str] = set()
    for begin in range(first, up_to + 1, LOOKED_AT_ONCE):
        end = min(begin + LOOKED_AT_ONCE - 1, up_to)
        for case_id, council, type_ in await records.read(partial(dropping.cases_between, first=begin, up_to=end)):
            if scope not in {None, council}:
                raise other_councils(up_to)
            if case_id:  # an enquiry without a person has none, and keeps nothing waiting
                seen[case_id] = None
            if type_ == CaseEnded.TYPE:
                ended.add(case_id)
        await asyncio.sleep(0)  # others want to read too
    unended = [case_id for case_id in seen if case_id not in ended]
    for begin in range(0, len(unended), LOOKED_AT_ONCE):
        some = unended[begin : begin + LOOKED_AT_ONCE]
        earlier = await records.read(partial(dropping.ended_earlier, cases=some))
        if still_open := [case_id for case_id in some if case_id not in earlier]:
            raise case_open(still_open[0], up_to)


def _drop_some(connection: sa.Connection, *, scope: str | None, up_to: int) -> tuple[int, int]:
    head = store.locked_head(connection)
    first = _ensure_read(connection, head, scope=scope, up_to=up_to)
    if first > up_to:
        return first, head.earliest  # somebody else has dropped them meanwhile
    end = min(first + DROPPED_AT_ONCE - 1, up_to)
    return end + 1, dropping.drop(connection, end)


def _ensure_given(field: str, position: int, last: int) -> None:
    if not 0 <= position <= last:
        raise invalid(Violation(field, f"must be a position of the feed, 0 to {last}"))
