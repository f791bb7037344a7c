"""How a use case runs: one transaction with record, receipt and events; asked twice, answered once."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

import msgspec
import sqlalchemy as sa
from google.protobuf.message import Message

from sevensteps import clock, outbox
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.archive import Archive
from sevensteps.errors import Fault, Kind, Violation, invalid, not_found, stale
from sevensteps.identity import Actor, Role
from sevensteps.journey import Payload
from sevensteps.outbox import Publisher
from sevensteps.policy import Decision
from sevensteps.policy.verdict import Json
from sevensteps.rpc import caller
from sevensteps.store import Store
from sevensteps.tables import answers, receipts

M = TypeVar("M", bound=Message)
T = TypeVar("T")

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Letters and digits that nobody confuses when read out: no i, l, o, u."""

KEEP_ANSWER = sa.text(
    "INSERT INTO answers (request_id, fingerprint, response, answered_at)"
    " VALUES (:request_id, :fingerprint, :response, :answered_at) ON CONFLICT DO NOTHING"
)
"""Keeps the answer to a request id unless there is one; on PostgreSQL it waits for another one that is being kept."""
FIRST_ANSWER = sa.select(answers.c.fingerprint, answers.c.response).where(
    answers.c.request_id == sa.bindparam("request_id")
)
REFUSALS = frozenset({Kind.PRECONDITION, Kind.DENIED})
"""What says no on the merits of a case."""
KEEP_RECEIPT = receipts.insert()
RECEIPT_JSON = msgspec.json.Encoder(order="sorted")
RECEIPT = sa.select(receipts.c.receipt).where(receipts.c.receipt_id == sa.bindparam("receipt_id"))


def new_id(prefix: str) -> str:
    """A new id that can be read out over the telephone: the prefix and 12 letters and digits, 60 random bits."""
    number = secrets.randbits(60)
    return prefix + "-" + "".join(ALPHABET[number >> shift & 31] for shift in range(0, 60, 5))


class _AnsweredError(Exception):
    """The request was answered before."""


class NotHere(Exception):
    """A case that this service has not seen. `first` says what must come first if the case exists."""

    def __init__(self, case_id: str, first: str) -> None:
        """Raised by a use case; UseCases asks the assessment service, which owns the cases."""
        super().__init__(case_id)
        self.case_id = case_id
        self.first = first


def decision_message(receipt: Mapping[str, Any], receipt_id: str) -> decision_pb2.Decision:
    """A decision as it goes on the wire, from its receipt."""
    return decision_pb2.Decision(
        decision=receipt["decision"],
        pack=receipt["pack"],
        hash=receipt["hash"],
        on=receipt["on"],
        verdict=verdict_number(receipt["verdict"]),
        findings=[
            decision_pb2.Finding(
                rule=finding["rule"],
                verdict=verdict_number(finding["verdict"]),
                because=finding["because"],
                reference=finding["reference"],
                about=finding["about"],
            )
            for finding in receipt["findings"]
        ],
        missing=receipt["missing"],
        receipt_id=receipt_id,
    )


