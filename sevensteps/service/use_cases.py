"""Running use cases: one transaction each; asked twice, answered once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import monotonic
from typing import Generic, Protocol, TypeVar

import sqlalchemy as sa
from google.protobuf.message import Message

from sevensteps import clock, trace_context
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind
from sevensteps.fields import Fields
from sevensteps.identity.actor import EVERY_COUNCIL, Actor, Role
from sevensteps.rpc.interceptor import caller
from sevensteps.service import answers, steps_opened
from sevensteps.service.answers import Asked
from sevensteps.service.decisions import add_receipt
from sevensteps.service.kept_services import KeptServices
from sevensteps.service.numbering import Numbering
from sevensteps.service.outbox import Publisher
from sevensteps.service.pack_archive import Archive
from sevensteps.service.standing_finances import AskedFinances
from sevensteps.service.steps_opened import Opening
from sevensteps.service.store import Store, Unit
from sevensteps.service.who_may_act import WhoMayAct
from sevensteps.service.work import CaseUnknown, T, Work
from sevensteps.telemetry import spans
from sevensteps.trace_context import TraceContext

M = TypeVar("M", bound=Message)
V = TypeVar("V")
LONGEST_WAIT = 2.0
PAUSE = 0.1
REFUSALS = frozenset({Kind.PRECONDITION, Kind.DENIED})
"""What says no on the merits of a case."""


class _AnsweredError(Exception):
    """The request was answered before."""


def _as_it_is(answer: M) -> M:
    return answer


def _as_it_was(_: Work, kept: M) -> M:
    return kept


@dataclass(frozen=True, slots=True)
class Keeping(Generic[M]):
    """How the answers of a call are kept, to be given again.

    `shorten` leaves out what the records hold anyway, and `restore` reads it from there again. `for_good` is for a call
    that takes no etag, so that nothing but its answer keeps it from being done twice.
    """

    shorten: Callable[[M], M] = _as_it_is
    restore: Callable[[Work, M], M] = _as_it_was
    for_good: bool = False


class CaseRegister(Protocol):
    """Who knows which cases exist."""

    async def why_missing(self, missing: CaseUnknown, actor: Actor) -> Fault:
        """NOT_FOUND where there is no such case for the actor, CASE_ENDED where it has ended, else STAGE_ORDER."""

    async def ensure_seen(self, case_id: str, actor: Actor) -> None:
        """Raise a Fault (NOT_FOUND) unless there is such a case for the actor."""

    async def who_may_act(self, case_id: str, on: date | None) -> WhoMayAct:
        """Who may act for the person of a case on a day, or today. A case that is not there has nothing on record."""

    async def finances(self, case_id: str) -> AskedFinances:
        """The financial assessment of a case that stands. A case that is not there has none."""

    async def kept_services(self, case_id: str) -> KeptServices:
        """Which services the person of a case keeps as they are. A case that is not there keeps none."""


@dataclass(frozen=True, slots=True)
class _Change(Generic[M]):
    """A request that changes something: how it is known again, and how its answer is kept."""

    asked: Asked
    opening: Opening | None
    response: type[M]
    keeping: Keeping[M]

    def keep(self, work: Work, answer: M) -> None:
        """Store the answer with the change. Raises _AnsweredError where the request has been answered before."""
        kept = self.keeping.shorten(answer).SerializeToString()
        expires = None if self.keeping.for_good else work.now + answers.KEPT
        if not answers.add(work.connection, self.asked, kept, expires):
            raise _AnsweredError
        if self.opening and not steps_opened.add(work.connection, self.opening, kept):
            raise _AnsweredError

    def first_answer(self, work: Work) -> M | None:
        """What the request was answered before. Raises a Fault where another one was asked by its id or its turn."""
        kept = answers.first(work.connection, self.asked)
        if kept is None and self.opening:
            kept = steps_opened.answer_to(work.connection, self.opening)
        return None if kept is None else self.keeping.restore(work, self.response.FromString(kept))


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

    async def who_may_act(self, case_id: str, on: date | None = None) -> WhoMayAct:
        """Ask before a change who may act for the person on a day, or today: the change is confined to the actor."""
        return await self._cases.who_may_act(case_id, on)

    async def finances(self, case_id: str) -> AskedFinances:
        """Ask before a change what the person can pay: the change is confined to the actor."""
        return await self._cases.finances(case_id)

    async def kept_services(self, case_id: str) -> KeptServices:
        """Ask before a change which services the person keeps: planning moves none of them."""
        return await self._cases.kept_services(case_id)

    async def look(self, use_case: Callable[[Work], T]) -> T:
        """Run a use case that only reads."""
        actor, trace = caller(), trace_context.here()
        try:
            return await self._store.read(lambda connection: use_case(self._work(connection, actor, trace)))
        except CaseUnknown as missing:
            raise await self._cases.why_missing(missing, actor) from missing

    async def list(self, numbering: Numbering, use_case: Callable[[Work], T]) -> T:
        """Run a use case that reads records in the order of their numbers. What was stored by now is among them."""
        found = await self.look(lambda work: None if numbering.is_behind(work.connection) else (use_case(work),))
        if found is None:
            await numbering.extend(self._store)
            found = (await self.look(use_case),)
        return found[0]

    async def change(  # noqa: PLR0917 - `changes` alone calls it
        self,
        request: Message,
        response: type[M],
        read: Callable[[Fields], V],
        use_case: Callable[[Work, V], M],
        keeping: Keeping[M],
        turn: int | None = None,
    ) -> M:
        """Run a use case that changes something, once for every request id; one that opens a step, once for its `turn`.

        `read` reads the request's fields, its id excepted; what it has read goes to the use case. Every wrong field is
        told in one Fault (INVALID). The same id with the same body from the same asker gives the first answer again;
        with another body it is a Fault (INVALID, REQUEST_ID_REUSED). So it is with an opening of the same case and turn
        (PRECONDITION, OPENED_OTHERWISE), whatever its id. Whether there is a first answer shows at the end, when this
        one is to be stored, or when the use case is refused: then all that it did is undone.
        """
        actor, trace = caller(), trace_context.here()
        request_id, values = _read(request, read)
        await self._ensure_own(actor, request)
        opening = None if turn is None else Opening.of(request, turn)
        this = _Change(Asked.by(actor, request, request_id), opening, response, keeping)
        attempts: list[Work] = []

        def unit(connection: sa.Connection) -> M:
            attempts.append(work := self._work(connection, actor, trace))
            answer = use_case(work, values)
            this.keep(work, answer)
            return answer

        try:
            answer = await self._write(unit)
        except (_AnsweredError, CaseUnknown, Fault) as refusal:
            return await self._answer_again(this, refusal, actor, attempts)
        self._archive.committed(row["pack_hash"] for row in attempts[-1].receipts)
        self._publisher.wake()
        return answer

    async def _ensure_own(self, actor: Actor, request: Message) -> None:
        """Raise a Fault (NOT_FOUND) for a journey of one council that brings a case which is not that council's.

        This service may not have seen the case before, and must not take its council from whoever asks.
        """
        if Role.JOURNEY in actor.roles and actor.council != EVERY_COUNCIL and _has(request, "council"):
            await self._cases.ensure_seen(_text(request, "case_id"), actor)

    def _work(self, connection: sa.Connection, actor: Actor, trace: TraceContext | None = None) -> Work:
        return Work(connection, actor, clock.now(), self._archive, self._councils, trace)

    async def _write(self, unit: Unit[M]) -> M:
        """Run a unit. One that would have to decide while it is not known by which pack waits a little for that."""
        deadline = monotonic() + LONGEST_WAIT
        while True:
            try:
                return await self._write_once(unit)
            except Fault as fault:
                if fault.reason != "PACK_BEING_PUBLISHED" or monotonic() > deadline:
                    raise
            await asyncio.sleep(PAUSE)

    async def _write_once(self, unit: Unit[M]) -> M:
        try:
            with spans.span("transaction"):
                return await self._store.write(unit)
        except sa.exc.IntegrityError:  # the same was written beside it: look again at what is there now
            return await self._store.write(unit)

    async def _answer_again(self, this: _Change[M], refusal: Exception, actor: Actor, attempts: Sequence[Work]) -> M:
        """What this request was answered before it was refused now; else raise what it is refused for.

        Which steps were opened is told only of a case that the actor may see.
        """
        if isinstance(refusal, Fault) and refusal.kind is not Kind.PRECONDITION:
            this = replace(this, opening=None)
        first = await self._store.read(lambda connection: this.first_answer(self._work(connection, actor)))
        if first is not None:
            return first
        if isinstance(refusal, CaseUnknown):
            raise await self._cases.why_missing(refusal, actor) from refusal
        if isinstance(refusal, Fault) and refusal.kind in REFUSALS:
            await self._store_receipts(attempts[-1].receipts)
        raise refusal

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
    request_id = fields.request_id(_text(request, "request_id")).lower()
    values = read(fields)
    if _has(request, "case_id"):
        fields.given("case_id", _text(request, "case_id"))
    fields.check()
    setattr(request, "request_id", request_id)  # noqa: B010 - a field that Message does not name; a UUID is the same in capital letters
    return request_id, values


def _has(request: Message, name: str) -> bool:
    return name in request.DESCRIPTOR.fields_by_name


def _text(request: Message, name: str) -> str:
    """A field that every such request has; Message does not say so."""
    return str(getattr(request, name))
