"""How every service that decides answers its receipts: to be read, checked, and decided again."""

import json
from collections.abc import AsyncIterator, Sequence
from functools import partial

import grpc
import sqlalchemy as sa

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.api.receipts.v1 import receipts_pb2_grpc as pb_grpc
from sevensteps.errors import Fault, Kind, Violation
from sevensteps.fields import Fields, moment
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.rpc.interceptor import Context, caller
from sevensteps.service.decided_records import DecidedRecords
from sevensteps.service.pack_archive import law_of
from sevensteps.service.packs_on_record import packs_in_force
from sevensteps.service.page_tokens import position_of, token_of
from sevensteps.service.receipt_pages import MOST, NUMBERING, links, page
from sevensteps.service.tables import receipts
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work

NAME = "sevensteps.api.receipts.v1.ReceiptsService"


class ReceiptsServer(pb_grpc.ReceiptsServiceServicer):
    """Answers the calls of ReceiptsService."""

    def __init__(self, use_cases: UseCases, decided: Sequence[DecidedRecords]) -> None:
        """`use_cases` reads from the records of the service; `decided` are those that come by decisions."""
        self._use_cases = use_cases
        self._decided = decided

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

    async def ListLinks(self, request: pb.ListLinksRequest, context: Context) -> pb.ListLinksResponse:
        """See ReceiptsService.ListLinks."""
        fields = Fields()
        size = fields.page_size(request.page_size, default=MOST, largest=MOST)
        fields.check()
        _ensure_confined(request.case_id)
        listed = {"list": "links", "case_id": request.case_id, "council": caller().council}
        after = position_of(request.page_token, listed)
        found = await self._use_cases.list(
            NUMBERING, lambda work: links(work, after=after, case_id=request.case_id, size=size)
        )
        token = token_of(found.links[-1].position, listed) if found.more else ""
        return pb.ListLinksResponse(links=found.links, next_page_token=token, chained=found.chained, last=found.last)

    async def ReadDecidedRecords(
        self, request: pb.ReadDecidedRecordsRequest, context: Context
    ) -> AsyncIterator[pb.ReadDecidedRecordsResponse]:
        """See ReceiptsService.ReadDecidedRecords."""
        _ensure_confined(request.case_id)
        for records in self._decided:
            rows = await self._use_cases.look(partial(records.page, case_id=request.case_id, after=None))
            while rows:
                yield pb.ReadDecidedRecordsResponse(records=map(records.message, rows))
                rows = await self._use_cases.look(partial(records.page, case_id=request.case_id, after=rows[-1]))

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
                in_force_from=moment(each.since),
                published_by=each.published_by,
                confirmed_by=each.confirmed_by,
                because=each.because,
                ending_soon=each.ending_soon,
            )
            for each in found
        ]
        return pb.GetPacksInForceResponse(packs=packs)


def add_to(server: grpc.aio.Server, use_cases: UseCases, decided: Sequence[DecidedRecords]) -> None:
    """Serve receipts beside the service's own calls."""
    pb_grpc.add_ReceiptsServiceServicer_to_server(ReceiptsServer(use_cases, decided), server)


def place_of(work: Work, receipt_id: str) -> int:
    """The position of one of the actor's receipts; 0 where none is named. Raises a Fault (INVALID, CURSOR_INVALID)."""
    if not receipt_id:
        return 0
    place = sa.select(receipts.c.position).where(*work.own(receipts.c.council), receipts.c.receipt_id == receipt_id)
    position = work.connection.execute(place).scalar_one_or_none()
    if position is None:
        detail = "must be the id of a receipt that was read before, or be empty to begin"
        raise Fault(Kind.INVALID, "CURSOR_INVALID", f"after: {detail}", violations=[Violation("after", detail)])
    return int(position)


def _ensure_confined(case_id: str) -> None:
    """Raise a Fault (DENIED) for who asks for every council's and may see one council's."""
    if not case_id and caller().council != EVERY_COUNCIL:
        raise Fault(
            Kind.DENIED,
            "OTHER_COUNCILS_RECEIPTS",
            "This would tell of every council's receipts, and your token is for one council. Name a case, or ask with "
            "a token for every council.",
        )


def _message(row: sa.Row[tuple[object, ...]]) -> pb.Receipt:
    return pb.Receipt(
        receipt_id=row.receipt_id,
        case_id=row.case_id,
        council=row.council,
        decision=row.decision,
        verdict=row.verdict,
        actor=row.actor,
        decided_at=moment(row.decided_at),
        receipt=row.receipt,
    )
