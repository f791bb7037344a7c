"""Who is signed on, for how long, and by which cookie: kept where every instance of the console finds it."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from console.tables import sessions
from sevensteps.service.store import Store

IDLE_SECONDS = 30 * 60
"""How long somebody stays signed on who does nothing."""
LONGEST_SECONDS = 8 * 3600
"""How long somebody stays signed on at most: a working day."""
NOTED_SECONDS = 30
"""A visit is not noted more often than that: most pages are read without a write."""
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed on. `form_key` has to come back with every form, `token` goes with every call."""

    key: str
    token: str
    subject: str
    role: str
    council: str
    form_key: str
    begun: int
    seen: int


@dataclass(frozen=True, slots=True)
class SignedOn:
    """Who signs on: their own token, and what it says of them."""

    token: str
    subject: str
    role: str
    council: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """All that are signed on."""

    store: Store
    now: Callable[[], float] = time.time

    async def begin(self, who: SignedOn) -> str:
        """Sign somebody on; answers what their browser is to keep. Those that are over are forgotten."""
        kept, now = secrets.token_urlsafe(KEY_BYTES), int(self.now())
        row: dict[str, str | int] = {"key": _digest(kept), "token": who.token, "subject": who.subject, "role": who.role}
        row |= {"council": who.council, "form_key": secrets.token_urlsafe(KEY_BYTES), "begun": now, "seen": now}

        def write(connection: sa.Connection) -> None:
            connection.execute(sessions.delete().where(_is_over(now)))
            connection.execute(sessions.insert().values(row))

        await self.store.write(write)
        return kept

    async def find(self, kept: str, *, is_visit: bool = True) -> Session | None:
        """Who is signed on by what a browser has kept; None where nobody is, or not any more.

        A visit keeps them signed on. What a page asks for by itself, while nobody may be there, is none.
        """
        if not kept:
            return None
        key, now = _digest(kept), int(self.now())
        query = sa.select(sessions).where(sessions.c.key == key, sa.not_(_is_over(now)))
        row = await self.store.read(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            return None
        if is_visit and now - row.seen >= NOTED_SECONDS:
            note = sessions.update().where(sessions.c.key == key).values(seen=now)
            await self.store.write(lambda connection: connection.execute(note))
        return Session(**row._asdict())

    async def end(self, session: Session) -> None:
        """Sign somebody off, in every browser that has the same cookie."""
        forget = sessions.delete().where(sessions.c.key == session.key)
        await self.store.write(lambda connection: connection.execute(forget))


def _is_over(now: int) -> sa.ColumnElement[bool]:
    return sa.or_(sessions.c.seen <= now - IDLE_SECONDS, sessions.c.begun <= now - LONGEST_SECONDS)


def _digest(kept: str) -> str:
    """Whoever reads the records cannot make a cookie of them."""
    return sha256(kept.encode()).hexdigest()
