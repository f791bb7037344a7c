"""The audit: what was done by repairs and what was refused, who did it and why; and all of it as a file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from console import files, words
from console.files import csv_of
from console.filters import Problem
from console.visit import Visit
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_history.audit import act_in_words, as_chained, facts_in_words
from sevensteps.errors import ID, Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL

PAGE_SIZE = 50
BAD_REQUEST = 400
ABOUT, AFTER = "about", "after"
COLUMNS = ("number", "at", "council", "subject", "act", "about", "because", "refused", "before", "after", "signed")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in words; `address` is the page of what it is about, `link` the chain up to it, if that is signed."""

    number: int
    day: str
    who: str
    did: str
    about: str
    address: str
    because: str
    refused: str
    before: str
    after: str
    link: str
    signature: str


async def show(visit: Visit) -> Response:
    """The page, the newest entries first. Raises the Faults of operations."""
    about, after = _about(visit), visit.request.query_params.get(AFTER, "")
    problems = (
        [] if not about or ID.fullmatch(about) else [Problem(ABOUT, "About: write the id of a case or a repair.")]
    )
    listed = pb.ListAuditResponse()
    if not problems:
        request = pb.ListAuditRequest(page_size=PAGE_SIZE, page_token=after, about=about, newest_first=True)
        listed = await visit.console.caller.ask(request, pb.ListAuditResponse)
    more = listed.next_page_token
    return visit.show(
        "audit.html",
        BAD_REQUEST if problems else 200,
        problems,
        entries=list(map(_entry, listed.entries)),
        about=about,
        after=after,
        base=_address("/audit", about),
        file=_address("/audit.csv", about),
        next_page=_address("/audit", about, more) if more else "",
        has_chain=_has_chain(visit),
    )


async def as_file(visit: Visit) -> Response:
    """Every entry that is wanted, the oldest first, for a spreadsheet."""
    request = pb.ListAuditRequest(page_size=files.PAGE_SIZE, about=_about(visit))
    pages = visit.console.caller.pages(request, pb.ListAuditResponse)
    return await files.file_of(pages, _csv_lines, "audit", head=csv_of([COLUMNS]))


async def as_chain(visit: Visit) -> Response:
    """The whole chain, one JSON object a line, as `sevensteps audit verify` reads it.

    Raises a Fault (DENIED, CHAIN_OF_EVERY_COUNCIL) for who sees one council's entries: that is not the whole of it.
    """
    if not _has_chain(visit):
        detail = "The chain has the entries of every council, and you see those of your own. Get them as a table."
        raise Fault(Kind.DENIED, "CHAIN_OF_EVERY_COUNCIL", detail)
    pages = visit.console.caller.pages(pb.ListAuditRequest(page_size=files.PAGE_SIZE), pb.ListAuditResponse)
    return await files.file_of(pages, _json_lines, "audit", files.JSON_LINES)


def _about(visit: Visit) -> str:
    return visit.request.query_params.get(ABOUT, "").strip()


def _has_chain(visit: Visit) -> bool:
    return visit.session is not None and visit.session.council == EVERY_COUNCIL


def _address(path: str, about: str, after: str = "") -> str:
    asked = {name: value for name, value in ((ABOUT, about), (AFTER, after)) if value}
    return f"{path}?{urlencode(asked)}" if asked else path


def _entry(entry: pb.AuditEntry) -> Entry:
    is_repair = entry.about.startswith("repair-")
    return Entry(
        number=entry.number,
        day=words.moment(entry.at),
        who=entry.subject,
        did=act_in_words(entry.act),
        about=entry.about,
        address=f"/{'repairs' if is_repair else 'cases'}/{entry.about}" if ID.fullmatch(entry.about) else "",
        because=entry.because,
        refused=entry.refused,
        before="; ".join(facts_in_words(entry.before)),
        after="; ".join(facts_in_words(entry.after)),
        link=entry.link,
        signature=entry.signature,
    )


def _csv_lines(page: pb.ListAuditResponse) -> str:
    return csv_of([_cells(entry) for entry in page.entries])


def _cells(entry: pb.AuditEntry) -> Sequence[str]:
    chained = as_chained(entry)
    return [*(str(chained[name]) for name in COLUMNS[:-1]), "yes" if entry.signature else ""]


def _json_lines(page: pb.ListAuditResponse) -> str:
    return "".join(f"{json.dumps(as_chained(entry))}\n" for entry in page.entries)
