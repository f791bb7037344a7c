"""What a use case works with: its transaction, who acts, the rules, and the feed."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa

from sevensteps import clock
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.councils import Councils
from sevensteps.errors import Violation, invalid, not_found, stale
from sevensteps.events import Payload
from sevensteps.identity.actor import EVERY_COUNCIL, Actor, Role
from sevensteps.policy.model.verdict import Json
from sevensteps.receipt_chain import digest_of
from sevensteps.service import outbox
from sevensteps.service.decisions import RECEIPT, RECEIPT_JSON, RecordedDecision, add_receipt, counted, decision_message
from sevensteps.service.pack_archive import Archive
from sevensteps.telemetry import spans
from sevensteps.trace_context import TraceContext

T = TypeVar("T")

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Letters and digits that nobody confuses when read out: no i, l, o, u."""


def new_id(prefix: str) -> str:
    """A new id that can be read out over the telephone: the prefix and 12 letters and digits, 60 random bits."""
    number = secrets.randbits(60)
    return prefix + "-" + "".join([ALPHABET[number >> shift & 31] for shift in range(0, 60, 5)])


class CaseUnknown(Exception):
    """A case that this service has not seen. `first` says what must come first if the case exists."""

    def __init__(self, case_id: str, first: str) -> None:
        """Raised by a use case; UseCases asks the assessment service, which owns the cases."""
        super().__init__(case_id)
        self.case_id = case_id
        self.first = first


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction of one use case: the connection, who acts, when, and the rules."""

    connection: sa.Connection
    actor: Actor
    now: datetime
    archive: Archive
    councils: Councils
    trace: TraceContext | None = None
    """Where in a trace this is: a transaction may run in another task than the call that it is for."""
    receipts: list[dict[str, str]] = field(default_factory=list)
    """The rows of what was decided in this transaction."""
    receipts_read: dict[str, Mapping[str, Json]] = field(default_factory=dict)
    """The receipts written or read in this transaction, by id: none is read twice."""

    @property
    def today(self) -> date:
        """The day of this transaction in the United Kingdom."""
        return clock.uk_day(self.now)

    @property
    def now_text(self) -> str:
        """The moment of this transaction, as it is stored."""
        return clock.as_text(self.now)

    def version_in_force(self, pack: str) -> str:
        """The content hash of the version of a pack that decides now; empty where none can."""
        published = self.archive.published.version_at(self.connection, pack, self.now_text)
        return published or self.archive.library.in_force().get(pack, "")

    def own(self, council: sa.ColumnElement[str]) -> list[sa.ColumnElement[bool]]:
        """What confines the actor to rows of their council; nothing for who works for every council."""
        return [] if self.actor.council == EVERY_COUNCIL else [council == self.actor.council]

    def confine(self, case_id: str, council: str) -> None:
        """Raise NOT_FOUND unless the council's records are the actor's to see."""
        if not self.actor.may_see(council):
            raise not_found(case_id)

    def confine_opening(self, case_id: str, council: str, holder: str | None) -> None:
        """Raise a Fault unless the council that an opening names is the actor's, and the one that holds the case.

        `holder` is that council; None where the case has not been here before.
        """
        self.confine(case_id, council)
        if holder not in (None, council):
            raise invalid(Violation("council", "must be the council that holds the case"))

    def tell(self, case_id: str, council: str, payload: Payload) -> None:
        """Publish an event in the feed when this transaction commits."""
        outbox.add(
            self.connection,
            type_=payload.TYPE,
            case_id=case_id,
            council=council,
            occurred_at=self.now_text,
            actor=self.actor.subject,
            payload=payload.as_json(),
            traceparent=self.trace.traceparent if self.trace else None,
        )

    def decide(
        self, decision: str, on: date, facts: Mapping[str, Json], *, case_id: str, council: str, version: str = ""
    ) -> RecordedDecision:
        """Ask the council's policy pack, and store the receipt with the law that it names.

        `version` is the hash of the pack with which the stage under way began; where it is empty the pack decides as it
        is in force now. Raises the policy's own Faults and those of `Councils.council`; then nothing is stored.
        """
        pack = self.councils.council(council).pack
        version = version or self.archive.published.version_at(self.connection, pack, self.now_text)
        if version:
            self.archive.restore(self.connection, version)
        else:
            self.archive.library.ensure_in_force(pack)
        with spans.span("decision", parent=self.trace) as step:
            decided = counted(
                decision,
                lambda: self.archive.library.decide(
                    decision, pack=pack, on=on, facts=facts, version=version or None, only_known_facts=True
                ),
            )
            if step is not None:
                about = {"sevensteps.decision": decision, "sevensteps.pack": pack}
                step.note({**about, "sevensteps.verdict": decided.verdict.value})
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
        add_receipt(self.connection, self.archive, row)
        self.receipts.append(row)
        self.receipts_read[receipt_id] = receipt
        return RecordedDecision(decided, receipt_id, receipt)

    def new_digest(self, receipt_id: str | None) -> str | None:
        """The digest of a receipt of this transaction, for the record that names it; None for any other."""
        return next((digest_of(row) for row in self.receipts if row["receipt_id"] == receipt_id), None)

    def decided(self, receipt_id: str) -> decision_pb2.Decision:
        """A decision made earlier, from its receipt."""
        return decision_message(self.receipt(receipt_id), receipt_id)

    def decided_on(self, receipt_id: str) -> Mapping[str, Json]:
        """The facts of a decision made earlier."""
        facts = self.receipt(receipt_id)["facts"]
        return facts if isinstance(facts, Mapping) else {}

    def decided_values(self, receipt_id: str) -> Mapping[str, Json]:
        """The values of a decision made earlier."""
        values = self.receipt(receipt_id)["values"]
        return values if isinstance(values, Mapping) else {}

    def receipt(self, receipt_id: str) -> Mapping[str, Json]:
        """The receipt of a decision made earlier."""
        if receipt_id not in self.receipts_read:
            row = self.connection.execute(RECEIPT, {"receipt_id": receipt_id}).one()
            self.receipts_read[receipt_id] = json.loads(row.receipt)
        return self.receipts_read[receipt_id]

    def version_with(self, decision: str, *, council: str, version: str) -> str | None:
        """The version of a pack that makes a decision for a stage that began with `version`.

        That is the one in force where the stage's own is older than the decision. None where that has it neither.
        """
        if version:
            self.archive.restore(self.connection, version)
        in_force = self.version_in_force(self.councils.council(council).pack)
        library = self.archive.library
        return next((hash_ for hash_ in (version, in_force) if hash_ and library.has_decision(hash_, decision)), None)

    def check_etag(self, case_id: str, etag: str, version: int) -> None:
        """Raise a Fault unless the etag is that of the record. The journey needs none: it overwrites nobody."""
        if not etag and Role.JOURNEY in self.actor.roles:
            return
        if not etag:
            raise invalid(Violation("etag", "must be the etag last read"))
        if etag != str(version):
            raise stale(case_id)
