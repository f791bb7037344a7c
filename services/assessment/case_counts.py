"""How many cases are open in each council, and how old the oldest is, counted once a minute.

This service knows of the first step; which of the later ones a case is in, its journey knows.
"""

import asyncio
from collections.abc import Mapping

import sqlalchemy as sa

from services.assessment.tables import OPEN, cases
from sevensteps import clock
from sevensteps.errors import waiting_out
from sevensteps.service.deciding_service import LOOK_SECONDS, Task
from sevensteps.service.store import Store
from sevensteps.steps import Stage
from sevensteps.telemetry import series

LATER = "later"
COUNT = (
    sa.select(
        cases.c.council,
        cases.c.assessment_open,
        sa.func.count().label("open"),
        sa.func.min(cases.c.opened_at).label("oldest"),
    )
    .where(OPEN)
    .group_by(cases.c.council, cases.c.assessment_open)
)


async def keep_counting(store: Store) -> None:
    """Count, until cancelled. Waits out trouble of the database."""
    while True:
        with waiting_out():
            await count(store)
        await asyncio.sleep(LOOK_SECONDS)


async def count(store: Store) -> None:
    """Tell what is open now. Raises a Fault as the store does."""
    rows = await store.read(lambda connection: connection.execute(COUNT).all())
    for gauge in (series.CASES_OPEN, series.CASES_OLDEST):
        gauge.clear()
    for row in rows:
        step = Stage.MONEY_FOUND.value if row.assessment_open else LATER
        series.CASES_OPEN.labels(row.council, step).set(row.open)
        age = clock.now() - clock.from_text(row.oldest)
        series.CASES_OLDEST.labels(row.council, step).set(age.total_seconds())


TASKS: Mapping[str, Task] = {"counting cases": keep_counting}
"""What runs beside the calls of the service."""
