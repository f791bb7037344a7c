"""Reading from the rows what may be stuck: by dates that are near or have passed, and by what has not followed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

import sqlalchemy as sa

from services.operations.domain.dates import NEAR, stuck_by_date
from services.operations.domain.effects import LOOKED_INTO, Owed, owed
from services.operations.domain.finding import Finding
from services.operations.domain.journeys import Case
from services.operations.domain.standing import Standing
from services.operations.looking.lost_journeys import NewCase
from services.operations.rows import milliseconds, moment_of, standing_of
from services.operations.tables import OPEN, cases
from sevensteps.temporal import WaitingFor

AT_ONCE = 1000
"""Rows that are read in one go: others read between."""
OLD_ENOUGH = timedelta(minutes=1)
"""How old a case is before all are compared by whether they have a journey."""
NEW_STILL = timedelta(seconds=30)
"""How long it is looked at as a new one after that, so that none is left out between."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A part of the cases that are near a date or past it: what is stuck of them, and where to go on."""

    found: Sequence[Finding]
    owed: Sequence[Owed]
    after: tuple[int, int] | None


def dated(connection: sa.Connection, today: date, now: datetime, after: tuple[int, int]) -> Dated:
    """The next cases by their first date, ended ones among them, that is near or has passed. Begin after (0, 0)."""
    place = sa.tuple_(cases.c.first_day, cases.c.number)
    query = (
        sa.select(cases.c.standing, cases.c.first_day, cases.c.number)
        .where(cases.c.first_day <= (today + NEAR).toordinal(), place > sa.tuple_(*after))
        .order_by(cases.c.first_day, cases.c.number)
        .limit(AT_ONCE)
    )
    rows = connection.execute(query).all()
    standings = [standing_of(row.standing) for row in rows]
    return Dated(
        [finding for standing in standings for finding in stuck_by_date(standing, today)],
        list(_owed(standings, now)),
        (rows[-1].first_day, rows[-1].number) if len(rows) == AT_ONCE else None,
    )


def unserved(
    connection: sa.Connection, now: datetime, after: tuple[int, int]
) -> tuple[Sequence[Owed], tuple[int, int] | None]:
    """The next cases that have waited for the suite for a while, the longest first; and where to go on."""
    place = sa.tuple_(cases.c.since, cases.c.number)
    query = (
        sa.select(cases.c.standing, cases.c.since, cases.c.number)
        .where(
            OPEN,
            cases.c.waiting_for == WaitingFor.SERVICE.value,
            cases.c.since <= milliseconds(now - LOOKED_INTO),
            place > sa.tuple_(*after),
        )
        .order_by(cases.c.since, cases.c.number)
        .limit(AT_ONCE)
    )
    rows = connection.execute(query).all()
    further = (rows[-1].since, rows[-1].number) if len(rows) == AT_ONCE else None
    return list(_owed([standing_of(row.standing) for row in rows], now)), further


def _owed(standings: Sequence[Standing], now: datetime) -> Iterator[Owed]:
    return (each for standing in standings if (each := owed(standing, now)))


def how_many_open(connection: sa.Connection) -> int:
    """How many cases have not ended."""
    return connection.execute(sa.select(sa.func.count()).select_from(cases).where(OPEN)).scalar_one()


def open_cases(connection: sa.Connection, opened_before: datetime, after: int) -> Sequence[tuple[int, str]]:
    """The next open cases of some age by number, each with its id; at most AT_ONCE."""
    query = (
        sa.select(cases.c.number, cases.c.case_id)
        .where(OPEN, cases.c.opened < milliseconds(opened_before), cases.c.number > after)
        .order_by(cases.c.number)
        .limit(AT_ONCE)
    )
    return [(row.number, row.case_id) for row in connection.execute(query)]


def newest(connection: sa.Connection, opened_after: datetime, before: int | None) -> Sequence[NewCase]:
    """The next open cases that were opened after a moment, downwards by number from `before`; at most AT_ONCE."""
    query = sa.select(cases.c.number, cases.c.case_id, cases.c.opened).where(OPEN)
    if before is not None:
        query = query.where(cases.c.number < before)
    query = query.order_by(cases.c.number.desc()).limit(AT_ONCE)
    rows = takewhile(lambda row: row.opened > milliseconds(opened_after), connection.execute(query))
    return [NewCase(row.case_id, row.number, moment_of(row.opened)) for row in rows]


def known(connection: sa.Connection, case_ids: Sequence[str]) -> dict[str, Case]:
    """Those of some cases that are open, as they are now."""
    found: dict[str, Case] = {}
    for first in range(0, len(case_ids), AT_ONCE):
        some = case_ids[first : first + AT_ONCE]
        query = sa.select(cases.c.council, cases.c.since, cases.c.standing).where(OPEN, cases.c.case_id.in_(some))
        for row in connection.execute(query):
            standing = standing_of(row.standing)
            since = moment_of(row.since)
            found[standing.case_id] = Case(
                standing.case_id, row.council, since, standing.heard, standing.opened.position
            )
    return found
