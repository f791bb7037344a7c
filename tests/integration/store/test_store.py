"""One transaction at a time: done wholly or not at all, on either database."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Thread, Timer

import pytest
import sqlalchemy as sa

from sevensteps.errors import Fault
from sevensteps.service import store as stores
from sevensteps.service.migrations import upgrade
from sevensteps.service.opening import open_store
from sevensteps.service.sqlite_store import SqliteStore
from sevensteps.service.store import Store
from sevensteps.service.tables import answers

ADD = answers.insert()
COUNT = sa.select(sa.func.count()).select_from(answers)


@pytest.fixture
async def store(tmp_path: Path, database: str) -> AsyncIterator[Store]:
    """The assessment service's records, empty."""
    await asyncio.to_thread(upgrade, "assessment", database, tmp_path)
    opened = open_store(database, tmp_path, "assessment")
    yield opened
    await opened.close()


def row(request_id: str) -> dict[str, object]:
    """An answer to be stored."""
    whose = {"council": "example", "subject": "amy", "request_id": request_id}
    return {**whose, "fingerprint": "f", "response": b"\0\xff", "expires_at": "now"}


def adding(request_id: str) -> stores.Unit[str]:
    """A unit that stores an answer."""

    def unit(connection: sa.Connection) -> str:
        connection.execute(ADD, row(request_id))
        return request_id

    return unit


async def kept(store: Store) -> int:
    """How many answers are stored."""
    return await store.read(lambda connection: connection.execute(COUNT).scalar_one())


async def test_a_unit_that_returns_is_committed(store: Store) -> None:
    """Its result comes back, and what it wrote can be read, byte by byte."""
    assert await store.write(adding("a")) == "a"
    bytes_ = await store.read(lambda connection: connection.execute(sa.select(answers.c.response)).scalar_one())
    assert bytes_ == b"\0\xff"


async def test_a_unit_that_raises_leaves_nothing(store: Store) -> None:
    """The caller gets what it raised."""

    def unit(connection: sa.Connection) -> None:
        connection.execute(ADD, row("a"))
        raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        await store.write(unit)
    assert await kept(store) == 0


async def test_a_constraint_undoes_the_whole_unit(store: Store) -> None:
    """What came before the wrong row goes with it."""
    await store.write(adding("a"))

    def unit(connection: sa.Connection) -> None:
        connection.execute(ADD, row("b"))
        connection.execute(ADD, row("a"))

    with pytest.raises(sa.exc.IntegrityError):
        await store.write(unit)
    assert await kept(store) == 1


async def test_units_beside_one_another_fail_alone(store: Store) -> None:
    """Of many units that run at once the bad ones fail, and the good ones are stored."""

    def broken(connection: sa.Connection) -> None:
        connection.execute(ADD, row("broken"))
        raise ValueError("mine alone")

    units = [store.write(broken if number % 3 == 0 else adding(str(number))) for number in range(90)]
    outcomes = await asyncio.gather(*units, return_exceptions=True)
    failed = [isinstance(outcome, ValueError) for outcome in outcomes]
    assert failed == [number % 3 == 0 for number in range(90)]
    assert await kept(store) == 60


async def test_a_unit_that_catches_its_own_error_goes_on(store: Store) -> None:
    """A savepoint inside a unit works, on either database."""
    await store.write(adding("a"))

    def unit(connection: sa.Connection) -> None:
        try:
            with connection.begin_nested():
                connection.execute(ADD, row("a"))
        except sa.exc.IntegrityError:
            connection.execute(ADD, row("b"))

    await store.write(unit)
    assert await kept(store) == 2


async def test_a_waiter_who_leaves_disturbs_nobody(store: Store) -> None:
    """A cancelled writer does not stop those behind it."""
    writing = [asyncio.ensure_future(store.write(adding(str(number)))) for number in range(30)]
    await asyncio.sleep(0)
    for each in writing[::2]:
        each.cancel()
    assert await asyncio.gather(*writing[1::2]) == [str(number) for number in range(1, 30, 2)]
    assert await kept(store) >= 15


async def test_closing_finishes_what_was_begun(tmp_path: Path, database: str) -> None:
    """What was asked before the store closes is done."""
    await asyncio.to_thread(upgrade, "assessment", database, tmp_path)
    store = open_store(database, tmp_path, "assessment")
    writing = [asyncio.ensure_future(store.write(adding(str(number)))) for number in range(100)]
    await asyncio.gather(*writing)
    await store.close()
    again = open_store(database, tmp_path, "assessment")
    assert await kept(again) == 100
    await again.close()


async def test_a_wrong_statement_is_our_mistake_and_not_the_databases_trouble(store: Store) -> None:
    """An error that will not pass is not reported as UNAVAILABLE."""
    with pytest.raises(sa.exc.DBAPIError) as wrong:
        await store.write(lambda connection: connection.execute(sa.text("SELECT * FROM nothing")))
    assert not isinstance(wrong.value, Fault)


async def test_nothing_that_was_to_be_stored_stands_in_an_error(store: Store) -> None:
    """Errors reach the log without the values that were written."""
    wrong = sa.text("INSERT INTO nothing VALUES (:words)")
    with pytest.raises(sa.exc.DBAPIError) as refused:
        await store.write(lambda connection: connection.execute(wrong, {"words": "My brother hits me."}))
    assert "nothing" in str(refused.value)
    assert "brother" not in str(refused.value)


async def test_a_unit_that_reads_twice_reads_one_moment(tmp_path: Path, database: str, store: Store) -> None:
    """What somebody commits between two statements of a reader is not seen by the second one."""

    async def add_beside() -> None:
        beside = open_store(database, tmp_path, "assessment")
        await beside.write(adding("a"))
        await beside.close()

    def unit(connection: sa.Connection) -> tuple[int, int]:
        before = connection.execute(COUNT).scalar_one()
        somebody = Thread(target=lambda: asyncio.run(add_beside()))
        somebody.start()
        somebody.join()
        return before, connection.execute(COUNT).scalar_one()

    assert await store.read(unit) == (0, 0)
    assert await kept(store) == 1


def test_the_first_start_leaves_a_file_that_several_can_open(tmp_path: Path) -> None:
    """In WAL mode already: switching to it is what two processes that open a new file at once would quarrel about."""
    upgrade("assessment", "", tmp_path)
    made = sqlite3.connect(tmp_path / "assessment.db")
    assert made.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    made.close()


async def test_opening_waits_while_another_process_has_the_file(tmp_path: Path) -> None:
    """It may just be letting go of it."""
    other = sqlite3.connect(tmp_path / "assessment.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN EXCLUSIVE")
    letting_go = Timer(0.3, other.close)
    letting_go.start()
    opened = SqliteStore(tmp_path / "assessment.db")
    assert await opened.read(lambda connection: connection.execute(sa.text("SELECT 1")).scalar_one()) == 1
    await opened.close()
    letting_go.join()
