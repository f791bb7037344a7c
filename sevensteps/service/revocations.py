"""Tokens that a service accepts no longer: on record in its own database, and read again every two seconds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import sqlalchemy as sa

from sevensteps import clock
from sevensteps.errors import Violation, invalid, waiting_out
from sevensteps.identity.actor import EVERY_COUNCIL, Actor
from sevensteps.identity.claims import LONGEST_LIFE
from sevensteps.identity.revocations import Revocation, Revocations
from sevensteps.service.store import Store
from sevensteps.service.tables import revoked

LOOK_SECONDS = 2.0
"""How soon every instance knows what another one was told."""
FORGET_SECONDS = 3_600.0
"""Between two looks for those that concern no token any more: they are kept for a month."""
KEPT = timedelta(seconds=LONGEST_LIFE, days=1)
"""How long a revocation is kept: until no token that it concerns can be valid, whatever the clocks say."""
ALL = sa.select(revoked).order_by(revoked.c.number)
ADD = sa.text(
    "INSERT INTO revoked (request_id, council, subject, token_id, because, revoked_by, revoked_at)"
    " VALUES (:request_id, :council, :subject, :token_id, :because, :revoked_by, :revoked_at) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class RecordedRevocation:
    """A revocation as it is on record: `subject` or `token_id` is empty."""

    request_id: str
    council: str
    subject: str
    token_id: str
    because: str
    revoked_by: str
    revoked_at: str


def add(connection: sa.Connection, new: RecordedRevocation) -> RecordedRevocation:
    """Put a revocation on record; one that was sent before is there already. Answers what is on record.

    Raises a Fault (INVALID, FIELD_INVALID) where the request id is that of another revocation.
    """
    connection.execute(ADD, {name: getattr(new, name) for name in RecordedRevocation.__slots__})
    found = _recorded(connection.execute(ALL.where(revoked.c.request_id == new.request_id)).one())
    if (found.council, found.subject, found.token_id) != (new.council, new.subject, new.token_id):
        raise invalid(Violation("request_id", "is that of another revocation; use a new one"))
    return found


def page(
    connection: sa.Connection, actor: Actor, after: int, size: int
) -> tuple[Sequence[tuple[int, RecordedRevocation]], bool]:
    """Revocations that an actor may see, each with its number, and whether there are more."""
    wanted = ALL.where(revoked.c.number > after).limit(size + 1)
    if actor.council != EVERY_COUNCIL:
        wanted = wanted.where(revoked.c.council == actor.council)
    rows = connection.execute(wanted).all()
    return [(row.number, _recorded(row)) for row in rows[:size]], len(rows) > size


async def read(store: Store, revocations: Revocations) -> None:
    """Have the revocations on record in force. Raises a Fault (UNAVAILABLE) where the database does not answer."""
    rows = await store.read(lambda connection: connection.execute(ALL).all())
    revocations.take([Revocation(row.council, row.subject, row.token_id, _moment(row.revoked_at)) for row in rows])


async def keep(store: Store, revocations: Revocations) -> None:
    """Have the revocations on record in force within two seconds, and forget old ones, until cancelled.

    While the database does not answer, those that were read before stay in force.
    """
    forget_at = 0.0
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        with waiting_out():
            if monotonic() >= forget_at:
                await forget(store)
                forget_at = monotonic() + FORGET_SECONDS
            await read(store, revocations)


async def forget(store: Store) -> None:
    """Forget revocations that concern no token any more."""
    before = revoked.c.revoked_at < clock.as_text(clock.now() - KEPT)
    if await store.read(lambda connection: connection.execute(sa.select(sa.exists().where(before))).scalar_one()):
        await store.write(lambda connection: connection.execute(sa.delete(revoked).where(before)))


def _recorded(row: sa.Row[tuple[object, ...]]) -> RecordedRevocation:
    return RecordedRevocation(**{name: getattr(row, name) for name in RecordedRevocation.__slots__})


def _moment(text: str) -> float:
    """Seconds since 1970, at the end of the millisecond that was noted."""
    return clock.from_text(text).timestamp() + 0.001
