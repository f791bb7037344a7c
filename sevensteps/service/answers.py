"""The answers given to requests, so that one that is sent again is carried out once.

An answer is known by who asked and by the request id that they chose: nobody reaches an answer of another's by guessing
an id. It is kept for a day, and for good only where nothing else tells a second asking from a first.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import sqlalchemy as sa
from google.protobuf.message import Message

from sevensteps import clock
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor, Role
from sevensteps.service import statements
from sevensteps.service.store import Store
from sevensteps.service.tables import answers

KEPT = timedelta(days=1)
"""How long an answer is kept."""
PORTION = 200
"""Most answers that one transaction forgets: others want to write too."""
PAUSE_SECONDS = 0.05

ADD = sa.text(
    "INSERT INTO answers (council, subject, request_id, fingerprint, response, expires_at)"
    " SELECT :council, :subject, :request_id, :fingerprint, :response, :expires_at WHERE NOT EXISTS (SELECT 1 FROM"
    " answers WHERE council = '' AND subject = '' AND request_id = :request_id AND fingerprint = :fingerprint)"
    " ON CONFLICT DO NOTHING"
).bindparams(
    *(sa.bindparam(column.name, type_=column.type) for column in answers.c),
)
"""Adds an answer unless there is one. On PostgreSQL it waits for one that is just being added."""
FIRST = sa.select(answers.c.subject, answers.c.fingerprint, answers.c.response).where(
    answers.c.request_id == sa.bindparam("request_id"),
    sa.or_(
        sa.and_(answers.c.council == sa.bindparam("council"), answers.c.subject == sa.bindparam("subject")),
        sa.and_(answers.c.council == "", answers.c.subject == ""),
    ),
)
"""The asker's own answer, and one from before answers had askers: its fingerprint alone says whose it was."""
_KEY = (answers.c.council, answers.c.subject, answers.c.request_id)
FORGET = answers.delete().where(
    sa.tuple_(*_KEY).in_(
        sa.select(*_KEY)
        .where(answers.c.expires_at < sa.bindparam("now"))
        .order_by(answers.c.expires_at)
        .limit(PORTION)
        .with_for_update(skip_locked=True)
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that changes something: who asks, the id that they gave it, and all that it says (`fingerprint`)."""

    council: str
    subject: str
    request_id: str
    fingerprint: str

    @classmethod
    def by(cls, actor: Actor, request: Message, request_id: str) -> Self:
        """What an actor asks. Every journey is one asker, whatever signs its tokens."""
        subject = str(Role.JOURNEY) if Role.JOURNEY in actor.roles else actor.subject
        return cls(actor.council, subject, request_id, _fingerprint(request, actor.council, subject))


def _fingerprint(request: Message, council: str, subject: str) -> str:
    call = f"{request.DESCRIPTOR.full_name}\0{council}\0{subject}\0".encode()
    return hashlib.sha256(call + request.SerializeToString(deterministic=True)).hexdigest()


def add(connection: sa.Connection, asked: Asked, response: bytes, expires: datetime | None) -> bool:
    """Store the answer to a request, for good where `expires` is None. False where the request has one already."""
    row = {
        "council": asked.council,
        "subject": asked.subject,
        "request_id": asked.request_id,
        "fingerprint": asked.fingerprint,
        "response": response,
        "expires_at": clock.as_text(expires) if expires else None,
    }
    return statements.change(connection, ADD, row) == 1


def first(connection: sa.Connection, asked: Asked) -> bytes | None:
    """What this request was answered before. Raises a Fault when the asker used its id for another one."""
    key = {"council": asked.council, "subject": asked.subject, "request_id": asked.request_id}
    for row in connection.execute(FIRST, key):
        if row.fingerprint == asked.fingerprint:
            return bytes(row.response)
        if row.subject:
            raise _reused(asked.request_id)
    return None


def forget(connection: sa.Connection, now: datetime) -> int:
    """Forget some of the answers that have expired. Answers how many."""
    return connection.execute(FORGET, {"now": clock.as_text(now)}).rowcount


async def forget_expired(store: Store) -> int:
    """Forget every answer that has expired, in small portions. Answers how many."""
    forgotten, portion = 0, PORTION
    while portion == PORTION:
        portion = await store.write(lambda connection: forget(connection, clock.now()))
        forgotten += portion
        await asyncio.sleep(PAUSE_SECONDS)
    return forgotten


def _reused(request_id: str) -> Fault:
    return Fault(
        Kind.INVALID,
        "REQUEST_ID_REUSED",
        f"request_id {request_id} was used for another request. Use a new one for every change, and the same one only "
        "to send the same change again.",
        metadata={"request_id": request_id},
    )
