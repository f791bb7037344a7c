"""The order of lists: whoever reads page by page misses nothing, whatever the clock says and whichever ends first."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from integration.assessment.practice import NOT_ELIGIBLE, Practice, opening
from servers.services import Running, SuiteOf
from services.assessment.case_pages import page_of_cases
from services.assessment.domain.case import CasesWanted
from services.assessment.tables import cases
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.receipts.v1 import receipts_pb2
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.councils import Councils
from sevensteps.identity.actor import EVERY_COUNCIL, Actor, Role
from sevensteps.service import numbering
from sevensteps.service.migrations import upgrade
from sevensteps.service.pack_archive import Archive
from sevensteps.service.receipt_pages import page
from sevensteps.service.tables import receipts
from sevensteps.service.work import Work


@pytest.fixture
async def running(suite_of: SuiteOf, database: str) -> AsyncIterator[Running]:
    async with suite_of("assessment", database=database) as service:
        yield service


@pytest.fixture
def step_back(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Sets the clock back by an hour."""
    now = clock.now
    ahead = timedelta()

    def moment() -> datetime:
        return now() + ahead

    def back() -> None:
        nonlocal ahead
        ahead -= timedelta(hours=1)

    monkeypatch.setattr(clock, "now", moment)
    return back


async def walked(work: Practice, token: str = "", *, open_only: bool = False) -> tuple[list[str], str]:
    """The cases from a place on, one a page, and the token of the last page but one."""
    found: list[str] = []
    last = token
    while True:
        page = await work.amy.ListCases(pb.ListCasesRequest(page_size=1, page_token=token, open_only=open_only))
        found += [case.case_id for case in page.cases]
        if not page.next_page_token:
            return found, last
        last = token = page.next_page_token


@pytest.mark.parametrize("open_only", [False, True])
async def test_a_case_that_is_opened_by_a_clock_that_was_set_back_is_on_a_later_page(
    running: Running, step_back: Callable[[], None], *, open_only: bool
) -> None:
    """Whoever holds a page token finds it, and so does who begins anew."""
    work = Practice(running)
    opened = [(await work.open()).case_id for _ in range(2)]
    _, token = await walked(work, open_only=open_only)
    step_back()
    opened.append((await work.open()).case_id)
    assert (await walked(work, token, open_only=open_only))[0] == opened[1:]
    assert (await walked(work, open_only=open_only))[0] == opened


async def test_a_receipt_of_a_clock_that_was_set_back_comes_after_what_was_read(
    running: Running, step_back: Callable[[], None]
) -> None:
    """Whoever goes on after the last receipt that they have read gets every later one."""
    work = Practice(running)
    await work.open()
    auditor = running.stub(ReceiptsServiceStub, running.token("aud", Role.AUDITOR))

    async def read(after: str = "") -> list[receipts_pb2.Receipt]:
        request = receipts_pb2.ReadReceiptsRequest(after=after)
        return [receipt async for part in auditor.ReadReceipts(request) for receipt in part.receipts]

    (first,) = await read()
    step_back()
    await work.propose(NOT_ELIGIBLE)
    (second,) = await read(first.receipt_id)
    assert second.decision == "eligibility"
    assert await read() == [first, second]
    listing = receipts_pb2.ListReceiptsRequest(case_id=work.case.case_id)
    assert list((await auditor.ListReceipts(listing)).receipts) == [first, second]


async def test_the_newest_proposal_is_the_last_one_by_whatever_clock(
    running: Running, step_back: Callable[[], None]
) -> None:
    """A practitioner confirms what was proposed last, though it bears an earlier hour."""
    work = Practice(running)
    await work.open()
    await work.propose()
    step_back()
    newest = await work.propose()
    reading = pb.GetDeterminationRequest(case_id=work.case.case_id)
    assert (await work.amy.GetDetermination(reading)).determination == newest
    assert (await work.confirm()).determination_id == newest.determination_id


async def test_what_ends_after_a_list_was_read_is_on_a_later_page(suite_of: SuiteOf, postgres_url: str) -> None:
    """On PostgreSQL one that began first may end last: it is numbered when it has, so that no reader passes it by."""
    async with suite_of("assessment", database=postgres_url) as running:
        work = Practice(running)
        await work.open()
        engine = create_async_engine(postgres_url, connect_args={"server_settings": {"search_path": "assessment"}})
        async with engine.connect() as slow:
            columns = [column for column in cases.c if column.name not in {"case_id", "person_reference", "position"}]
            names = ["case_id", "person_reference", *(column.name for column in columns)]
            values = sa.select(sa.literal("case-of-the-slow"), sa.literal("slow"), *columns)
            await slow.execute(cases.insert().from_select(names, values))
            quick = (await work.open()).case_id
            seen, token = await walked(work)
            assert seen[-1] == quick
            await slow.commit()
        await engine.dispose()
        assert (await walked(work, token))[0] == [quick, "case-of-the-slow"]


async def test_numbers_are_given_once_whoever_reads_at_once(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many readers that find something new agree on its numbers."""
    work = Practice(running)
    for _ in range(5):
        await work.amy.OpenCase(opening())
    await running.store.write(lambda connection: connection.execute(receipts.update().values(position=None)))
    monkeypatch.setattr(numbering, "PORTION", 2)
    numbers = numbering.Numbering(receipts, "receipt_id", by="decided_at")
    await asyncio.gather(*(numbers.extend(running.store) for _ in range(8)))
    query = sa.select(receipts.c.position).order_by(receipts.c.decided_at, receipts.c.receipt_id)
    given = await running.store.read(lambda connection: list(connection.execute(query).scalars()))
    assert given == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("council", ["example", EVERY_COUNCIL])
@pytest.mark.parametrize("what", ["cases", "open cases", "a person's cases", "receipts", "receipts of a case"])
def test_a_list_is_read_by_an_index_that_has_its_order(tmp_path: Path, council: str, what: str) -> None:
    """However many records there are, a page costs the rows that it shows: nothing is sorted, no table is scanned."""
    upgrade("assessment", "", tmp_path)
    engine = sa.create_engine(f"sqlite:///{tmp_path}/assessment.db")
    said: list[tuple[str, object]] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _note(_: object, __: object, statement: str, values: object, *___: object) -> None:
        said.append((statement, values))

    actor = Actor("aud", frozenset({Role.AUDITOR}), council)
    with engine.connect() as connection:
        work = Work(connection, actor, clock.now(), cast("Archive", None), cast("Councils", None))
        if what.endswith("cases"):
            reference = "P-1" if "person" in what else ""
            wanted = CasesWanted(what.startswith("open"), person_reference=reference, same_person=False)
            page_of_cases(work, after=7, wanted=wanted, size=50)
        else:
            page(work, after=7, case_id="case-1" if what.endswith("case") else "")
        statement, values = said[-1]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
    engine.dispose()
    steps = [str(row[-1]) for row in plan]
    few_are_sorted = what in {"receipts of a case", "a person's cases"} and council == EVERY_COUNCIL
    assert len(steps) == (2 if few_are_sorted else 1), steps
    assert re.match(r"SEARCH .* USING INDEX \w+_(in_order|of_council|of_case|of_person)", steps[0])
    assert ("council=?" in steps[0]) is (council == "example")
