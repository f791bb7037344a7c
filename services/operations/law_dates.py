"""Writing the dates that the law sets: those that run, one by one, and how those that run no more have ended."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa

from services.operations.domain.clocks import BETWEEN
from services.operations.domain.ended_dates import EndedDate
from services.operations.domain.standing import Standing
from services.operations.tables import law_dates

ADD_ENDED = sa.text(
    "INSERT INTO ended_dates (day, council, clock, days_left, dates)"
    " VALUES (:day, :council, :clock, :days_left, :dates)"
    " ON CONFLICT (day, council, clock, days_left) DO UPDATE SET dates = ended_dates.dates + excluded.dates"
)
DROP = law_dates.delete().where(law_dates.c.case_id.in_(sa.bindparam("ids", expanding=True)))
Ended = Counter[tuple[str, EndedDate]]
"""How many dates of a council have ended in one way."""


def put(connection: sa.Connection, changed: Collection[Standing]) -> None:
    """Store the dates that run in these cases, in place of those that did."""
    if not changed:
        return
    connection.execute(DROP, {"ids": sorted(standing.case_id for standing in changed)})
    rows = [_row(standing, name, day) for standing in changed for name, day in standing.clocks.items()]
    if rows:
        connection.execute(law_dates.insert(), rows)


def add_ended(connection: sa.Connection, ended: Ended) -> None:
    """Count dates that have ended."""
    if ended:
        connection.execute(ADD_ENDED, _ended_rows(ended))


def _row(standing: Standing, name: str, day: str) -> dict[str, object]:
    clock, _, about = name.partition(BETWEEN)
    return {
        "case_id": standing.case_id,
        "clock": clock,
        "about": about,
        "council": standing.council,
        "day": date.fromisoformat(day).toordinal(),
    }


def _ended_rows(ended: Ended) -> Sequence[dict[str, object]]:
    return [
        {"day": each.day.toordinal(), "council": council, "clock": each.clock, "days_left": each.left, "dates": dates}
        for (council, each), dates in ended.items()
    ]
