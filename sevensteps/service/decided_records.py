"""Records that a decision led to, and what of each its receipt says too: so that `verify` can hold one to the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.receipt_chain import COLUMNS
from sevensteps.service.statements import Row
from sevensteps.service.tables import chain, receipts
from sevensteps.service.work import Work

PORTION = 100
"""Records that are read at a time, and go into one message."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that a record says in a column, and its receipt at a path; see Claim in receipts.proto.

    `always` is for what is not in a column because every such record says it. `where` is a column without which a
    record claims nothing of the kind, and `unless` one with which it does not.
    """

    name: str
    path: str
    free: bool = False
    always: str = ""
    where: str = ""
    unless: str = ""

    def is_made_by(self, row: Row) -> bool:
        """Whether a record claims it."""
        return (not self.where or row[self.where] is not None) and (not self.unless or row[self.unless] is None)


@dataclass(frozen=True)
class DecidedRecords:
    """A table of such records. `receipt_id` and `receipt_digest` are the columns that name the receipt."""

    kind: str
    table: sa.Table
    claims: tuple[Claim, ...]
    receipt_id: str = "receipt_id"
    receipt_digest: str = "receipt_digest"

    @cached_property
    def _key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.primary_key)

    @cached_property
    def _in_order(self) -> sa.Select[tuple[object, ...]]:
        named = self.table.c[self.receipt_id]
        stored = [receipts.c[name].label(f"stored_{name}") for name in COLUMNS]
        erased = sa.exists().where(chain.c.position == receipts.c.position, chain.c.erased_at.is_not(None))
        return (
            sa.select(self.table, *stored, erased.label("erased"))
            .join_from(self.table, receipts, named == receipts.c.receipt_id, isouter=True)
            .where(named != "")
            .order_by(*(self.table.c[name] for name in self._key))
            .limit(PORTION)
        )

    def page(self, work: Work, case_id: str, after: Row | None) -> list[Row]:
        """The next records that the actor may see, after a row of the page before; of a case, or of every case."""
        query = self._in_order
        if case_id:
            query = query.where(self.table.c.case_id == case_id)
        if after is not None:
            place = sa.tuple_(*(self.table.c[name] for name in self._key))
            query = query.where(place > sa.tuple_(*(after[name] for name in self._key)))
        query = query.where(*work.own(receipts.c.council))
        return [dict(row) for row in work.connection.execute(query).mappings()]

    def message(self, row: Row) -> pb.DecidedRecord:
        """A record as it goes on the wire."""
        return pb.DecidedRecord(
            kind=self.kind,
            key=" ".join(str(row[name]) for name in self._key),
            case_id=row["case_id"],
            receipt_id=row[self.receipt_id],
            receipt_digest=row[self.receipt_digest],
            claims=self._claims(row),
            receipt=stored_receipt({name: row[f"stored_{name}"] for name in COLUMNS}),
            erased=row["erased"],
        )

    def _claims(self, row: Row) -> Iterator[pb.Claim]:
        for claim in self.claims:
            if not claim.is_made_by(row):
                continue
            value = claim.always or row[claim.name]
            says = "" if value is None else str(value)
            yield pb.Claim(name=claim.name, says=says, path=claim.path, free=claim.free)


def stored_receipt(row: Row) -> pb.StoredReceipt | None:
    """A receipt as it is stored, for the wire; None where an outer join has found none."""
    if row["receipt_id"] is None:
        return None
    return pb.StoredReceipt(**{name: row[name] for name in COLUMNS})
