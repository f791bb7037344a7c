"""Finding cases by their rows: a page at a time, and counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.operations.domain.finding import NOT_STUCK
from services.operations.domain.standing import Standing
from services.operations.domain.wanted import Order, Place, Sorting, Wanted
from services.operations.rows import STEPS, milliseconds
from services.operations.tables import NO_DAY, ON_HOLD, OPEN, cases, findings

SORTED_BY: dict[Order, sa.Column[int]] = {
    Order.OPENED: cases.c.number,
    Order.DUE: cases.c.first_day,
    Order.SINCE: cases.c.since,
    Order.STEP: cases.c.step,
}

DAYS_AHEAD = 14
"""How far ahead dates of law are counted day by day."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of cases: where each stands, what is stuck of it, and the place after it if there are more.

    `total` is how many cases there are on all pages, where that was asked for.
    """

    standings: Sequence[Standing]
    stuck: Mapping[str, Sequence[str]]
    after: Place | None
    total: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases there are: all, the open ones by step and what they wait for, and those stuck by kind.

    `law_days` are the next days on which open cases have a date of law as their first one, with how many.
    """

    cases: int
    by_step: Sequence[sa.RowMapping]
    stuck: Sequence[sa.RowMapping]
    law_days: Sequence[tuple[date, int]]


def page(
    connection: sa.Connection, wanted: Wanted, sorting: Sorting, *, today: date, after: Place | None, size: int
) -> Sequence[sa.Row[str, int, int]]:
    """The next rows after a place, at most `size`: the standing's text, what it was sorted by, and its number."""
    value, number = SORTED_BY[sorting.order], cases.c.number
    query = sa.select(cases.c.standing, value.label("value"), number.label("number")).where(*conditions(wanted, today))
    if after:
        key, place = sa.tuple_(value, number), sa.tuple_(after.value, after.number)
        query = query.where(key < place if sorting.descending else key > place)
    ends = (value.desc(), number.desc()) if sorting.descending else (value, number)
    return connection.execute(query.order_by(*ends).limit(size)).all()


def counts(connection: sa.Connection, wanted: Wanted, today: date) -> Sequence[sa.RowMapping]:
    """How many open cases there are, by step and by what they wait for."""
    passed = cases.c.first_day < today.toordinal()
    query = (
        sa.select(
            cases.c.step,
            cases.c.waiting_for,
            sa.func.count().label("cases"),
            _how_many(passed).label("overdue"),
            _how_many(sa.and_(passed, cases.c.first_is_law)).label("breached"),
            _how_many(cases.c.on_hold).label("on_hold"),
        )
        .where(OPEN, *conditions(wanted, today))
        .group_by(cases.c.step, cases.c.waiting_for)
        .order_by(cases.c.step, cases.c.waiting_for)
    )
    return connection.execute(query).mappings().all()


def count_all(connection: sa.Connection, wanted: Wanted, today: date) -> int:
    """How many cases are wanted, ended ones among them."""
    query = sa.select(sa.func.count()).select_from(cases).where(*conditions(wanted, today))
    return connection.execute(query).scalar_one()


def stuck_counts(connection: sa.Connection, wanted: Wanted, today: date) -> Sequence[sa.RowMapping]:
    """How many cases are stuck, by kind."""
    query = (
        sa.select(findings.c.kind, sa.func.count().label("cases"))
        .join_from(findings, cases, findings.c.case_id == cases.c.case_id)
        .where(*conditions(wanted, today))
        .group_by(findings.c.kind)
        .order_by(findings.c.kind)
    )
    return connection.execute(query).mappings().all()


def law_days(connection: sa.Connection, wanted: Wanted, today: date) -> Sequence[tuple[date, int]]:
    """How many open cases have a date of law as their first one, on each of the next DAYS_AHEAD days that has any."""
    first, day = today.toordinal(), cases.c.first_day
    query = (
        sa.select(day, sa.func.count().label("cases"))
        .where(OPEN, cases.c.first_is_law, day.between(first, first + DAYS_AHEAD - 1), *conditions(wanted, today))
        .group_by(day)
        .order_by(day)
    )
    return [(date.fromordinal(row.first_day), row.cases) for row in connection.execute(query)]


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def conditions(wanted: Wanted, today: date) -> Iterator[sa.ColumnElement[bool] | sa.TextClause]:
    """What rows must meet. `today` is the day in the United Kingdom."""
    if wanted.scope is not None:
        yield cases.c.council == wanted.scope
    named = {
        cases.c.case_id: wanted.case_ids,
        cases.c.council: wanted.councils,
        cases.c.kind: wanted.case_kinds,
        cases.c.step: [STEPS[stage] for stage in wanted.stages],
        cases.c.whom: wanted.whom,
        cases.c.waiting_for: wanted.waiting_for,
        cases.c.team: wanted.teams,
    }
    yield from (column.in_(values) for column, values in named.items() if values)
    flags: dict[str, sa.ColumnElement[bool] | sa.TextClause] = {
        "is_open": OPEN,
        "on_hold": ON_HOLD,
        "hard": cases.c.first_is_law,
        "escalated": cases.c.escalated,
        "overdue": cases.c.first_day < today.toordinal(),
    }
    yield from (condition for name, condition in flags.items() if getattr(wanted, name))
    yield from _between(wanted)
    if wanted.stuck or wanted.stuck_kinds or wanted.cause:
        yield cases.c.case_id.in_(_stuck(wanted))


def _between(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    """Between which days."""
    if wanted.due_from:
        yield cases.c.first_day.between(wanted.due_from.toordinal(), NO_DAY - 1)
    if wanted.due_before:
        yield cases.c.first_day < wanted.due_before.toordinal()
    if wanted.waiting_since_before:
        yield cases.c.since < milliseconds(wanted.waiting_since_before)
    if wanted.opened_before:
        yield cases.c.opened < milliseconds(wanted.opened_before)


def _stuck(wanted: Wanted) -> sa.Select[str]:
    """The cases of which something is stuck."""
    query = sa.select(findings.c.case_id)
    if wanted.stuck_kinds:
        query = query.where(findings.c.kind.in_(wanted.stuck_kinds))
    if wanted.cause:
        query = query.where(findings.c.cause == wanted.cause)
    return query.where(findings.c.kind.not_in(NOT_STUCK)) if wanted.stuck else query
