"""How the periods in which arrangements run are stored."""

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from services.planning.domain.period import Part, Period
from services.planning.tables import periods
from sevensteps.service.records import as_row, matching
from sevensteps.service.work import Work

OF_CASE = sa.select(periods).where(*matching(periods, "case_id")).order_by(periods.c.starts_on, periods.c.number)
ADD = periods.insert()
END = (
    periods.update()
    .where(periods.c.arrangement_id == sa.bindparam("the_arrangement"), periods.c.number == sa.bindparam("the_number"))
    .values(ends_on=sa.bindparam("ends_on"), reason=sa.bindparam("reason"))
)


def of_case(work: Work, case_id: str) -> tuple[Period, ...]:
    """Every period of every arrangement of a case, in the order of their days."""
    columns = ("arrangement_id", "part", "plan_version", "number", "starts_on", "ends_on", "reason")
    rows = work.connection.execute(OF_CASE, {"case_id": case_id}).mappings()
    found = (Period(**{name: row[name] for name in columns}) for row in rows)
    return tuple(replace(period, part=Part(period.part)) for period in found)


def add(work: Work, case_id: str, started: Iterable[Period]) -> None:
    """Store periods that begin."""
    rows = [as_row(period) | {"part": period.part.value, "case_id": case_id} for period in started]
    if rows:
        work.connection.execute(ADD, rows)


def end(work: Work, ended: Iterable[Period]) -> None:
    """Store the ends of periods."""
    rows = [
        {
            "the_arrangement": period.arrangement_id,
            "the_number": period.number,
            "ends_on": period.ends_on,
            "reason": period.reason,
        }
        for period in ended
    ]
    if rows:
        work.connection.execute(END, rows)
