"""Who is signed on, for how long, and by which cookie: kept where every instance of the console finds it."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

import sqlalchemy as sa

from console.signing_on.sealing import BrokenSealError, seal, unseal
from console.tables import sessions
from sevensteps.identity.actor import Actor, Role
from sevensteps.service.store import Store

IDLE_SECONDS = 30 * 60
"""How long somebody stays signed on who does nothing."""
LONGEST_SECONDS = 8 * 3600
"""How long somebody stays signed on at most: a working day."""
NOTED_SECONDS = 30
"""A visit is not noted more often than that: most pages are read without a write."""
RENEWING_SECONDS = 15
"""How long one visit may take to renew a token before another one tries."""
KEY_BYTES = 32
BETWEEN_ROLES = ", "


@dataclass(frozen=True, slots=True)
class SignedOn:
    """Who signs on: their own token, and what it says of them."""

    token: str
    subject: str
    role: str
    """Every role that the token gives, with commas between them."""
    council: str
    place: str = ""
    """The council by whose issuer they signed on, or EVERY_COUNCIL; empty where it was none."""
    ends: int = 0
    """When the token ends, in seconds since 1970; 0 where the session ends first."""
    refresh: str = ""
    """What the issuer gives a new token for; empty where it gives none."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed on. `form_key` has to come back with every form, the token goes with every call."""

    key: str
    form_key: str
    begun: int
    seen: int
    who: SignedOn
    kept: str = field(repr=False)
    """What the browser keeps, by which `who` is sealed."""

    @property
    def token(self) -> str:
        """The person's own."""
        return self.who.token

    @property
    def subject(self) -> str:
        """Who they are, as records say it."""
        return self.who.subject

    @property
    def role(self) -> str:
        """Every role that they have, with commas between them."""
        return self.who.role

    @property
    def roles(self) -> frozenset[str]:
        """The same, one by one."""
        return frozenset(self.who.role.split(BETWEEN_ROLES))

    @property
    def council(self) -> str:
        """Whose cases they may see."""
        return self.who.council

    @property
    def actor(self) -> Actor:
        """Who acts, as the services know them by the token, but for their teams."""
        return Actor(self.subject, frozenset(map(Role, self.roles)), self.council)


@dataclass(frozen=True, slots=True)
class Sessions:
    """All that are signed on."""

    store: Store
    now: Callable[[], float] = time.time

    async def begin(self, who: SignedOn) -> str:
        """Sign somebody on; answers what their browser is to keep. Those that are over are forgotten."""
        kept, now = secrets.token_urlsafe(KEY_BYTES), int(self.now())
        key = _digest(kept)
        row: dict[str, str | int] = {"key": key, "sealed": _sealed(who, kept, key), "begun": now, "seen": now}
        row |= {"form_key": secrets.token_urlsafe(KEY_BYTES), "renewing": 0}

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
        try:
            who = SignedOn(**json.loads(unseal(row.sealed, kept, key)))
        except BrokenSealError:
            return None
        return Session(key, row.form_key, row.begun, row.seen, who, kept)

    async def take_turn(self, session: Session) -> bool:
        """Whether it is this visit that renews the session's token: an issuer takes what it renews by only once."""
        now = int(self.now())
        is_free = sa.and_(sessions.c.key == session.key, sessions.c.renewing <= now)
        claim = sessions.update().where(is_free).values(renewing=now + RENEWING_SECONDS)
        return await self.store.write(lambda connection: connection.execute(claim).rowcount == 1)

    async def give_back_turn(self, session: Session) -> None:
        """Let another visit try: this one could not renew the token."""
        await self._change(session, renewing=0)

    async def renew(self, session: Session, who: SignedOn) -> None:
        """Keep a new token, and what it says."""
        await self._change(session, sealed=_sealed(who, session.kept, session.key), renewing=0)

    async def count(self) -> int:
        """How many are signed on."""
        query = sa.select(sa.func.count()).select_from(sessions).where(sa.not_(_is_over(int(self.now()))))
        return await self.store.read(lambda connection: connection.execute(query).scalar_one())

    async def end(self, session: Session) -> None:
        """Sign somebody off, in every browser that has the same cookie."""
        forget = sessions.delete().where(sessions.c.key == session.key)
        await self.store.write(lambda connection: connection.execute(forget))

    async def _change(self, session: Session, **changed: str | int) -> None:
        change = sessions.update().where(sessions.c.key == session.key).values(changed)
        await self.store.write(lambda connection: connection.execute(change))


def _is_over(now: int) -> sa.ColumnElement[bool]:
    return sa.or_(sessions.c.seen <= now - IDLE_SECONDS, sessions.c.begun <= now - LONGEST_SECONDS)


def _digest(kept: str) -> str:
    """Whoever reads the records cannot make a cookie of them."""
    return sha256(kept.encode()).hexdigest()


def _sealed(who: SignedOn, kept: str, key: str) -> str:
    return seal(json.dumps({name: getattr(who, name) for name in SignedOn.__slots__}), kept, key)
