"""What was told of findings: to the readers of the feed, and to the council's own command.

Who was told what is compared with what is stuck now. So nothing is lost, whatever a pass or a process did not get to.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

import sqlalchemy as sa

from services.operations.domain.finding import NOT_STUCK, Finding
from services.operations.domain.outward import outward
from services.operations.finding_pages import Cause, finding_of
from services.operations.rows import milliseconds
from services.operations.tables import alerts, findings, told_by_command, told_in_feed

KEY = ("about", "kind", "cause")
AS_FOUND = (*KEY, "case_id", "council", "whom", "detail", "since")

Alert: TypeAlias = tuple[Sequence[Cause], Sequence[Cause]]
"""What is newly stuck, and what is mended."""


class State(StrEnum):
    """How far the council's command was told of a finding."""

    TOLD = "told"
    TELLING = "telling"
    MENDING = "mending"


def _same(told: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(*(told.c[name] == findings.c[name] for name in KEY))


def _is_stuck(told: sa.Table) -> sa.ColumnElement[bool]:
    return sa.exists().where(_same(told)).correlate(told)


def _untold(told: sa.Table) -> sa.Select[tuple[object, ...]]:
    """What is stuck, and was not told."""
    columns = [findings.c[name] for name in AS_FOUND]
    was_told = sa.exists().where(_same(told)).correlate(findings)
    return sa.select(*columns).where(findings.c.kind.not_in(NOT_STUCK), ~was_told)


_GONE = told_in_feed.update().where(told_in_feed.c.gone == 0, ~_is_stuck(told_in_feed))
_BACK = told_in_feed.update().where(told_in_feed.c.gone > 0, _is_stuck(told_in_feed)).values(gone=0)
_UNTOLD_OF_CASES = _untold(told_in_feed).where(findings.c.case_id != "").order_by(findings.c.since, findings.c.about)
_MENDED = sa.select(told_in_feed).where(told_in_feed.c.gone > 0).order_by(told_in_feed.c.gone, told_in_feed.c.about)
_FORGET = told_in_feed.delete().where(*(told_in_feed.c[name] == sa.bindparam(f"of_{name}") for name in KEY))


_BEGIN_TELLING = told_by_command.insert().from_select(
    [*AS_FOUND, "state"],
    _untold(told_by_command).add_columns(sa.literal(State.TELLING.value, sa.Text).label("state")),
)
_BEGIN_MENDING = told_by_command.update().where(~_is_stuck(told_by_command)).values(state=State.MENDING.value)

_BY_CAUSE = (told_by_command.c.kind, told_by_command.c.cause)
_COUNTED = sa.select(
    *(told_by_command.c[name] for name in AS_FOUND),
    sa.func.row_number()
    .over(partition_by=_BY_CAUSE, order_by=(told_by_command.c.since, told_by_command.c.about))
    .label("place"),
    sa.func.count(sa.func.nullif(told_by_command.c.case_id, "")).over(partition_by=_BY_CAUSE).label("cases"),
)
"""Each with its place among those of its cause, the longest stuck first, and how many cases those are."""


def note_gone(connection: sa.Connection, now: datetime) -> None:
    """Note what is seen to be mended now, of what the feed was told; and that what has come back is not."""
    connection.execute(_GONE.values(gone=milliseconds(now)))
    connection.execute(_BACK)


def take_stuck(connection: sa.Connection, most: int) -> Sequence[Finding]:
    """What the feed is to be told as stuck, the longest first, at most so many: it counts as told."""
    rows = connection.execute(_UNTOLD_OF_CASES.limit(most)).mappings().all()
    if rows:
        connection.execute(told_in_feed.insert(), [{**row, "gone": 0} for row in rows])
    return [outward(finding_of(row)) for row in rows]


def take_mended(connection: sa.Connection, now: datetime, after: timedelta, most: int) -> Sequence[tuple[Finding, int]]:
    """What the feed is to be told as mended, because it has been so for some time: it counts as told.

    At most so many, each with the moment at which it was seen to be mended (milliseconds since 1970).
    """
    lasting = _MENDED.where(told_in_feed.c.gone <= milliseconds(now - after)).limit(most)
    rows = connection.execute(lasting).mappings().all()
    if rows:
        connection.execute(_FORGET, [{f"of_{name}": row[name] for name in KEY} for row in rows])
    return [(outward(finding_of(row)), int(row["gone"])) for row in rows]


def begin_alert(connection: sa.Connection, now: datetime, pause: timedelta) -> Alert | None:
    """What the command is to be told as newly stuck, and as mended: note that it is begun with that.

    None where it was begun less than `pause` ago, or there is nothing to tell.
    """
    begun = connection.execute(sa.select(alerts.c.begun)).scalar()
    if begun is not None and milliseconds(now - pause) < begun:
        return None
    stuck, mended = _news(connection)
    if not stuck and not mended:
        return None
    connection.execute(alerts.delete())
    connection.execute(alerts.insert(), {"one": 1, "begun": milliseconds(now)})
    return stuck, mended


def _news(connection: sa.Connection) -> Alert:
    """What was not told yet. What a process that ended meanwhile had begun to tell is among it."""
    end_alert(connection, is_told=False)
    connection.execute(_BEGIN_TELLING)
    connection.execute(_BEGIN_MENDING)
    return _causes(connection, State.TELLING), _causes(connection, State.MENDING)


def end_alert(connection: sa.Connection, *, is_told: bool) -> None:
    """Note that the command was told what was begun; or that it was not: then the next alert has it, too."""
    over, lasting = (State.MENDING, State.TELLING) if is_told else (State.TELLING, State.MENDING)
    of_state = told_by_command.c.state
    connection.execute(told_by_command.delete().where(of_state == over.value))
    connection.execute(told_by_command.update().where(of_state == lasting.value).values(state=State.TOLD.value))


def _causes(connection: sa.Connection, state: State) -> Sequence[Cause]:
    """What is in a state, by its cause, that which holds up most cases first."""
    counted = _COUNTED.where(told_by_command.c.state == state.value).subquery()
    first = sa.select(counted).where(counted.c.place == 1)
    in_order = first.order_by(counted.c.cases.desc(), counted.c.since, counted.c.kind, counted.c.cause)
    return [Cause(outward(finding_of(row)), row["cases"]) for row in connection.execute(in_order).mappings()]
