"""Dates of law that have passed of complaints and of requests for one's own data: the service itself tells each once.

No journey does: these dates stand also after it has ended. A date that is moved is told anew.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from services.assessment import passed_dates
from services.assessment.domain.matter import ClockKind
from services.assessment.matter_store import THE_CLOCK
from services.assessment.passed_dates import PORTION
from services.assessment.tables import UNTOLD, matter_clocks
from sevensteps import clock
from sevensteps.events import AccessRequestOverdue, ComplaintOverdue, Payload
from sevensteps.service.deciding_service import Task
from sevensteps.service.store import Store

PASSED = (
    sa.select(matter_clocks)
    .where(UNTOLD, matter_clocks.c.due_on < sa.bindparam("today"))
    .order_by(matter_clocks.c.due_on)
    .limit(PORTION)
    .with_for_update(skip_locked=True)
)
"""What another instance tells just now, or somebody answers, is locked, and passed over."""
TELL = matter_clocks.update().where(*THE_CLOCK).values(overdue_told=True)


async def keep_telling(store: Store) -> None:
    """Tell what has passed, until cancelled. Waits out trouble of the database."""
    await passed_dates.keep_telling(store, _tell_some)


async def tell_passed(store: Store) -> None:
    """Tell every date that has passed and is not told yet, in small portions."""
    await passed_dates.tell_all(store, _tell_some)


def _tell_some(connection: sa.Connection, now: datetime) -> int:
    passed = connection.execute(PASSED, {"today": clock.uk_day(now)}).mappings().all()
    for row in passed:
        connection.execute(TELL, {"the_matter": row["matter_id"], "the_kind": row["kind"]})
        passed_dates.tell(connection, row, _event(row), now)
    return len(passed)


def _event(row: sa.RowMapping) -> Payload:
    matter_id, due_on = row["matter_id"], row["due_on"].isoformat()
    if row["kind"] == ClockKind.ACCESS_REQUEST:
        return AccessRequestOverdue(matter_id, due_on)
    return ComplaintOverdue(matter_id, row["kind"], due_on)


TASKS: Mapping[str, Task] = {"telling dates of law that have passed": keep_telling}
"""What runs beside the calls of the service."""
