"""How every service that decides answers its documents: in each format, for helpers too, and corrected."""

from datetime import date
from typing import Protocol

import grpc
import sqlalchemy as sa
from google.protobuf.descriptor import FieldDescriptor

from sevensteps.api.documents.v1 import documents_pb2 as pb
from sevensteps.api.documents.v1 import documents_pb2_grpc as pb_grpc
from sevensteps.errors import Fault, Kind
from sevensteps.fields import Fields, entry, moment, number_of
from sevensteps.letters.blocks import MERGE_FIELD
from sevensteps.letters.formats import ColourScheme, Format, Look, TextSize, in_format
from sevensteps.rpc.interceptor import Context
from sevensteps.service import document_records
from sevensteps.service.calls import changes
from sevensteps.service.case_lists import page
from sevensteps.service.document_records import Correction
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work

NAME = "sevensteps.api.documents.v1.DocumentsService"
TEXTS = tuple(
    field.name
    for field in pb.Document.DESCRIPTOR.fields
    if field.type == FieldDescriptor.TYPE_STRING and field.name != "reviewed_on"
)
"""The fields of a document that are stored as they go on the wire."""
LONGEST_REASON = 1000
"""Most characters in why a document is corrected."""


class Sharing(Protocol):
    """Who knows with whom the documents of a case are shared."""

    async def may_read_documents(self, case_id: str, person_id: str, on: date) -> bool:
        """Whether somebody of the circle of support may read them on a day."""


def correction_of(request: pb.CorrectDocumentRequest, fields: Fields) -> Correction:
    """What is to be put right."""
    document_id = fields.id("document_id", request.document_id)
    because = fields.text("because", request.because, limit=LONGEST_REASON)
    words = {name: fields.text(entry("words", name), text) for name, text in request.words.items()}
    return Correction(document_id, because, words)


class DocumentsServer(pb_grpc.DocumentsServiceServicer):
    """Answers the calls of DocumentsService."""

    def __init__(self, use_cases: UseCases, sharing: Sharing) -> None:
        """`use_cases` reads from the records of the service; `sharing` says what helpers may read."""
        self.use_cases = use_cases
        self._sharing = sharing

    async def ListDocuments(self, request: pb.ListDocumentsRequest, context: Context) -> pb.ListDocumentsResponse:
        """See DocumentsService.ListDocuments."""
        fields = Fields()
        fields.id("case_id", request.case_id)
        fields.check()

        def listed(work: Work) -> tuple[pb.ListDocumentsResponse, date]:
            def read(after: int, size: int) -> list[sa.RowMapping]:
                return list(document_records.documents_of(work, request.case_id, after, size))

            found, token = page(work, request, read, document_message)
            return pb.ListDocumentsResponse(documents=found, next_page_token=token), work.today

        answer, on = await self.use_cases.look(listed)
        await self._ensure_shared(request.case_id, request.on_behalf_of, on)
        return answer

    async def GetDocument(self, request: pb.GetDocumentRequest, context: Context) -> pb.GetDocumentResponse:
        """See DocumentsService.GetDocument."""
        fields = Fields()
        fields.id("case_id", request.case_id)
        fields.id("document_id", request.document_id)
        format_, look = _wanted(request, fields)
        fields.check()

        def read(work: Work) -> tuple[sa.RowMapping, date]:
            return document_records.document(work, request.case_id, request.document_id), work.today

        row, on = await self.use_cases.look(read)
        await self._ensure_shared(request.case_id, request.on_behalf_of, on)
        content, media_type = in_format(document_records.said(row), format_, look)
        return pb.GetDocumentResponse(
            document=document_message(row),
            content=content,
            media_type=media_type,
            merge_fields=sorted(set(MERGE_FIELD.findall(content))),
        )

    @changes(pb.CorrectDocumentResponse, correction_of)
    def CorrectDocument(
        self, work: Work, request: pb.CorrectDocumentRequest, correction: Correction
    ) -> pb.CorrectDocumentResponse:
        """See DocumentsService.CorrectDocument."""
        row = document_records.correct(work, request.case_id, correction)
        return pb.CorrectDocumentResponse(document=document_message(row))

    async def _ensure_shared(self, case_id: str, person_id: str, on: date) -> None:
        """Raise a Fault (DENIED) where a helper may not read documents. Asked last: it may have ended meanwhile."""
        if person_id and not await self._sharing.may_read_documents(case_id, person_id, on):
            raise Fault(
                Kind.DENIED,
                "NOT_SHARED",
                "Documents of this case are not shared with that person today. Only the person can share them: ask "
                "them, and record it.",
                metadata={"case_id": case_id},
            )


def _wanted(request: pb.GetDocumentRequest, fields: Fields) -> tuple[Format, Look]:
    """In which format, and how it looks. What is not given is the first of its kind."""
    format_ = fields.choice("format", request.format or pb.DOCUMENT_FORMAT_HTML, pb.DocumentFormat)
    size = fields.choice("size", request.size or pb.TEXT_SIZE_NORMAL, pb.TextSize)
    colours = fields.choice("colours", request.colours or pb.COLOUR_SCHEME_BLACK_ON_WHITE, pb.ColourScheme)
    if not (format_ and size and colours):
        return Format.HTML, Look()
    return Format(format_), Look(TextSize(size), ColourScheme(colours), request.high_contrast)


def document_message(row: sa.RowMapping) -> pb.Document:
    """A document as it goes on the wire, without what it says."""
    message = pb.Document(
        kind=number_of(pb.DocumentKind, row["kind"]),
        reviewed_on=row["reviewed_on"].isoformat() if row["reviewed_on"] else "",
        written_at=moment(row["written_at"]),
    )
    for name in TEXTS:
        setattr(message, name, row[name] or "")
    return message


def add_to(server: grpc.aio.Server, use_cases: UseCases, sharing: Sharing) -> None:
    """Serve documents beside the service's own calls."""
    pb_grpc.add_DocumentsServiceServicer_to_server(DocumentsServer(use_cases, sharing), server)
