"""The database is locked, full, or gone: the caller is told to come back, and nothing is half written."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from integration.assessment.practice import GOOD, Practice, call
from servers.services import Running, SuiteOf, reason_of, refusal_of
from services.assessment.tables import metadata, self_assessments
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.service import postgres_store, sqlite_store, tables

CUT = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
)
"""Cuts every connection to a database but one's own."""
ROOM = 40
"""Pages of 4 kB that a full disk still has."""
LONG = pb.RecordSelfAssessmentRequest(help=pb.SELF_ASSESSMENT_HELP_ALONE, own_words="x" * 20_000)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are waited for less long than in life."""
    for store in (sqlite_store, postgres_store):
        monkeypatch.setattr(store, "BUSY_SECONDS", 0.3)


async def everything(running: Running) -> Sequence[Sequence[object]]:
    """Every row of every table."""

    def read(connection: sa.Connection) -> list[Sequence[object]]:
        every = [*metadata.sorted_tables, *tables.metadata.sorted_tables]
        return [tuple(row) for table in every for row in connection.execute(sa.select(table))]

    return await running.store.read(read)


@contextmanager
def locked(running: Running) -> Iterator[None]:
    """Another connection that writes to the SQLite file and does not commit."""
    other = sqlite3.connect(running.data / "assessment.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


async def test_a_locked_file_is_unavailable_and_readers_go_on(suite_of: SuiteOf) -> None:
    """While it is locked nothing is changed, reading goes on, and afterwards the same request is done."""
    async with suite_of("assessment") as running:
        work = Practice(running)
        await work.open()
        before = await everything(running)
        request = work.on_case(GOOD["ProposeDetermination"])
        with locked(running):
            fault = await refusal_of(call(work.amy, "ProposeDetermination", request))
            assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "STORE_UNAVAILABLE")
            assert "send the same request again" in fault.detail
            assert (await work.read()).etag == "1"
            assert await everything(running) == before
        await call(work.amy, "ProposeDetermination", request)
        assert (await work.read()).etag == "2"


async def test_a_lock_that_passes_is_waited_for(suite_of: SuiteOf) -> None:
    """A call waits for a short lock instead of being refused."""
    async with suite_of("assessment") as running:
        work = Practice(running)
        with locked(running):
            opening = asyncio.ensure_future(work.open())
            await asyncio.sleep(0.1)
        assert (await opening).case_id


@contextmanager
def full_disk() -> Iterator[None]:
    """SQLite files that are opened meanwhile can grow by a few pages only."""

    @sa.event.listens_for(sa.Engine, "connect")
    def limit(connection: sqlite3.Connection, _: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + ROOM}")

    yield
    sa.event.remove(sa.Engine, "connect", limit)


async def test_a_full_disk_is_unavailable_and_leaves_nothing_behind(suite_of: SuiteOf) -> None:
    """What does not fit leaves nothing behind, what fits is complete; with room again the same request succeeds."""
    async with suite_of("assessment") as running:
        case = await Practice(running).open()
    with full_disk():
        async with suite_of("assessment") as running:
            work = Practice(running)
            work.case = case
            reason = ""
            while not reason:
                before = await everything(running)
                request = work.on_case(LONG)
                reason = await reason_of(work.amy.RecordSelfAssessment(request))
                case = await work.read()
            assert reason == "STORE_UNAVAILABLE"
            assert await everything(running) == before
            assert 1 < int(case.etag) < ROOM
    async with suite_of("assessment") as running:
        work = Practice(running)
        assert (await work.amy.RecordSelfAssessment(request)).case.etag == str(int(case.etag) + 1)


async def test_one_that_does_not_fit_takes_no_other_with_it(suite_of: SuiteOf) -> None:
    """Changes that wait together share a commit: those that fit are made, the others are refused."""
    async with suite_of("assessment") as running:
        works = [Practice(running) for _ in range(12)]
        for work in works:
            await work.open()
    with full_disk():
        async with suite_of("assessment") as running:
            amy = Practice(running).amy
            requests = [work.on_case(LONG) for work in works]
            reasons = await asyncio.gather(*(reason_of(amy.RecordSelfAssessment(request)) for request in requests))
            assert set(reasons) <= {"", "STORE_UNAVAILABLE"}
            assert "STORE_UNAVAILABLE" in reasons
    async with suite_of("assessment") as running:
        rows = await running.store.read(lambda connection: connection.execute(sa.select(self_assessments)).all())
        assert len(rows) == reasons.count("")
        amy = Practice(running).amy
        await asyncio.gather(*(amy.RecordSelfAssessment(request) for request in requests))
        rows = await running.store.read(lambda connection: connection.execute(sa.select(self_assessments)).all())
        assert len(rows) == len(works)


@asynccontextmanager
async def beside(url: str, database: str = "") -> AsyncIterator[AsyncConnection]:
    """A connection of somebody else's to PostgreSQL."""
    engine = create_async_engine(sa.make_url(url).set(database=database or sa.make_url(url).database))
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def test_a_locked_table_is_unavailable(suite_of: SuiteOf, postgres_url: str) -> None:
    """On PostgreSQL a lock is waited for as long, and the refusal is the same."""
    async with suite_of("assessment", database=postgres_url) as running:
        work = Practice(running)
        await work.open()
        request = work.on_case(GOOD["ProposeDetermination"])
        async with beside(postgres_url) as other:
            await other.execute(sa.text("LOCK TABLE assessment.determinations IN ACCESS EXCLUSIVE MODE"))
            fault = await refusal_of(call(work.amy, "ProposeDetermination", request))
            assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "STORE_UNAVAILABLE")
        await call(work.amy, "ProposeDetermination", request)
        assert (await work.read()).etag == "2"


async def test_a_database_that_goes_and_comes_back(suite_of: SuiteOf, postgres_url: str) -> None:
    """While PostgreSQL takes no connections a change is refused as passing; afterwards the same request is done."""
    name = sa.make_url(postgres_url).database
    async with suite_of("assessment", database=postgres_url) as running, beside(postgres_url, "postgres") as other:
        administer = await other.execution_options(isolation_level="AUTOCOMMIT")
        work = Practice(running)
        await work.open()
        request = work.on_case(GOOD["ProposeDetermination"])
        await administer.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        await administer.execute(CUT, {"name": name})
        for asked in (call(work.amy, "ProposeDetermination", request), work.read()):
            fault = await refusal_of(asked)
            assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "STORE_UNAVAILABLE")
        await administer.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        await call(work.amy, "ProposeDetermination", request)
        assert (await work.read()).etag == "2"


async def test_a_connection_that_was_cut_is_replaced(suite_of: SuiteOf, postgres_url: str) -> None:
    """Connections that were cut while nobody used them are noticed before they are used."""
    async with suite_of("assessment", database=postgres_url) as running, beside(postgres_url) as other:
        work = Practice(running)
        await work.open()
        await other.execute(CUT, {"name": sa.make_url(postgres_url).database})
        assert (await work.read()).etag == "1"
