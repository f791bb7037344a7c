"""How every service that decides answers its receipts: to be read, checked, and decided again."""

import json
from collections.abc import AsyncIterator, Sequence
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
from sevensteps.rpc.interceptor import Context, caller
from sevensteps.service.numbering import Numbering
from sevensteps.service.pack_archive import law_of
from sevensteps.service.packs_on_record import packs_in_force
from sevensteps.service.page_tokens import position_of, token_of
from sevensteps.service.publication_wire import timestamp_of
from sevensteps.service.tables import receipts
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work

NAME = "sevensteps.api.receipts.v1.ReceiptsService"
MOST = 100
MOST_BYTES = 256 * 1024
"""A message is full when its receipts have reached this size."""

IN_ORDER = sa.select(receipts).order_by(receipts.c.position)
NUMBERING = Numbering(receipts, "receipt_id", by="decided_at")


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
        of_case = {"list": "receipts", "case_id": request.case_id, "council": caller().council}
        after = position_of(request.page_token, of_case)
        found, more = await self._use_cases.list(
            NUMBERING, lambda work: page(work, after=after, case_id=request.case_id, size=size)
        )
        token = token_of(found[-1].position, of_case) if more else ""
        return pb.ListReceiptsResponse(receipts=map(_message, found), next_page_token=token)

    async def ReadReceipts(
        self, request: pb.ReadReceiptsRequest, context: Context
    ) -> AsyncIterator[pb.ReadReceiptsResponse]:
        """See ReceiptsService.ReadReceipts."""
        after = await self._use_cases.list(NUMBERING, lambda work: place_of(work, request.after))
        more = True
        while more:
            found, more = await self._use_cases.look(partial(page, after=after))
            if found:
                yield pb.ReadReceiptsResponse(receipts=map(_message, found))
                after = found[-1].position

    async def GetPack(self, request: pb.GetPackRequest, context: Context) -> pb.GetPackResponse:
        """See ReceiptsService.GetPack."""
        fields = Fields()
        fields.id("hash", request.hash)
        fields.check()
        name, files = await self._use_cases.look(lambda work: law_of(work.connection, request.hash))
        return pb.GetPackResponse(pack=name, files=json.loads(files))

    async def GetPacksInForce(self, request: pb.GetPacksInForceRequest, context: Context) -> pb.GetPacksInForceResponse:
        """See ReceiptsService.GetPacksInForce."""
        found = await self._use_cases.look(lambda work: list(packs_in_force(work.connection, work.archive, work.now)))
        packs = [
            pb.PackInForce(
                pack=each.pack,
                hash=each.hash,
                refused=each.refused,
                in_force_from=timestamp_of(each.since) if each.since else None,
                published_by=each.published_by,
                confirmed_by=each.confirmed_by,
                because=each.because,
                ending_soon=each.ending_soon,
            )
            for each in found
        ]
        return pb.GetPacksInForceResponse(packs=packs)


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Serve receipts beside the service's own calls."""
    pb_grpc.add_ReceiptsServiceServicer_to_server(ReceiptsServer(use_cases), server)


def place_of(work: Work, receipt_id: str) -> int:
    """The position of one of the actor's receipts; 0 where none is named. Raises a Fault (INVALID, CURSOR_INVALID)."""
    if not receipt_id:
        return 0
    place = sa.select(receipts.c.position).where(*_mine(work), receipts.c.receipt_id == receipt_id)
    position = work.connection.execute(place).scalar_one_or_none()
    if position is None:
        detail = "must be the id of a receipt that was read before, or be empty to begin"
        raise Fault(Kind.INVALID, "CURSOR_INVALID", f"after: {detail}", violations=[Violation("after", detail)])
    return int(position)


def page(
    work: Work, *, after: int, case_id: str = "", size: int = MOST
) -> tuple[Sequence[sa.Row[tuple[object, ...]]], bool]:
    """As many of the actor's receipts after a position as one message takes, and whether there are more."""
    query = IN_ORDER.where(receipts.c.position > after, *_mine(work, case_id))
    rows = work.connection.execute(query.limit(size + 1)).all()
    taken = size_so_far = 0
    while taken < min(size, len(rows)) and size_so_far < MOST_BYTES:
        size_so_far += len(rows[taken].receipt)
        taken += 1
    return rows[:taken], taken < len(rows)


def _mine(work: Work, case_id: str = "") -> list[sa.ColumnElement[bool]]:
    """What confines an actor to receipts of their council, and the question to a case."""
    conditions = [receipts.c.case_id == case_id] if case_id else []
    if work.actor.council != EVERY_COUNCIL:
        conditions.append(receipts.c.council == work.actor.council)
    return conditions


def _message(row: sa.Row[tuple[object, ...]]) -> pb.Receipt:
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
