"""How events and subscriptions are stored. Statements are built once.

Positions are dense and appear in their order because whoever appends first locks the one row of `head`, and lets go of
it by the commit: nobody can see position 102 while 101 may still come.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from uuid import UUID

import sqlalchemy as sa

from services.feed.domain import Bookmark, Head, Numbered, Owner, Page, Place, Subscription, Wanted
from services.feed.tables import dropped, events, head, subscriptions
from sevensteps import clock

LEAST_OF_CASE = 100
"""Fewest events of a case that are looked at together, whichever of them are wanted."""
PADDING = 128

HEAD = sa.select(head)
LOCKED_HEAD = HEAD.with_for_update()
SET_LAST = head.update().values(last=sa.bindparam("to"))
GROWN = "sevensteps_feed_grown"
"""The name under which every instance hears the last position, when the transaction that gave it has committed."""
SET_LAST_AND_TELL = SET_LAST.returning(sa.func.pg_notify(GROWN, sa.cast(head.c.last, sa.Text)))

ADD = events.insert()
WHOLE = sa.select(*(events.c[name] for name in ("position", "event_id", "event", "type", "council")))
AT = WHOLE.where(events.c.position.in_(sa.bindparam("positions", expanding=True))).order_by(events.c.position)
ID_AT = sa.select(events.c.event_id).where(events.c.position == sa.bindparam("at"))
EARLIER_IDS = sa.union_all(
    sa.select(events.c.event_id).where(events.c.event_id.in_(sa.bindparam("ids", expanding=True))),
    sa.select(dropped.c.event_id).where(dropped.c.event_id.in_(sa.bindparam("ids", expanding=True))),
)

OWN = (subscriptions.c.council == sa.bindparam("of_council"), subscriptions.c.subject == sa.bindparam("of_subject"))
NAMED = (*OWN, subscriptions.c.name == sa.bindparam("named"))
SUBSCRIPTION = sa.select(subscriptions.c.position).where(*NAMED)
COUNT_SUBSCRIPTIONS = sa.select(sa.func.count()).select_from(subscriptions).where(*OWN)
ADD_SUBSCRIPTION = subscriptions.insert()
MOVE_SUBSCRIPTION = (
    subscriptions.update().where(*NAMED).values(position=sa.bindparam("to"), last_seen=sa.bindparam("at"))
)
DELETE_SUBSCRIPTION = subscriptions.delete().where(*NAMED)
SUBSCRIPTIONS = sa.select(subscriptions).order_by(
    *(subscriptions.c[name] for name in ("position", "council", "subject", "name"))
)


def locked_head(connection: sa.Connection) -> Head:
    """The head, which nobody else changes until this transaction ends."""
    return _head(connection, LOCKED_HEAD)


def current_head(connection: sa.Connection) -> Head:
    """The head as it is now."""
    return _head(connection, HEAD)


def last_position(connection: sa.Connection) -> int:
    """The last position given."""
    return current_head(connection).last


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
    connection.execute(SET_LAST if connection.dialect.name == "sqlite" else SET_LAST_AND_TELL, {"to": last})


def read_page(connection: sa.Connection, wanted: Wanted, place: Place, size: int) -> Page:
    """The next events after a place: about `size`, more or fewer, as they are found together.

    Every wanted event is found by an index, however rare it is, and the work is bounded, because others want to read
    too. Raises Faults: FEED_CHANGED, CURSOR_AHEAD, EVENTS_TRIMMED.
    """
    head = current_head(connection)
    ensure_holds(connection, head, place)
    found, reached = _look_up(connection, wanted, after=place.position, last=head.last, size=size)
    reached_id = found[-1].event_id if found and found[-1].position == reached else _id_at(connection, head, reached)
    return Page(head, found, reached, reached_id)


def _look_up(
    connection: sa.Connection, wanted: Wanted, *, after: int, last: int, size: int
) -> tuple[list[Numbered], int]:
    """Wanted events in their order, and how far the feed has been looked through for them."""
    if not wanted.stretches():
        return [], last
    statement, bounds = statement_for(wanted, connection.dialect.name, after=after, last=last, size=size)
    rows = connection.execute(statement, bounds).all()
    reached = rows[-1].position if len(rows) == bounds["size"] else last
    if len(wanted.stretches()) > 1 and rows:
        positions = [row.position for row in rows]
        positions += positions[-1:] * (-len(rows) % PADDING)  # few different statements to prepare
        rows = connection.execute(AT, {"positions": positions}).all()
    return [Numbered(row.position, row.event_id, row.event) for row in rows if wanted.lets_pass(*row[3:])], reached


def statement_for(
    wanted: Wanted, dialect: str, *, after: int, last: int, size: int
) -> tuple[sa.Select[int, str, bytes, str, str] | sa.Select[int], Mapping[str, str | int]]:
    """What finds the next wanted events, or their positions in several stretches; and what it is to be run with."""
    stretches = wanted.stretches()
    at_most = max(size, LEAST_OF_CASE) if wanted.case_id else size
    bounds: dict[str, str | int] = {"after": after, "last": last, "size": at_most}
    for number, stretch in enumerate(stretches):
        bounds |= {f"{column}_{number}": value for column, value in stretch.items()}
    columns = tuple(stretches[0])
    several = len(stretches) > 1
    return (_positions(columns, len(stretches), dialect) if several else _events(columns, dialect)), bounds


@cache
def _events(columns: tuple[str, ...], dialect: str) -> sa.Select[int, str, bytes, str, str]:
    """The next events of one stretch."""
    return (
        WHOLE.where(*_bounds(columns, 0, dialect))
        .order_by(*(events.c[name] for name in (*columns, "position")))
        .limit(sa.bindparam("size", type_=sa.Integer))
    )


@cache
def _positions(columns: tuple[str, ...], count: int, dialect: str) -> sa.Select[int]:
    """The positions of the next events in several stretches; an index has all that this needs."""
    key = [events.c[name] for name in (*columns, "position")]
    size = sa.bindparam("size", type_=sa.Integer)
    each = [
        sa.select(events.c.position).where(*_bounds(columns, number, dialect)).order_by(*key).limit(size)
        for number in range(count)
    ]
    merged = sa.union_all(*(sa.select(one.subquery(f"stretch_{number}")) for number, one in enumerate(each))).subquery()
    return sa.select(merged.c.position).order_by(merged.c.position).limit(size)


def _bounds(columns: tuple[str, ...], number: int, dialect: str) -> Iterator[sa.ColumnElement[bool]]:
    """Where one stretch begins and ends.

    PostgreSQL compares rows as the index has them: with columns that are equal it may find the primary key as good, and
    go through the whole feed. SQLite would seek by the first column only, and takes columns that are equal.
    """
    stretch = [sa.bindparam(f"{name}_{number}", type_=sa.Text) for name in columns]
    after, last = (sa.bindparam(name, type_=sa.BigInteger) for name in ("after", "last"))
    if dialect == "sqlite":
        yield from (events.c[name] == value for name, value in zip(columns, stretch, strict=True))
        yield from (events.c.position > after, events.c.position <= last)
    else:
        key = sa.tuple_(*(events.c[name] for name in (*columns, "position")))
        yield from (key > sa.tuple_(*stretch, after), key <= sa.tuple_(*stretch, last))


def types_that_came(connection: sa.Connection, types: Iterable[str]) -> set[str]:
    """Those of the types of which the feed has an event."""
    last = last_position(connection)
    came = set()
    for type_ in types:
        of_type = Wanted("", frozenset({type_}), "", None)
        statement, bounds = statement_for(of_type, connection.dialect.name, after=0, last=last, size=1)
        if connection.execute(statement.with_only_columns(events.c.position), bounds).first():
            came.add(type_)
    return came


def subscription(connection: sa.Connection, owner: Owner, name: str) -> Bookmark | None:
    """Where a subscription stands; None if there is none of that name."""
    position = subscribed_position(connection, owner, name)
    return None if position is None else bookmark_at(connection, position)


def bookmark_at(connection: sa.Connection, position: int) -> Bookmark:
    """A position of the feed as a place that can be compared."""
    head = current_head(connection)
    return head.bookmark(position, _id_at(connection, head, position))


def subscribed_position(connection: sa.Connection, owner: Owner, name: str) -> int | None:
    """How far a subscription has read; None if there is none of that name."""
    position: int | None = connection.execute(SUBSCRIPTION, _named(owner, name)).scalar()
    return position


def count_subscriptions(connection: sa.Connection, owner: Owner) -> int:
    """How many subscriptions somebody has."""
    return connection.execute(COUNT_SUBSCRIPTIONS, _own(owner)).scalar_one()


def put_subscription(connection: sa.Connection, new: Subscription) -> None:
    """Store how far a subscription has read, and that its reader was seen. The head must be locked."""
    to = {"to": new.position, "at": clock.as_text(new.last_seen) if new.last_seen else ""}
    if not connection.execute(MOVE_SUBSCRIPTION, _named(new.owner, new.name) | to).rowcount:
        owner = {"council": new.owner.council, "subject": new.owner.subject}
        row = owner | {"name": new.name, "position": new.position, "last_seen": to["at"]}
        connection.execute(ADD_SUBSCRIPTION, row)


def delete_subscription(connection: sa.Connection, owner: Owner, name: str) -> bool:
    """Delete a subscription. Answers whether there was one."""
    return connection.execute(DELETE_SUBSCRIPTION, _named(owner, name)).rowcount > 0


def all_subscriptions(connection: sa.Connection) -> list[Subscription]:
    """Every subscription, the furthest behind first."""
    return [
        Subscription(
            Owner(row.council, row.subject),
            row.name,
            row.position,
            clock.from_text(row.last_seen) if row.last_seen else None,
        )
        for row in connection.execute(SUBSCRIPTIONS)
    ]


def _own(owner: Owner) -> dict[str, str | int]:
    return {"of_council": owner.council, "of_subject": owner.subject}


def _named(owner: Owner, name: str) -> dict[str, str | int]:
    return _own(owner) | {"named": name}
