"""How events are dropped, from the beginning of the feed or case by case. The ids of what is dropped stay known."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from services.feed import store
from services.feed.domain import Wanted
from services.feed.tables import dropped, ended_cases, events, head, subscriptions
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.events import CaseEnded

SET_EARLIEST = head.update().values(earliest=sa.bindparam("to"), dropped_id=sa.bindparam("dropped"))
FIRST = sa.select(sa.func.min(events.c.position))
FIRST_FROM = (
    sa.select(events.c.position, events.c.event)
    .where(events.c.position >= sa.bindparam("first"))
    .order_by(events.c.position)
    .limit(1)
)
LEAST_READ = sa.select(sa.func.min(subscriptions.c.position))
UP_TO = events.c.position <= sa.bindparam("up_to")
OF_CASES = events.c.case_id.in_(sa.bindparam("cases", expanding=True))
IS_ENDING = (
    events.c.type == CaseEnded.TYPE,
    ~sa.exists().where(ended_cases.c.case_id == events.c.case_id),
)
CASES = (
    sa.select(events.c.case_id, events.c.council, events.c.type)
    .where(events.c.position >= sa.bindparam("first"), UP_TO)
    .order_by(events.c.position)
)
ENDINGS = Wanted("", frozenset({CaseEnded.TYPE}), "", None)
EXTENT = (
    sa.select(events.c.case_id, sa.func.max(events.c.position).label("last"), sa.func.count().label("count"))
    .where(OF_CASES)
    .group_by(events.c.case_id)
)
ENDED_EARLIER = sa.select(ended_cases.c.case_id).where(ended_cases.c.case_id.in_(sa.bindparam("cases", expanding=True)))

KEEP_IDS, KEEP_IDS_OF = (
    dropped.insert().from_select(["event_id"], sa.select(events.c.event_id).where(which)) for which in (UP_TO, OF_CASES)
)
KEEP_ENDED, KEEP_ENDED_OF = (
    ended_cases.insert().from_select(["case_id"], sa.select(events.c.case_id).where(which, *IS_ENDING).distinct())
    for which in (UP_TO, OF_CASES)
)
DROP, DROP_OF = (events.delete().where(which) for which in (UP_TO, OF_CASES))


def first_position(connection: sa.Connection) -> int | None:
    """The position of the first event that is there; None where there is none."""
    position: int | None = connection.execute(FIRST).scalar()
    return position


def least_read(connection: sa.Connection) -> int | None:
    """How far the subscription that is furthest behind has read; None where there is no subscription."""
    position: int | None = connection.execute(LEAST_READ).scalar()
    return position


def time_from(connection: sa.Connection, position: int) -> tuple[int, datetime] | None:
    """The first event from a position on: where it stands, and when it happened. None where there is none."""
    found = connection.execute(FIRST_FROM, {"first": position}).first()
    if found is None:
        return None
    return found.position, pb.Event.FromString(found.event).occurred_at.ToDatetime(tzinfo=UTC)


def cases_between(connection: sa.Connection, first: int, up_to: int) -> Sequence[sa.Row[str, str, str]]:
    """Case, council and type of every event from a position to another, in their order."""
    return connection.execute(CASES, {"first": first, "up_to": up_to}).all()


def ended_between(connection: sa.Connection, after: int, up_to: int, size: int) -> Sequence[sa.Row[int, str]]:
    """The next endings of cases after a position, up to another one: position and case."""
    statement, bounds = store.statement_for(ENDINGS, connection.dialect.name, after=after, last=up_to, size=size)
    return connection.execute(statement.with_only_columns(events.c.position, events.c.case_id), bounds).all()


def extents(connection: sa.Connection, cases: Collection[str]) -> Sequence[sa.Row[str, int, int]]:
    """The cases, each with the position of its last event, and how many it has."""
    return connection.execute(EXTENT, {"cases": list(cases)}).all()


def ended_earlier(connection: sa.Connection, cases: Collection[str]) -> set[str]:
    """Those of the cases whose ending has been dropped."""
    return set(connection.execute(ENDED_EARLIER, {"cases": list(cases)}).scalars())


def drop(connection: sa.Connection, up_to: int) -> int:
    """Drop every event up to a position. Answers from where on the feed has all. The head must be locked."""
    return _drop(connection, (KEEP_IDS, KEEP_ENDED, DROP), {"up_to": up_to}, up_to)


def drop_cases(connection: sa.Connection, cases: Collection[str], last: int) -> None:
    """Drop every event of some cases that have ended; `last` is the last of them. The head must be locked."""
    _drop(connection, (KEEP_IDS_OF, KEEP_ENDED_OF, DROP_OF), {"cases": list(cases)}, last)


def _drop(
    connection: sa.Connection, statements: Sequence[sa.Executable], which: dict[str, int | list[str]], last: int
) -> int:
    now = store.current_head(connection)
    last_id = connection.execute(store.ID_AT, {"at": last}).scalar() or ""
    for statement in statements:
        connection.execute(statement, which)
    if last < now.earliest:
        return now.earliest
    connection.execute(SET_EARLIEST, {"to": last + 1, "dropped": last_id})
    return last + 1
