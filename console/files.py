"""Lists as files: all that is asked for, page by page."""

import csv
from collections.abc import AsyncIterator, Callable, Sequence
from io import StringIO
from typing import TypeVar

from starlette.responses import Response, StreamingResponse

from sevensteps import clock

PAGE_SIZE = 1000
CSV, JSON_LINES = "csv", "jsonl"
TYPES = {CSV: "text/csv; charset=utf-8", JSON_LINES: "application/jsonl"}
RUNS = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""
P = TypeVar("P")


async def file_of(
    pages: AsyncIterator[P], written: Callable[[P], str], name: str, kind: str = CSV, *, head: str = ""
) -> Response:
    """A file of this kind, named after what it is of and the day: `head`, then each page as `written`.

    Raises the Faults of the first page: then there is a page that says so instead of half a file.
    """
    first = await anext(pages)

    async def parts() -> AsyncIterator[str]:
        yield head + written(first)
        async for page in pages:
            yield written(page)

    headers = {"content-disposition": f'attachment; filename="{name}-{clock.today()}.{kind}"'}
    return StreamingResponse(parts(), media_type=TYPES[kind], headers=headers)


def csv_of(rows: Sequence[Sequence[str]]) -> str:
    """Rows for a spreadsheet, which runs nothing in them."""
    written = StringIO()
    csv.writer(written).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if cell.startswith(RUNS) else cell
