"""Receipts and their links in the order of their positions, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.service.decided_records import stored_receipt
from sevensteps.service.numbering import Numbering
from sevensteps.service.tables import chain, receipts
from sevensteps.service.work import Work

MOST = 100
MOST_BYTES = 256 * 1024
"""A message is full when its receipts have reached this size."""

NUMBERING = Numbering(receipts, "receipt_id", by="decided_at")
IN_ORDER = sa.select(receipts).order_by(receipts.c.position)
CHAINED = sa.select(sa.func.coalesce(sa.func.max(chain.c.position), 0)).scalar_subquery()
"""The last position that has a link."""
_NUMBERED = sa.select(sa.func.coalesce(sa.func.max(receipts.c.position), 0)).scalar_subquery()
_ENDS = sa.select(CHAINED.label("chained"), _NUMBERED.label("numbered"))
_LINKS = sa.select(chain).order_by(chain.c.position)
_OF_A_LINK = ("receipt_id", "digest", "link", "erased_at", "erased_by")

Row: TypeAlias = sa.Row[tuple[object, ...]]


def page(work: Work, *, after: int, case_id: str = "", size: int = MOST) -> tuple[Sequence[Row], bool]:
    """As many of the actor's receipts after a position as one message takes, and whether there are more."""
    of_case = [receipts.c.case_id == case_id] if case_id else []
    query = IN_ORDER.where(receipts.c.position > after, *of_case, *work.own(receipts.c.council))
    rows = work.connection.execute(query.limit(size + 1)).all()
    taken = size_so_far = 0
    while taken < min(size, len(rows)) and size_so_far < MOST_BYTES:
        size_so_far += len(rows[taken].receipt)
        taken += 1
    return rows[:taken], taken < len(rows)


@dataclass(frozen=True, slots=True)
class Links:
    """A page of the chain. `chained` is the last position that has a link, `last` the last that there is."""

    links: Sequence[pb.Link]
    more: bool
    chained: int
    last: int


def links(work: Work, *, after: int, case_id: str, size: int) -> Links:
    """The positions after one: those of a case's receipts, or all, those too at which only a link is stored."""
    rows, more = page(work, after=after, case_id=case_id, size=size)
    ends = [rows[-1].position] if more else []
    if case_id:
        chained = _made(work, chain.c.position.in_([row.position for row in rows]))
    else:
        chained = _made(work, chain.c.position > after, size)
        ends += [chained[-1].position] if len(chained) == size else []
    stored = {row.position: row for row in rows}
    made = {row.position: row for row in chained}
    places = [place for place in sorted({*stored, *made}) if not ends or place <= min(ends)]
    last = work.connection.execute(_ENDS).one()
    return Links(
        [_link(place, made.get(place), stored.get(place)) for place in places],
        bool(ends),
        last.chained,
        max(last.chained, last.numbered),
    )


def _made(work: Work, which: sa.ColumnElement[bool], size: int | None = None) -> Sequence[Row]:
    return work.connection.execute(_LINKS.where(which).limit(size)).all()


def _link(position: int, made: Row | None, row: Row | None) -> pb.Link:
    link = pb.Link(position=position, receipt=None if row is None else stored_receipt(row._asdict()))
    for name in _OF_A_LINK if made is not None else ():
        if value := getattr(made, name):
            setattr(link, name, value)
    return link
