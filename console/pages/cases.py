"""The list of cases: filters in the address, sorted, page by page; and all of them as a file."""

import asyncio
import csv
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from io import StringIO

from starlette.responses import Response, StreamingResponse

from console import filters, freshness, words
from console.filters import Asked
from console.saved_views import View
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.errors import Fault, Kind
from sevensteps.fields import short_name

PAGE_SIZE = 50
FILE_PAGE_SIZE = 1000
COLUMNS = ("case", "council", "kind", "opened", "step", "waits for", "whose turn", "since", "due", "date of law")
MORE_COLUMNS = ("other dates of law", "on hold", "ended", "stuck", "team", "escalated to")
RUNS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""
BAD_REQUEST = 400


async def show(visit: Visit) -> Response:
    """The page. Raises the Faults of operations, except for wrong values: they are shown by their fields."""
    asked = filters.read(visit.request.query_params.multi_items())
    (listed, problems), saved = await asyncio.gather(_answers(visit, asked), _saved(visit))
    return visit.show(
        "cases.html",
        BAD_REQUEST if problems else 200,
        asked=asked,
        problems=problems,
        wrong={problem.field: problem.sentence for problem in problems},
        filters=filters,
        saved=saved,
        may_mend=visit.may("operations.PlanRepair"),
        **({} if problems else _shown(asked, listed)),
    )


async def as_file(visit: Visit) -> Response:
    """Every case that the filters want, not only those of one page, for a spreadsheet."""
    asked = filters.read(visit.request.query_params.multi_items())
    if asked.problems:
        return await show(visit)
    request = pb.ListCasesRequest(
        filter=asked.message, order=asked.order, descending=asked.descending, page_size=FILE_PAGE_SIZE
    )
    return await file_of(visit, request, "cases")


async def file_of(visit: Visit, request: pb.ListCasesRequest, name: str) -> Response:
    """Every case that a request asks for, page by page. Raises the Faults of operations."""
    pages = visit.console.caller.pages(request, pb.ListCasesResponse)
    first = await anext(pages)  # where it is refused, there is a page that says so instead of half a file
    headers = {"content-disposition": f'attachment; filename="{name}-{clock.today()}.csv"'}
    return StreamingResponse(_lines(first, pages), media_type="text/csv; charset=utf-8", headers=headers)


async def _saved(visit: Visit) -> Sequence[View]:
    """The views that whoever visits has named, or their council shares."""
    return await visit.console.views.of(visit.session.council, visit.session.subject) if visit.session else ()


def problems_of(fault: Fault) -> list[filters.Problem]:
    """What a service says is wrong with a filter, by the fields of the page."""
    found = []
    for each in fault.violations:
        name = each.field.removeprefix("filter.").partition("[")[0]
        field, label = (name, filters.LABELS[name]) if name in filters.LABELS else ("filters", "The list")
        found.append(filters.Problem(field, f"{label}: {each.detail}."))
    return found or [filters.Problem("filters", fault.detail)]


def _shown(asked: Asked, listed: pb.ListCasesResponse) -> Mapping[str, object]:
    return {
        "rows": listed.cases,
        "today": clock.today().isoformat(),
        "total": listed.total_size,
        "next_page": asked.address(after=listed.next_page_token) if listed.next_page_token else "",
        **freshness.of_view(listed.view),
    }


async def _answers(visit: Visit, asked: Asked) -> tuple[pb.ListCasesResponse, Sequence[filters.Problem]]:
    """A page of cases, and what is wrong with what is asked: then there are none."""
    if asked.problems:
        return pb.ListCasesResponse(), asked.problems
    try:
        return await _list(visit, asked), ()
    except Fault as fault:
        if fault.kind is not Kind.INVALID:
            raise
        return pb.ListCasesResponse(), problems_of(fault)


async def _list(visit: Visit, asked: Asked) -> pb.ListCasesResponse:
    request = pb.ListCasesRequest(
        filter=asked.message,
        order=asked.order,
        descending=asked.descending,
        page_size=PAGE_SIZE,
        page_token=asked.after,
        with_total=True,
    )
    return await visit.console.caller.ask(request, pb.ListCasesResponse)


async def _lines(first: pb.ListCasesResponse, rest: AsyncIterator[pb.ListCasesResponse]) -> AsyncIterator[str]:
    yield csv_of([(*COLUMNS, *MORE_COLUMNS), *map(_cells, first.cases)])
    async for page in rest:
        yield csv_of([*map(_cells, page.cases)])


def csv_of(rows: Sequence[Sequence[str]]) -> str:
    """Rows for a spreadsheet, which runs nothing in them."""
    written = StringIO()
    csv.writer(written).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if cell.startswith(RUNS) else cell


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
