"""`sevensteps documents`: what people were told in writing, from every service that decides."""

import json
from datetime import UTC
from enum import StrEnum
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict

from sevensteps import clock
from sevensteps.api.documents.v1 import documents_pb2 as pb
from sevensteps.case_history.sentences import in_one_line
from sevensteps.cli.case_view.documents import read_documents
from sevensteps.cli.cases import CaseId
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.fields import number_of, short_name
from sevensteps.policy.model.values_in_words import plain
from sevensteps.rpc.caller import Caller, operations

DocumentId = Annotated[
    str, typer.Argument(metavar="DOCUMENT", help="The document, by its id: see `sevensteps documents list`.")
]


class Shown(StrEnum):
    """The formats, as options are written."""

    PLAIN = "plain"
    HTML = "html"
    LARGE_PRINT = "large-print"
    EASY_READ = "easy-read"


def list_documents(
    case_id: CaseId, *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False
) -> None:
    """List what the person was told in writing: kind, day, and whose text it was when."""
    run(_list(Settings.from_environment(), case_id, as_json=as_json))


def show(
    case_id: CaseId,
    document_id: DocumentId,
    *,
    format_: Annotated[Shown, typer.Option("--format", help="In which format.")] = Shown.PLAIN,
    as_json: Annotated[bool, typer.Option("--json", help="Print it with all that is known of it, as JSON.")] = False,
) -> None:
    """Print a document. Whoever sends it fills in its merge fields."""
    run(_show(Settings.from_environment(), case_id, document_id, format_, as_json=as_json))


async def _list(settings: Settings, case_id: str, *, as_json: bool) -> None:
    listed = 0
    async with operations(settings) as caller:
        async for document in read_documents(caller, case_id):
            listed += 1
            if as_json:
                typer.echo(json.dumps(MessageToDict(document, preserving_proto_field_name=True), ensure_ascii=False))
            else:
                typer.echo(told(document))
    if not listed and not as_json:
        typer.echo("The person was told nothing in writing in this case yet.")


def told(document: pb.Document) -> str:
    """A document in one line."""
    day = clock.day_in_words(clock.uk_day(document.written_at.ToDatetime(tzinfo=UTC)))
    said = f"{document.document_id}  {plain(short_name(pb.DocumentKind, document.kind))}, {document.about}: {day}"
    if document.missing_because:
        said += f"; missing, {document.letter}, {document.missing_because}"
    else:
        said += f"; {document.language}, text of {document.owner}, reviewed on {document.reviewed_on}"
    if document.corrects:
        said += f"; corrects {document.corrects}, because: {in_one_line(document.corrected_because)}"
    return f"{said}; corrected by {document.corrected_by}" if document.corrected_by else said


async def _show(settings: Settings, case_id: str, document_id: str, format_: Shown, *, as_json: bool) -> None:
    wanted = number_of(pb.DocumentFormat, format_.value.replace("-", "_"))
    request = pb.GetDocumentRequest(case_id=case_id, document_id=document_id, format=wanted)
    async with operations(settings) as caller:
        found = await _found(caller, request)
    if as_json:
        typer.echo(json.dumps(MessageToDict(found, preserving_proto_field_name=True), ensure_ascii=False))
    else:
        typer.echo(found.content, nl=False)


async def _found(caller: Caller, request: pb.GetDocumentRequest) -> pb.GetDocumentResponse:
    """The document, from the service that has written it. Raises the Fault of the last that has not."""
    last: Fault | None = None
    for service in DECIDING_SERVICES:
        try:
            return await caller.ask(request, pb.GetDocumentResponse, at=service)
        except Fault as fault:
            if fault.kind is not Kind.NOT_FOUND:
                raise
            last = fault
    raise last or AssertionError("there are services")