def verdict_number(verdict: str) -> decision_pb2.Verdict.ValueType:
    """A verdict as it goes on the wire."""
    return decision_pb2.Verdict.Value(f"VERDICT_{verdict.upper()}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision whose receipt is stored."""

    decision: Decision
    receipt_id: str
    receipt: Mapping[str, Json]

    def as_message(self) -> decision_pb2.Decision:
        """The decision as it goes on the wire."""
        return decision_message(self.receipt, self.receipt_id)


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction of one use case: the connection, who acts, when, and the rules."""

    connection: sa.Connection
    actor: Actor
    now: datetime
    archive: Archive
    pack: str
    receipts: list[dict[str, str]] = field(default_factory=list)
    """What was decided in this transaction, as it is kept."""

    @property
    def today(self) -> date:
        """The day of this transaction."""
        return self.now.date()

    @property
    def now_text(self) -> str:
        """The moment of this transaction, as it is stored."""
        return clock.as_text(self.now)

    def confine(self, case_id: str, council: str) -> None:
        """Raise NOT_FOUND unless the council's records are the actor's to see."""
        if not self.actor.may_see(council):
            raise not_found(case_id)

    def tell(self, case_id: str, council: str, payload: Payload) -> None:
        """Say in the feed what happened, if and when this transaction commits."""
        outbox.add(
            self.connection,
            type_=payload.TYPE,
            case_id=case_id,
            council=council,
            occurred_at=self.now_text,
            actor=self.actor.subject,
            payload=payload.as_json(),
        )

    def decide(
        self, decision: str, on: date, facts: Mapping[str, Json], *, case_id: str, council: str, version: str = ""
    ) -> Kept:
        """Ask the policy pack, and keep the receipt with the law that it names.

        `version` is the hash of the pack with which the stage under way began; where it is empty the pack decides as it
        is now. Raises the policy's own Faults; then nothing is kept.
        """
        if version:
            self.archive.restore(self.connection, version)
        decided = self.archive.library.decide(decision, pack=self.pack, on=on, facts=facts, version=version or None)
        receipt_id, receipt = new_id("receipt"), decided.receipt()
        row = {
            "receipt_id": receipt_id,
            "case_id": case_id,
            "council": council,
            "decision": decision,
            "verdict": decided.verdict.value,
            "pack_hash": decided.hash,
            "receipt": RECEIPT_JSON.encode(receipt).decode(),
            "actor": self.actor.subject,
            "decided_at": self.now_text,
        }
        keep_receipt(self.connection, self.archive, row)
        self.receipts.append(row)
        return Kept(decided, receipt_id, receipt)

    def decided(self, receipt_id: str) -> decision_pb2.Decision:
        """A decision made earlier, from its receipt."""
        row = self.connection.execute(RECEIPT, {"receipt_id": receipt_id}).one()
        return decision_message(json.loads(row.receipt), receipt_id)

    def check_etag(self, case_id: str, etag: str, version: int) -> None:
        """Raise a Fault unless the etag is the record's. The journey needs none: it overwrites nobody."""
        if not etag and Role.JOURNEY in self.actor.roles:
            return
        if not etag:
            raise invalid(Violation("etag", "must be the etag last read"))
        if etag != str(version):
            raise stale(case_id)


def keep_receipt(connection: sa.Connection, archive: Archive, row: dict[str, str]) -> None:
    """Keep a receipt, and the law that it names."""
    archive.keep(connection, row["pack_hash"], row["decided_at"])
    connection.execute(KEEP_RECEIPT, row)


class CaseRegister(Protocol):
    """Who knows which cases exist."""

    async def why_missing(self, missing: NotHere, actor: Actor) -> Fault:
        """NOT_FOUND where there is no such case for the actor, CASE_ENDED where it has ended, else STAGE_ORDER."""


class UseCases:
    """Runs the use cases of one service over its store."""

    def __init__(self, store: Store, archive: Archive, pack: str, publisher: Publisher, cases: CaseRegister) -> None:
        """`publisher` is woken when there may be new events; `cases` knows which cases exist."""
        self._store = store
        self._archive = archive
        self._pack = pack
        self._publisher = publisher
        self._cases = cases

    async def change(self, request: Message, response: type[M], handler: Callable[[Work], M]) -> M:
        """Run a use case that changes something, once for every request id.

        The same id with the same body from the same actor gives the first answer again; with another body it is a
        Fault (INVALID, REQUEST_ID_REUSED). Whether there is a first answer shows at the end, when this one is to be
        kept, or when the use case is refused: then all that it did is undone.
        """
        actor = caller()
        request_id: str = getattr(request, "request_id").lower()  # noqa: B009 - every changing request has one; Message does not say so
        setattr(request, "request_id", request_id)  # noqa: B010 - as above; a UUID is the same in capital letters
        fingerprint = fingerprint_of(request, actor)

        begun: list[Work] = []

        def unit(connection: sa.Connection) -> tuple[M, Work]:
            work = Work(connection, actor, clock.now(), self._archive, self._pack)
            begun[:] = [work]
            answer = handler(work)
            kept = {
                "request_id": request_id,
                "fingerprint": fingerprint,
                "response": answer.SerializeToString(),
                "answered_at": work.now_text,
            }
            if connection.execute(KEEP_ANSWER, kept).rowcount == 0:
                raise _AnsweredError
            return answer, work

        try:
            try:
                answer, done = await self._store.write(unit)
            except sa.exc.IntegrityError:  # the same was written beside it: look again at what is there now
                answer, done = await self._store.write(unit)
        except (_AnsweredError, NotHere, Fault) as refusal:
            first = await self._first_answer(request_id, fingerprint)
            if first is not None:
                return response.FromString(first)
            if isinstance(refusal, NotHere):
                raise await self._cases.why_missing(refusal, actor) from refusal
            if isinstance(refusal, Fault) and refusal.kind in REFUSALS:
                await self._keep_receipts(begun[-1].receipts)
            raise
        self._archive.committed(row["pack_hash"] for row in done.receipts)
        self._publisher.wake()
        return answer

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

    async def _keep_receipts(self, rows: Sequence[dict[str, str]]) -> None:
        """Keep what a refused change was decided by: the change is undone, that it was decided stays on record."""

        def unit(connection: sa.Connection) -> None:
            for row in rows:
                keep_receipt(connection, self._archive, row)

        if rows:
            await self._store.write(unit)
            self._archive.committed(row["pack_hash"] for row in rows)

    async def look(self, handler: Callable[[Work], T]) -> T:
        """Run a use case that only reads."""
        actor = caller()
        try:
            return await self._store.read(
                lambda connection: handler(Work(connection, actor, clock.now(), self._archive, self._pack))
            )
        except NotHere as missing:
            raise await self._cases.why_missing(missing, actor) from missing


def fingerprint_of(request: Message, actor: Actor) -> str:
    """What tells one request from another: who asks, and everything that is asked."""
    said = f"{request.DESCRIPTOR.full_name}\0{actor.council}\0{actor.subject}\0".encode()
    return hashlib.sha256(said + request.SerializeToString(deterministic=True)).hexdigest()


def _reused(request_id: str) -> Fault:
    return Fault(
        Kind.INVALID,
        "REQUEST_ID_REUSED",
        f"request_id {request_id} was used for another request. Use a new one for every change, and the same one only "
        "to send the same change again.",
        metadata={"request_id": request_id},
    )
