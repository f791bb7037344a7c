"""Telling dates that have passed and that no journey tells: in small portions, until none is left, again and again."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

import sqlalchemy as sa

from sevensteps import clock
from sevensteps.errors import waiting_out
from sevensteps.events import Payload
from sevensteps.service import outbox
from sevensteps.service.deciding_service import LOOK_SECONDS
from sevensteps.service.store import Store

PORTION = 100
"""Most dates that one transaction tells: others want to write too."""
ITSELF = "assessment"
"""Who tells them."""

TellSome: TypeAlias = Callable[[sa.Connection, datetime], int]
"""Tells at most a portion of what has passed by a moment, and answers how many that were."""


async def keep_telling(store: Store, tell_some: TellSome) -> None:
    """Tell what has passed, until cancelled. Waits out trouble of the database."""
    while True:
        with waiting_out():
            await tell_all(store, tell_some)
        await asyncio.sleep(LOOK_SECONDS)


async def tell_all(store: Store, tell_some: TellSome) -> None:
    """Tell every date that has passed and is not told yet."""
    told = PORTION
    while told == PORTION:
        told = await store.write(lambda connection: tell_some(connection, clock.now()))


def tell(connection: sa.Connection, row: sa.RowMapping, event: Payload, now: datetime) -> None:
    """Put the event of a date that has passed into the outbox; the row says of which case and council."""
    outbox.add(
        connection,
        type_=event.TYPE,
        case_id=row["case_id"],
        council=row["council"],
        occurred_at=clock.as_text(now),
        actor=ITSELF,
        payload=event.as_json(),
    )
