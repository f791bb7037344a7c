"""What soon counts no more warns, and tells when it does: once each, by the service itself, whatever the step.

Whether something counts follows from the day alone. An event that is late changes nothing but what people know.
"""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa

from services.assessment.domain.expiry import WARNED_BEFORE
from services.assessment.tables import OPEN, SOON, cases, expiries
from sevensteps import clock
from sevensteps.errors import waiting_out
from sevensteps.events import Payload, RepresentationExpired, RepresentationWarned
from sevensteps.service import outbox
from sevensteps.service.deciding_service import LOOK_SECONDS, Task
from sevensteps.service.store import Store

PORTION = 100
"""Most that one transaction tells: others want to write too."""
ITSELF = "assessment"
"""Who tells them."""
_OPEN_CASE = sa.exists().where(cases.c.case_id == expiries.c.case_id, OPEN)
_TO_TELL = (
    sa.select(expiries)
    .where(SOON, _OPEN_CASE)
    .order_by(expiries.c.expires_on)
    .limit(PORTION)
    .with_for_update(skip_locked=True, of=expiries)
)
PAST = _TO_TELL.where(expiries.c.expires_on < sa.bindparam("today"))
NEAR = _TO_TELL.where(expiries.c.expires_on <= sa.bindparam("soon"), expiries.c.warned == sa.false())
"""What another instance tells just now is locked, and passed over."""
THE_RECORD = expiries.c.record_id == sa.bindparam("the_record")
TELL = expiries.update().where(THE_RECORD).values(warned=True, expired_told=True)
WARN = expiries.update().where(THE_RECORD).values(warned=True)


async def keep_telling(store: Store) -> None:
    """Warn and tell, until cancelled. Waits out trouble of the database."""
    while True:
        with waiting_out():
            await tell_expiries(store)
        await asyncio.sleep(LOOK_SECONDS)


async def tell_expiries(store: Store) -> None:
    """Tell whatever has expired, and warn of what soon will, in small portions."""
    told = PORTION
    while told == PORTION:
        told = await store.write(lambda connection: _tell_some(connection, clock.now()))


def _tell_some(connection: sa.Connection, now: datetime) -> int:
    """What is past is told alone: it needs no warning any more."""
    today = clock.uk_day(now)
    past = connection.execute(PAST, {"today": today}).mappings().all()
    for row in past:
        connection.execute(TELL, {"the_record": row["record_id"]})
        _tell(connection, now, row, RepresentationExpired(row["record_id"], row["kind"], row["what"], _last_day(row)))
    if len(past) == PORTION:
        return PORTION
    near = connection.execute(NEAR, {"soon": _soon(today)}).mappings().all()
    for row in near:
        connection.execute(WARN, {"the_record": row["record_id"]})
        _tell(connection, now, row, RepresentationWarned(row["record_id"], row["kind"], row["what"], _last_day(row)))
    return len(near)


def _soon(today: date) -> date:
    return today + WARNED_BEFORE


def _last_day(row: sa.RowMapping) -> str:
    return str(row["expires_on"].isoformat())


def _tell(connection: sa.Connection, now: datetime, row: sa.RowMapping, event: Payload) -> None:
    outbox.add(
        connection,
        type_=event.TYPE,
        case_id=row["case_id"],
        council=row["council"],
        occurred_at=clock.as_text(now),
        actor=ITSELF,
        payload=event.as_json(),
    )


TASKS: Mapping[str, Task] = {"telling what expires of who may act for a person": keep_telling}
"""What runs beside the calls of the service."""
