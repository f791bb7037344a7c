"""Reading what a forecast of dates of law is made from: the dates that run, and how those of past weeks have ended."""

from collections.abc import Iterator, Sequence
from datetime import date

import sqlalchemy as sa

from services.operations.case_pages import conditions
from services.operations.domain.ended_dates import LATE
from services.operations.domain.forecasting import WEEK, WEEKS_AHEAD, WEEKS_BACK, History, Running
from services.operations.domain.wanted import Wanted
from services.operations.tables import cases, ended_dates, law_dates


def running(connection: sa.Connection, wanted: Wanted, today: date) -> Sequence[Running]:
    """The dates of the wanted cases whose last day is in the weeks to come, those of one kind and day together."""
    days = law_dates.c.day.between(today.toordinal(), (today + WEEK * WEEKS_AHEAD).toordinal() - 1)
    query = (
        sa.select(law_dates.c.clock, law_dates.c.day, sa.func.count())
        .join_from(law_dates, cases, law_dates.c.case_id == cases.c.case_id)
        .where(days, *conditions(wanted, today))
        .group_by(law_dates.c.clock, law_dates.c.day)
    )
    return [Running(clock, date.fromordinal(day), dates) for clock, day, dates in connection.execute(query)]


def history(connection: sa.Connection, wanted: Wanted, today: date) -> History:
    """How the dates have ended whose last day was in the past weeks, of every case of the wanted councils.

    One that has passed and still runs was not met either.
    """
    found = History()
    first, last = (today - WEEK * WEEKS_BACK).toordinal(), today.toordinal() - 1
    ended = sa.select(ended_dates.c.clock, ended_dates.c.days_left, sa.func.sum(ended_dates.c.dates)).where(
        ended_dates.c.day.between(first, last), *_of_councils(ended_dates, wanted)
    )
    passed = sa.select(law_dates.c.clock, sa.literal(LATE), sa.func.count()).where(
        law_dates.c.day.between(first, last), *_of_councils(law_dates, wanted)
    )
    for clock, left, dates in (
        *connection.execute(ended.group_by(ended_dates.c.clock, ended_dates.c.days_left)),
        *connection.execute(passed.group_by(law_dates.c.clock)),
    ):
        found.add(clock, left, int(dates))
    return found


def _of_councils(table: sa.Table, wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.scope is not None:
        yield table.c.council == wanted.scope
    if wanted.councils:
        yield table.c.council.in_(wanted.councils)
