"""How every service that decides answers its receipts: to be read, checked, and decided again."""

import json
from collections.abc import AsyncIterator
from functools import partial

import grpc
import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp

from sevensteps import clock
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.api.receipts.v1 import receipts_pb2_grpc as pb_grpc
from sevensteps.errors import Fault, Kind, Violation
from sevensteps.fields import Fields
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.rpc.interceptor import Context
from sevensteps.service.pack_archive import law_of
from sevensteps.service.tables import receipts
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work

NAME = "sevensteps.api.receipts.v1.ReceiptsService"
MOST = 100
MOST_BYTES = 256 * 1024
"""A message is full when its receipts have reached this size."""

IN_ORDER = sa.select(receipts).order_by(receipts.c.decided_at, receipts.c.receipt_id)


class ReceiptsServer(pb_grpc.ReceiptsServiceServicer):
    """Answers the calls of ReceiptsService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` reads from the records of the service."""
        self._use_cases = use_cases

    async def ListReceipts(self, request: pb.ListReceiptsRequest, context: Context) -> pb.ListReceiptsResponse:
        """See ReceiptsService.ListReceipts."""
        fields = Fields()
        fields.id("case_id", request.case_id)
        size = fields.page_size(request.page_size, default=MOST, largest=MOST)
        fields.check()
        listed, more = await self._use_cases.look(
            lambda work: page(work, after=request.page_token, named="page_token", case_id=request.case_id, size=size)
        )
        return pb.ListReceiptsResponse(receipts=listed, next_page_token=listed[-1].receipt_id if more else "")

    async def ReadReceipts(
        self, request: pb.ReadReceiptsRequest, context: Context
    ) -> AsyncIterator[pb.ReadReceiptsResponse]:
        """See ReceiptsService.ReadReceipts."""
        after, more = request.after, True
        while more:
            part, more = await self._use_cases.look(partial(page, after=after, named="after"))
            if part:
                yield pb.ReadReceiptsResponse(receipts=part)
                after = part[-1].receipt_id

    async def GetPack(self, request: pb.GetPackRequest, context: Context) -> pb.GetPackResponse:
        """See ReceiptsService.GetPack."""
        fields = Fields()
        fields.id("hash", request.hash)
        fields.check()
        name, files = await self._use_cases.look(lambda work: law_of(work.connection, request.hash))
        return pb.GetPackResponse(pack=name, files=json.loads(files))


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Serve receipts beside the service's own calls."""
    pb_grpc.add_ReceiptsServiceServicer_to_server(ReceiptsServer(use_cases), server)


def page(work: Work, *, after: str, named: str, case_id: str = "", size: int = MOST) -> tuple[list[pb.Receipt], bool]:
    """As many of the actor's receipts after another one as one message takes, and whether there are more.

    Raises a Fault (INVALID, CURSOR_INVALID) where there is no such other one; `named` is the field that says it.
    """
    mine = _mine(work, case_id)
    query = IN_ORDER.where(*mine)
    if after:
        last = work.connection.execute(sa.select(receipts.c.decided_at).where(*mine, receipts.c.receipt_id == after))
        place = last.scalar_one_or_none()
        if place is None:
            detail = "must come from an earlier answer to the same question, or be empty to begin"
            raise Fault(Kind.INVALID, "CURSOR_INVALID", f"{named}: {detail}", violations=[Violation(named, detail)])
        query = query.where(sa.tuple_(receipts.c.decided_at, receipts.c.receipt_id) > sa.tuple_(place, after))
    rows = work.connection.execute(query.limit(size + 1)).all()
    messages: list[pb.Receipt] = []
    size_so_far = 0
    for row in rows[:size]:
        messages.append(_message(row))
        size_so_far += messages[-1].ByteSize()
        if size_so_far >= MOST_BYTES:
            break
    return messages, len(messages) < len(rows)


def _mine(work: Work, case_id: str) -> list[sa.ColumnElement[bool]]:
    """What confines an actor to receipts of their council, and the question to a case."""
    conditions = [receipts.c.case_id == case_id] if case_id else []
    if work.actor.council != EVERY_COUNCIL:
        conditions.append(receipts.c.council == work.actor.council)
    return conditions


def _message(row: sa.Row[tuple[str, ...]]) -> pb.Receipt:
    decided_at = Timestamp()
    decided_at.FromDatetime(clock.from_text(row.decided_at))
    return pb.Receipt(
        receipt_id=row.receipt_id,
        case_id=row.case_id,
        council=row.council,
        decision=row.decision,
        verdict=row.verdict,
        actor=row.actor,
        decided_at=decided_at,
        receipt=row.receipt,
    )
