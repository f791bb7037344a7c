"""Decisions as services store and answer them: receipts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from time import perf_counter
from typing import Any

import msgspec
import sqlalchemy as sa
from prometheus_client import Counter, Histogram

from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Fault
from sevensteps.policy import Decision, Finding, Verdict
from sevensteps.policy.model.verdict import Json
from sevensteps.service import statements
from sevensteps.service.numbering import FirstNumber
from sevensteps.service.pack_archive import Archive
from sevensteps.service.tables import receipts
from sevensteps.telemetry import series

ADD_RECEIPT = receipts.insert().values(position=FirstNumber(receipts))
RECEIPT_JSON = msgspec.json.Encoder(order="sorted")
RECEIPT = sa.select(receipts.c.receipt).where(receipts.c.receipt_id == sa.bindparam("receipt_id"))


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
class RecordedDecision:
    """A decision whose receipt is stored."""

    decision: Decision
    receipt_id: str
    receipt: Mapping[str, Json]

    @property
    def verdict(self) -> Verdict:
        """Its verdict."""
        return self.decision.verdict

    @property
    def values(self) -> Mapping[str, Json]:
        """Its values, by name."""
        return self.decision.values

    @property
    def findings(self) -> Sequence[Finding]:
        """What each rule says."""
        return self.decision.findings

    @property
    def missing(self) -> Sequence[str]:
        """The unknown facts that could still change the verdict."""
        return self.decision.missing

    @property
    def pack(self) -> str:
        """The hash of the pack that decided."""
        return self.decision.hash

    def text(self, name: str) -> str:
        """One of its values, as text."""
        return str(self.values[name])

    def day(self, name: str) -> date:
        """One of its values, which is a day."""
        return date.fromisoformat(self.text(name))

    def as_message(self) -> decision_pb2.Decision:
        """The decision as it goes on the wire."""
        return decision_message(self.receipt, self.receipt_id)


def counted(name: str, decide: Callable[[], Decision]) -> Decision:
    """Make a decision, counted and timed. Raises what `decide` raises."""
    began = perf_counter()
    try:
        decision = decide()
    except Fault as fault:
        if fault.reason == "ENGINES_DISAGREE":
            series.EVALUATORS_DISAGREED.labels(name).inc()
        raise
    _seconds(name).observe(perf_counter() - began)
    _number(name, decision.verdict).inc()
    return decision


@cache
def _seconds(name: str) -> Histogram:
    return series.DECISION_SECONDS.labels(name)


@cache
def _number(name: str, verdict: Verdict) -> Counter:
    return series.DECISIONS.labels(name, verdict.value)


def add_receipt(connection: sa.Connection, archive: Archive, row: dict[str, str]) -> None:
    """Store a receipt, and the law that it names."""
    archive.keep(connection, row["pack_hash"], row["decided_at"])
    statements.change(connection, ADD_RECEIPT, row)
