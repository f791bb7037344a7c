"""Contacts of which nobody has decided in time: the service itself tells each once.

No journey does: a contact may come in any step. While the case is on hold, and after it has ended, none is told.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from services.assessment import passed_dates
from services.assessment.passed_dates import PORTION
from services.assessment.tables import UNDECIDED_UNTOLD, cases, contacts
from sevensteps import clock
from sevensteps.events import ContactOverdue
from sevensteps.service.deciding_service import Task
from sevensteps.service.store import Store

PASSED = (
    sa.select(contacts.c.contact_id, contacts.c.case_id, contacts.c.due_on, cases.c.council)
    .join_from(contacts, cases)
    .where(UNDECIDED_UNTOLD, contacts.c.due_on < sa.bindparam("today"))
    .where(cases.c.on_hold == sa.false(), cases.c.ending == "")
    .order_by(contacts.c.due_on)
    .limit(PORTION)
    .with_for_update(skip_locked=True, of=contacts)
)
TELL = contacts.update().where(contacts.c.contact_id == sa.bindparam("the_contact")).values(overdue_told=True)


async def keep_telling(store: Store) -> None:
    """Tell what has passed, until cancelled. Waits out trouble of the database."""
    await passed_dates.keep_telling(store, _tell_some)


async def tell_passed(store: Store) -> None:
    """Tell every date that has passed and is not told yet, in small portions."""
    await passed_dates.tell_all(store, _tell_some)


def _tell_some(connection: sa.Connection, now: datetime) -> int:
    passed = connection.execute(PASSED, {"today": clock.uk_day(now)}).mappings().all()
    for row in passed:
        connection.execute(TELL, {"the_contact": row["contact_id"]})
        event = ContactOverdue(row["contact_id"], row["due_on"].isoformat())
        passed_dates.tell(connection, row, event, now)
    return len(passed)


TASKS: Mapping[str, Task] = {"telling contacts that wait too long": keep_telling}
"""What runs beside the calls of the service."""
