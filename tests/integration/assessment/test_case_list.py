"""`sevensteps case list` with many cases: a page at a time, soon and in little memory."""

import re
import sys
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from time import monotonic
from typing import cast

import sqlalchemy as sa
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from servers.services import Running, SuiteOf
from services.assessment.tables import cases
from sevensteps.cli.case_view.case_list import PAGE_SIZE, Columns, Wanted, pages_of_rows
from sevensteps.cli.standings import Standings
from sevensteps.rpc.caller import operations
from sevensteps.temporal import DUE_AT, STAGE, WAITING_FOR

SOME = 3_000
MANY = 10_000
MORE_AT_MOST = 500_000
"""Bytes that a list of so many more cases may take."""


@dataclass(frozen=True)
class Journey:
    """A running journey, as Temporal lists it."""

    id: str
    typed_search_attributes: TypedSearchAttributes


@dataclass
class Journeys:
    """Lists the journeys that it is asked for: all in step 2, overdue since 2 June 2026."""

    asked: int = 0
    most: int = 0
    _shown: TypedSearchAttributes = field(
        default_factory=lambda: TypedSearchAttributes(
            [
                SearchAttributePair(STAGE, "plan_made"),
                SearchAttributePair(WAITING_FOR, "plan"),
                SearchAttributePair(DUE_AT, datetime(2026, 6, 2, tzinfo=UTC)),
            ]
        )
    )

    async def connect(self) -> Client:
        """Stands for Temporal's client."""
        return cast("Client", self)

    async def list_workflows(self, query: str, page_size: int) -> AsyncIterator[Journey]:
        """The journeys whose ids are in the query."""
        ids = re.findall(r"'(journey-[^']+)'", query)
        self.asked += 1
        self.most = max(self.most, len(ids))
        assert page_size == len(ids)
        for id_ in ids:
            yield Journey(id_, self._shown)


async def _fill(running: Running, number: int, above: int = 0) -> None:
    row = {
        "council": "example", "kind": "adult", "round": 1, "assessment_open": True,
        "assessment_due": date(2026, 6, 2), "pack": "hash", "on_hold": False, "ending": "", "version": 1,
    }  # fmt: skip
    opened = "2026-05-05T09:30:00.000Z"
    rows = [
        row | {"case_id": f"case-{each:012d}", "person_reference": f"P-{each}", "opened_at": opened}
        for each in range(above, number)
    ]
    await running.store.write(lambda connection: connection.execute(sa.insert(cases), rows))


@dataclass(frozen=True)
class Listed:
    """How a list was printed."""

    lines: int
    last: str
    first_page_seconds: float
    seconds: float
    peak: int
    """The most memory that the list took, in bytes."""
    line_bytes: int
    """What all its lines would take together."""


async def _list(running: Running, journeys: Journeys, wanted: Wanted) -> Listed:
    columns, lines, last, first, line_bytes = Columns(None), 0, "", 0.0, 0
    settings = replace(running.settings, assessment=running.address)
    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(operations(settings))
        tracemalloc.start()
        stack.callback(tracemalloc.stop)
        began = monotonic()
        async for rows in pages_of_rows(caller, Standings(caller, journeys.connect), wanted):
            first = first or monotonic() - began
            for row in rows:
                lines, last = lines + 1, columns.line(row.cells())
                line_bytes += sys.getsizeof(last)
        return Listed(lines, last, first, monotonic() - began, tracemalloc.get_traced_memory()[1], line_bytes)


async def test_a_long_list_comes_by_pages(suite_of: SuiteOf) -> None:
    """The first page does not wait for the others; Temporal is asked once a page, never once a case."""
    journeys = Journeys()
    async with suite_of("assessment") as running:
        await _fill(running, SOME)
        listed = await _list(running, journeys, Wanted())
        assert listed.lines == SOME
        assert (journeys.asked, journeys.most) == (SOME // PAGE_SIZE, PAGE_SIZE)
        assert listed.first_page_seconds < listed.seconds / 2  # there are three pages
        assert re.split(r" {2,}", listed.last)[1:] == [
            "adult", "example", "2: making your plan", "plan", "2 June 2026", "overdue",
        ]  # fmt: skip
        assert (await _list(running, journeys, Wanted(due_before=date(2026, 6, 2)))).lines == 0


async def test_a_longer_list_takes_no_more_memory(suite_of: SuiteOf) -> None:
    """Only one page is ever held, so the last 7,000 cases take no more than the first 3,000."""
    async with suite_of("assessment") as running:
        await _fill(running, SOME)
        await _list(running, Journeys(), Wanted(overdue=True))  # what is loaded once
        some = await _list(running, Journeys(), Wanted(overdue=True))
        await _fill(running, MANY, above=SOME)
        many = await _list(running, Journeys(), Wanted(overdue=True))
    assert (some.lines, many.lines) == (SOME, MANY)
    assert many.line_bytes > 3 * MORE_AT_MOST, "the lines themselves must take more than what is allowed"
    assert many.peak - some.peak < MORE_AT_MOST, f"{some.peak:,} bytes with {SOME:,} cases, {many.peak:,} with {MANY:,}"
