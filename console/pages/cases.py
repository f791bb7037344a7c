"""The list of cases: filters in the address, sorted, page by page; and all of them as a file."""

import asyncio
from collections.abc import Iterator, Sequence

from starlette.responses import Response

from console import files, filters, words
from console.files import csv_of
from console.pages.queues import answered, request_of
from console.saved_views import View
from console.visit import Visit
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.fields import short_name

EVERY = pb.CaseFilter()
COLUMNS = ("case", "council", "kind", "opened", "step", "waits for", "whose turn", "since", "due", "date of law")
MORE_COLUMNS = ("other dates of law", "on hold", "ended", "stuck", "team", "escalated to")


async def show(visit: Visit) -> Response:
    """The page. Raises the Faults of operations, except for wrong values: they are shown by their fields."""
    asked = filters.read(visit.request.query_params.multi_items())
    found, saved = await asyncio.gather(answered(visit, asked, EVERY), _saved(visit))
    may_mend = visit.may("operations.PlanRepair")
    return visit.show("cases.html", found.status, found.asked.problems, saved=saved, may_mend=may_mend, **found.shown())


async def as_file(visit: Visit) -> Response:
    """Every case that the filters want, not only those of one page, for a spreadsheet."""
    asked = filters.read(visit.request.query_params.multi_items())
    if asked.problems:
        return await show(visit)
    return await file_of(visit, request_of(asked, EVERY, files.PAGE_SIZE), "cases")


async def file_of(visit: Visit, request: pb.ListCasesRequest, name: str) -> Response:
    """Every case of a list, from its first page on, whichever page was asked for. Raises the Faults of operations."""
    request.page_token = ""
    pages = visit.console.caller.pages(request, pb.ListCasesResponse)
    return await files.file_of(pages, _written, name, head=csv_of([(*COLUMNS, *MORE_COLUMNS)]))


def _written(page: pb.ListCasesResponse) -> str:
    return csv_of([*map(_cells, page.cases)])


async def _saved(visit: Visit) -> Sequence[View]:
    """The views that whoever visits has named, or their council shares."""
    return await visit.console.views.of(visit.session.council, visit.session.subject) if visit.session else ()


def _cells(row: pb.CaseRow) -> tuple[str, ...]:
    return (
        *(row.case_id, row.council, row.case_kind, row.opened_at.ToJsonString()),
        words.step(row.step),
        words.waits_for(row.waiting_for),
        words.whom(row.whom),
        row.since.ToJsonString(),
        row.due_on,
        "yes" if row.due_kind == pb.DUE_KIND_HARD else "",
        "; ".join(_clocks(row)),
        row.hold_reason,
        row.ending,
        "; ".join(short_name(pb.StuckKind, kind) for kind in row.stuck),
        row.team,
        row.escalated_to,
    )


def _clocks(row: pb.CaseRow) -> Iterator[str]:
    for each in row.clocks:
        yield " ".join(filter(None, (each.name, each.about, each.due_on)))
