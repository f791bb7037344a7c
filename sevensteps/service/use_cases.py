"""Running use cases: one transaction each; asked twice, answered once."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import sqlalchemy as sa
from google.protobuf.message import Message

from sevensteps import clock
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind
from sevensteps.fields import Fields
from sevensteps.identity.actor import Actor
from sevensteps.rpc.interceptor import caller
from sevensteps.service.decisions import add_receipt
from sevensteps.service.outbox import Publisher
from sevensteps.service.pack_archive import Archive
from sevensteps.service.store import Store, Unit
from sevensteps.service.tables import answers
from sevensteps.service.work import CaseUnknown, T, Work

M = TypeVar("M", bound=Message)
V = TypeVar("V")
ADD_ANSWER = sa.text(
    "INSERT INTO answers (request_id, fingerprint, response, answered_at)"
    " VALUES (:request_id, :fingerprint, :response, :answered_at) ON CONFLICT DO NOTHING"
)
"""Adds the answer to a request id unless there is one. On PostgreSQL it waits for one that is just being added."""
FIRST_ANSWER = sa.select(answers.c.fingerprint, answers.c.response).where(
    answers.c.request_id == sa.bindparam("request_id")
)
REFUSALS = frozenset({Kind.PRECONDITION, Kind.DENIED})
"""What says no on the merits of a case."""


class _AnsweredError(Exception):
    """The request was answered before."""


class CaseRegister(Protocol):
    """Who knows which cases exist."""

    async def why_missing(self, missing: CaseUnknown, actor: Actor) -> Fault:
        """NOT_FOUND where there is no such case for the actor, CASE_ENDED where it has ended, else STAGE_ORDER."""


class UseCases:
    """Runs the use cases of one service over its store."""

    def __init__(
        self, store: Store, archive: Archive, councils: Councils, publisher: Publisher, cases: CaseRegister
    ) -> None:
        """`publisher` is woken when there may be new events; `cases` knows which cases exist."""
        self._store = store
        self._archive = archive
        self._councils = councils
        self._publisher = publisher
        self._cases = cases

    async def look(self, use_case: Callable[[Work], T]) -> T:
        """Run a use case that only reads."""
        actor = caller()
        try:
            return await self._store.read(lambda connection: use_case(self._work(connection, actor)))
        except CaseUnknown as missing:
            raise await self._cases.why_missing(missing, actor) from missing

    async def change(
        self, request: Message, response: type[M], read: Callable[[Fields], V], use_case: Callable[[Work, V], M]
    ) -> M:
        """Run a use case that changes something, once for every request id.

        `read` reads the request's fields, its id excepted; what it has read goes to the use case. Every wrong field is
        told in one Fault (INVALID). The same id with the same body from the same actor gives the first answer again;
        with another body it is a Fault (INVALID, REQUEST_ID_REUSED). Whether there is a first answer shows at the end,
        when this one is to be stored, or when the use case is refused: then all that it did is undone.
        """
        actor = caller()
        request_id, values = _read(request, read)
        fingerprint = fingerprint_of(request, actor)
        attempts: list[Work] = []

        def unit(connection: sa.Connection) -> M:
            attempts.append(work := self._work(connection, actor))
            answer = use_case(work, values)
            _store_answer(work, request_id, fingerprint, answer)
            return answer

        try:
            answer = await self._write(unit)
        except (_AnsweredError, CaseUnknown, Fault) as refusal:
            first = await self._first_answer(request_id, fingerprint)
            if first is not None:
                return response.FromString(first)
            if isinstance(refusal, CaseUnknown):
                raise await self._cases.why_missing(refusal, actor) from refusal
            if isinstance(refusal, Fault) and refusal.kind in REFUSALS:
                await self._store_receipts(attempts[-1].receipts)
            raise
        self._archive.committed(row["pack_hash"] for row in attempts[-1].receipts)
        self._publisher.wake()
        return answer

    def _work(self, connection: sa.Connection, actor: Actor) -> Work:
        return Work(connection, actor, clock.now(), self._archive, self._councils)

    async def _write(self, unit: Unit[M]) -> M:
        try:
            return await self._store.write(unit)
        except sa.exc.IntegrityError:  # the same was written beside it: look again at what is there now
            return await self._store.write(unit)

    async def _first_answer(self, request_id: str, fingerprint: str) -> bytes | None:
        """What this request was answered before. Raises a Fault when its id was used for another one."""
        first = await self._store.read(
            lambda connection: connection.execute(FIRST_ANSWER, {"request_id": request_id}).first()
        )
        if first is None:
            return None
        if first.fingerprint != fingerprint:
            raise _reused(request_id)
        return bytes(first.response)

    async def _store_receipts(self, rows: Sequence[dict[str, str]]) -> None:
        """Store the decisions that led to a refusal: the change is undone, its decisions stay on record."""

        def unit(connection: sa.Connection) -> None:
            for row in rows:
                add_receipt(connection, self._archive, row)

        if rows:
            await self._store.write(unit)
            self._archive.committed(row["pack_hash"] for row in rows)


def _read(request: Message, read: Callable[[Fields], V]) -> tuple[str, V]:
    """The request's id, in small letters as it stays in the request, and its other fields."""
    fields = Fields()
    request_id = fields.request_id(getattr(request, "request_id")).lower()  # noqa: B009 - every changing request has one; Message does not say so
    values = read(fields)
    fields.check()
    setattr(request, "request_id", request_id)  # noqa: B010 - as above; a UUID is the same in capital letters
    return request_id, values


def _store_answer(work: Work, request_id: str, fingerprint: str, answer: Message) -> None:
    """Store the answer with the change. Raises _AnsweredError where the request has been answered before."""
    row = {
        "request_id": request_id,
        "fingerprint": fingerprint,
        "response": answer.SerializeToString(),
        "answered_at": work.now_text,
    }
    if work.connection.execute(ADD_ANSWER, row).rowcount == 0:
        raise _AnsweredError


def fingerprint_of(request: Message, actor: Actor) -> str:
    """What tells one request from another: who asks, and everything that is asked."""
    caller_and_call = f"{request.DESCRIPTOR.full_name}\0{actor.council}\0{actor.subject}\0".encode()
    return hashlib.sha256(caller_and_call + request.SerializeToString(deterministic=True)).hexdigest()


def _reused(request_id: str) -> Fault:
    return Fault(
        Kind.INVALID,
        "REQUEST_ID_REUSED",
        f"request_id {request_id} was used for another request. Use a new one for every change, and the same one only "
        "to send the same change again.",
        metadata={"request_id": request_id},
    )
