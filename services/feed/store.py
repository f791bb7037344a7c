"""How events and subscriptions are stored. Statements are built once.

Positions are dense and appear in their order because whoever appends first locks the one row of `head`, and lets go of
it by the commit: nobody can see position 102 while 101 may still come.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from services.feed.domain import Page, Wanted, ensure_kept, ensure_within
from services.feed.tables import dropped, ended_cases, events, head, subscriptions
from sevensteps.events import CaseEnded

LOOKED_THROUGH = 10_000
"""Most positions that one statement looks through, however rare the wanted events: others want to read too."""
HIGHEST = 2**63 - 1
"""The highest position that there can be."""

HEAD = sa.select(head.c.earliest, head.c.last)
LOCKED_HEAD = HEAD.with_for_update()
SET_LAST = head.update().values(last=sa.bindparam("to"))
SET_EARLIEST = head.update().values(earliest=sa.bindparam("to"))

ADD = events.insert()
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


@dataclass(frozen=True, slots=True)
class Head:
    """What the feed holds: its first position, and the last one given."""

    earliest: int
    last: int


def locked_head(connection: sa.Connection) -> Head:
    """The head, which nobody else changes until this transaction ends."""
    row = connection.execute(LOCKED_HEAD).one()
    return Head(row.earliest, row.last)


def last_position(connection: sa.Connection) -> int:
    """The last position given."""
    return int(connection.execute(HEAD).one().last)


def earlier_ids(connection: sa.Connection, ids: Collection[str]) -> set[str]:
    """Those of the event ids that the feed has, or once had."""
    return set(connection.execute(EARLIER_IDS, {"ids": list(ids)}).scalars())


def add(connection: sa.Connection, rows: Sequence[Mapping[str, object]], last: int) -> None:
    """Store events, numbered up to `last`. The head must be locked."""
    connection.execute(ADD, rows)
    connection.execute(SET_LAST, {"to": last})


def read_page(connection: sa.Connection, wanted: Wanted, after: int, size: int) -> Page:
    """The next events after a position, at most `size`. Raises Faults (CURSOR_EXPIRED, CURSOR_AHEAD)."""
    conditions = wanted.conditions()
    has_index = bool(wanted.case_id)  # which finds a case's events wherever they are
    until = HIGHEST if has_index else min(after + LOOKED_THROUGH, HIGHEST)
    place = {"after": after, "until": until, "size": size}
    rows = connection.execute(_page(frozenset(conditions)), place | conditions).all()
    earliest, last, _, _ = rows[0]
    ensure_kept(after, earliest)
    ensure_within(after, last)
    events = [(position, event) for _, _, position, event in rows if position is not None]
    reached = events[-1][0] if len(events) == size else max(min(until, last), earliest - 1)
    return Page(events, reached, last)


@cache
def _page(conditions: frozenset[str]) -> sa.Select[int, int, int | None, bytes]:
    """Head and page in one statement, so that both are of one moment; without events the one row has no position."""
    page = (
        sa.select(events.c.position, events.c.event)
        .where(
            events.c.position > sa.bindparam("after"),
            events.c.position <= sa.bindparam("until"),
            *(CONDITIONS[name] for name in sorted(conditions)),
        )
        .order_by(events.c.position)
        .limit(sa.bindparam("size"))
        .subquery("page")
    )
    return (
        sa.select(head.c.earliest, head.c.last, page.c.position, page.c.event)
        .select_from(head.outerjoin(page, sa.true()))
        .order_by(page.c.position)
    )


def subscription(connection: sa.Connection, name: str) -> int:
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
    for statement in (KEEP_ID, KEEP_ENDED, DROP):
        connection.execute(statement, {"up_to": earliest - 1})
    connection.execute(SET_EARLIEST, {"to": earliest})
