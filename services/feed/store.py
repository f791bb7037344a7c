"""How events and subscriptions are stored. Statements are built once.

Positions are dense and appear in their order because whoever appends first locks the one row of `head`, and lets go of
it by the commit: nobody can see position 102 while 101 may still come.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from uuid import UUID

import sqlalchemy as sa

from services.feed.domain import Bookmark, Head, Numbered, Page, Place, Wanted
from services.feed.tables import dropped, ended_cases, events, head, subscriptions
from sevensteps.events import CaseEnded

LOOKED_THROUGH = 10_000
"""Most positions that one statement looks through, however rare the wanted events: others want to read too."""
HIGHEST = 2**63 - 1
"""The highest position that there can be."""

HEAD = sa.select(head)
LOCKED_HEAD = HEAD.with_for_update()
SET_LAST = head.update().values(last=sa.bindparam("to"))
SET_EARLIEST = head.update().values(earliest=sa.bindparam("to"), dropped_id=sa.bindparam("dropped"))

ADD = events.insert()
ID_AT = sa.select(events.c.event_id).where(events.c.position == sa.bindparam("at"))
EARLIER_IDS = sa.union_all(
    sa.select(events.c.event_id).where(events.c.event_id.in_(sa.bindparam("ids", expanding=True))),
    sa.select(dropped.c.event_id).where(dropped.c.event_id.in_(sa.bindparam("ids", expanding=True))),
)
CONDITIONS: Mapping[str, sa.ColumnElement[bool]] = {
    "case_id": events.c.case_id == sa.bindparam("case_id"),
    "types": events.c.type.in_(sa.bindparam("types", expanding=True)),
    "council": events.c.council == sa.bindparam("council"),
    "scope": events.c.council == sa.bindparam("scope"),
}

UP_TO = events.c.position <= sa.bindparam("up_to")
KEEP_ID = dropped.insert().from_select(["event_id"], sa.select(events.c.event_id).where(UP_TO))
KEEP_ENDED = ended_cases.insert().from_select(
    ["case_id"],
    sa.select(events.c.case_id)
    .where(UP_TO, events.c.type == CaseEnded.TYPE, ~sa.exists().where(ended_cases.c.case_id == events.c.case_id))
    .distinct(),
)
DROP = events.delete().where(UP_TO)
OF_OTHERS = sa.select(events.c.position).where(UP_TO, events.c.council != sa.bindparam("council")).limit(1)
OPEN_CASE = (
    sa.select(events.c.case_id)
    .where(UP_TO, ~sa.exists().where(ended_cases.c.case_id == events.c.case_id))
    .group_by(events.c.case_id)
    .having(sa.func.max(sa.case((events.c.type == CaseEnded.TYPE, 1), else_=0)) == 0)
    .order_by(sa.func.min(events.c.position))
    .limit(1)
)

SUBSCRIPTION = sa.select(subscriptions.c.position).where(subscriptions.c.name == sa.bindparam("name"))
ADD_SUBSCRIPTION = subscriptions.insert()
MOVE_SUBSCRIPTION = (
    subscriptions.update().where(subscriptions.c.name == sa.bindparam("moved")).values(position=sa.bindparam("to"))
)
FURTHEST_BEHIND = sa.select(subscriptions.c.name, subscriptions.c.position).order_by(subscriptions.c.position).limit(1)


def locked_head(connection: sa.Connection) -> Head:
    """The head, which nobody else changes until this transaction ends."""
    return _head(connection, LOCKED_HEAD)


def last_position(connection: sa.Connection) -> int:
    """The last position given."""
    return _head(connection, HEAD).last


def _head(connection: sa.Connection, statement: sa.Select[int, int, str, str]) -> Head:
    earliest, last, feed_id, dropped_id = connection.execute(statement).one()
    return Head(UUID(feed_id), earliest, last, dropped_id)


def ensure_holds(connection: sa.Connection, head: Head, place: Place) -> None:
    """Raise a Fault unless a reader at this place can read on: FEED_CHANGED, CURSOR_AHEAD, EVENTS_TRIMMED."""
    head.ensure_holds(place, _id_at(connection, head, place.position))


def _id_at(connection: sa.Connection, head: Head, position: int) -> str:
    """The id of the event at a position, as far as it is known; empty at 0."""
    if position == head.earliest - 1:
        return head.dropped_id
    return connection.execute(ID_AT, {"at": position}).scalar() or ""


def earlier_ids(connection: sa.Connection, ids: Collection[str]) -> set[str]:
    """Those of the event ids that the feed has, or once had."""
    return set(connection.execute(EARLIER_IDS, {"ids": list(ids)}).scalars())


def add(connection: sa.Connection, rows: Sequence[Mapping[str, object]], last: int) -> None:
    """Store events, numbered up to `last`. The head must be locked."""
    connection.execute(ADD, rows)
    connection.execute(SET_LAST, {"to": last})


def read_page(connection: sa.Connection, wanted: Wanted, place: Place, size: int) -> Page:
    """The next events after a place, at most `size`. Raises Faults: FEED_CHANGED, CURSOR_AHEAD, EVENTS_TRIMMED."""
    head = _head(connection, HEAD)
    ensure_holds(connection, head, place)
    conditions = wanted.conditions()
    has_index = bool(wanted.case_id)  # which finds a case's events wherever they are
    until = HIGHEST if has_index else min(place.position + LOOKED_THROUGH, HIGHEST)
    bounds = {"after": place.position, "until": until, "size": size}
    rows = connection.execute(_page(frozenset(conditions)), bounds | conditions)
    found = [Numbered(*row) for row in rows]
    if len(found) == size:
        return Page(head.feed_id, found, found[-1].position, found[-1].event_id, head.last)
    reached = max(min(until, head.last), head.earliest - 1)
    return Page(head.feed_id, found, reached, _id_at(connection, head, reached), head.last)


@cache
def _page(conditions: frozenset[str]) -> sa.Select[int, str, bytes]:
    return (
        sa.select(events.c.position, events.c.event_id, events.c.event)
        .where(
            events.c.position > sa.bindparam("after"),
            events.c.position <= sa.bindparam("until"),
            *(CONDITIONS[name] for name in sorted(conditions)),
        )
        .order_by(events.c.position)
        .limit(sa.bindparam("size"))
    )


def subscription(connection: sa.Connection, name: str) -> Bookmark:
    """Where a subscription stands; at the beginning, if it has acknowledged nothing."""
    head = _head(connection, HEAD)
    position = subscribed_position(connection, name)
    return Bookmark.at(position, head.feed_id, _id_at(connection, head, position))


def subscribed_position(connection: sa.Connection, name: str) -> int:
    """How far a subscription has read; 0 for one that has acknowledged nothing."""
    return connection.execute(SUBSCRIPTION, {"name": name}).scalar() or 0


def move_subscription(connection: sa.Connection, name: str, position: int) -> None:
    """Store how far a subscription has read. The head must be locked."""
    if not connection.execute(MOVE_SUBSCRIPTION, {"moved": name, "to": position}).rowcount:
        connection.execute(ADD_SUBSCRIPTION, {"name": name, "position": position})


def furthest_behind(connection: sa.Connection) -> tuple[str, int] | None:
    """The subscription that has read least, and how far."""
    row = connection.execute(FURTHEST_BEHIND).first()
    return (row.name, row.position) if row else None


def has_events_of_others(connection: sa.Connection, council: str, up_to: int) -> bool:
    """Whether an event up to a position is another council's."""
    return connection.execute(OF_OTHERS, {"council": council, "up_to": up_to}).first() is not None


def open_case(connection: sa.Connection, up_to: int) -> str | None:
    """The first case with an event up to a position that has not ended by then."""
    return connection.execute(OPEN_CASE, {"up_to": up_to}).scalar()


def drop(connection: sa.Connection, earliest: int) -> None:
    """Drop the events before a position, which becomes the earliest. The head must be locked."""
    dropped_id = connection.execute(ID_AT, {"at": earliest - 1}).scalar_one()
    for statement in (KEEP_ID, KEEP_ENDED, DROP):
        connection.execute(statement, {"up_to": earliest - 1})
    connection.execute(SET_EARLIEST, {"to": earliest, "dropped": dropped_id})
