"""Writing the dates that the law sets: those that run, one by one, and how those that run no more have ended."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from services.operations.domain.clocks import BETWEEN
from services.operations.domain.ended_dates import EndedDate
from services.operations.domain.standing import Standing

ADD_ENDED = sa.text(
    "INSERT INTO ended_dates (day, council, clock, days_left, dates)"
    " VALUES (:day, :council, :clock, :days_left, :dates)"
    " ON CONFLICT (day, council, clock, days_left) DO UPDATE SET dates = ended_dates.dates + excluded.dates"
)
ADD = sa.text(
    "INSERT INTO law_dates (case_id, clock, about, council, day) VALUES (:case_id, :clock, :about, :council, :day)"
)
DROP = sa.text("DELETE FROM law_dates WHERE case_id = :case_id AND clock = :clock AND about = :about")
Clocks = Mapping[str, str]
"""The clocks that run in a case, by name, each with its last day."""
Ended = Counter[tuple[str, EndedDate]]
"""How many dates of a council have ended in one way."""


def put(connection: sa.Connection, changed: Iterable[tuple[Clocks, Standing]]) -> None:
    """Store the dates that run in these cases in place of those that ran before: only those that differ."""
    gone: list[dict[str, object]] = []
    new: list[dict[str, object]] = []
    for before, standing in changed:
        gone += [_key(standing, name) for name, day in before.items() if standing.clocks.get(name) != day]
        new += [_row(standing, name, day) for name, day in standing.clocks.items() if before.get(name) != day]
    if gone:
        connection.execute(DROP, gone)
    if new:
        connection.execute(ADD, new)


def add_ended(connection: sa.Connection, ended: Ended) -> None:
    """Count dates that have ended."""
    if ended:
        connection.execute(ADD_ENDED, _ended_rows(ended))


def _key(standing: Standing, name: str) -> dict[str, object]:
    clock, _, about = name.partition(BETWEEN)
    return {"case_id": standing.case_id, "clock": clock, "about": about}


def _row(standing: Standing, name: str, day: str) -> dict[str, object]:
    return {**_key(standing, name), "council": standing.council, "day": date.fromisoformat(day).toordinal()}


def _ended_rows(ended: Ended) -> Sequence[dict[str, object]]:
    return [
        {"day": each.day.toordinal(), "council": council, "clock": each.clock, "days_left": each.left, "dates": dates}
        for (council, each), dates in ended.items()
    ]
