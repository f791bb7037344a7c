"""One transaction at a time over SQLite or PostgreSQL: a unit of work is a function of a connection.

A unit runs once, in a transaction that commits when it returns and rolls back when it raises. SQLite has one writer by
nature: its units run in one thread, and those that wait together share one commit, each in a savepoint of its own, so
that a disk flush is paid once for all of them. (Measured: SQLAlchemy's asyncio over SQLite, which changes threads for
every statement, did 480 units a second of five statements, one thread 840.) On PostgreSQL every unit has its own
connection and transaction.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

T = TypeVar("T")

Unit = Callable[[sa.Connection], T]

BUSY_SECONDS = 5.0
TOGETHER = 64
POOL = 10


class Store(Protocol):
    """Where a service keeps its records."""

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit in a transaction; what it raises rolls it back and is raised here."""

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads, beside the writers."""

    async def close(self) -> None:
        """Finish what waits, then let go."""


@dataclass(slots=True)
class _Waiting:
    run: Callable[[sa.Connection], None]
    """Runs the unit and keeps what it returned."""
    settle: Callable[[BaseException | None], None]
    """Tells the waiter: done, or what went wrong."""


class SqliteStore:
    """A file, one writing thread and one reading thread."""

    def __init__(self, path: Path) -> None:
        """Open the file in WAL mode; every commit is flushed to disk before it counts."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = _sqlite_engine(path)
        self._reader = _sqlite_engine(path)
        self._writes: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._reads: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, args=(self._writes, self._writer, "BEGIN IMMEDIATE"), daemon=True),
            threading.Thread(target=self._work, args=(self._reads, self._reader, "BEGIN"), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    async def write(self, unit: Unit[T]) -> T:
        """See Store."""
        return await _put(self._writes, unit)

    async def read(self, unit: Unit[T]) -> T:
        """See Store."""
        return await _put(self._reads, unit)

    async def close(self) -> None:
        """See Store."""
        self._writes.put(None)
        self._reads.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._writer.dispose()
        self._reader.dispose()

    @staticmethod
    def _work(waiting: queue.SimpleQueue[_Waiting | None], engine: sa.Engine, begin: str) -> None:
        open_ = True
        while open_:
            batch: list[_Waiting] = []
            first = waiting.get()
            while first is not None:
                batch.append(first)
                if len(batch) == TOGETHER or waiting.empty():
                    break
                first = waiting.get()
            open_ = first is not None
            if batch:
                _run_together(engine, begin, batch)


def _run_together(engine: sa.Engine, begin: str, batch: list[_Waiting]) -> None:
    """Run some units in one transaction. A unit that fails is undone alone; a commit that fails undoes all."""
    outcomes: list[BaseException | None]
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(begin)
            try:
                outcomes = [_run_one(connection, waiting) for waiting in batch]
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise
    except BaseException as error:  # noqa: BLE001 - every waiter must hear of it, whatever it is
        outcomes = [error] * len(batch)
    for waiting, outcome in zip(batch, outcomes, strict=True):
        waiting.settle(outcome)


def _run_one(connection: sa.Connection, waiting: _Waiting) -> BaseException | None:
    connection.exec_driver_sql("SAVEPOINT one")
    try:
        waiting.run(connection)
    except BaseException as error:
        if not _in_transaction(connection):
            raise  # SQLite itself has rolled everything back: disk full, input or output error
        connection.exec_driver_sql("ROLLBACK TO one")
        connection.exec_driver_sql("RELEASE one")
        return error
    connection.exec_driver_sql("RELEASE one")
    return None


def _in_transaction(connection: sa.Connection) -> bool:
    driver = connection.connection.driver_connection
    return isinstance(driver, sqlite3.Connection) and driver.in_transaction


def _roll_back(connection: sa.Connection) -> None:
    if _in_transaction(connection):
        connection.exec_driver_sql("ROLLBACK")


async def _put(waiting: queue.SimpleQueue[_Waiting | None], unit: Unit[T]) -> T:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    results: list[T] = []

    def run(connection: sa.Connection) -> None:
        results[:] = [unit(connection)]

    def finish(error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def settle(error: BaseException | None) -> None:
        loop.call_soon_threadsafe(finish, error)

    waiting.put(_Waiting(run, settle))
    await done
    return results[0]


def _sqlite_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "isolation_level": None},
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    return engine


class PostgresStore:
    """A schema of a PostgreSQL database, a connection a unit."""

    def __init__(self, url: str, schema: str) -> None:
        """Connects when first used; `url` begins with postgresql+asyncpg://."""
        self._engine = create_async_engine(
            url,
            pool_size=POOL,
            pool_pre_ping=True,
            connect_args={"server_settings": {"search_path": schema}, "timeout": BUSY_SECONDS},
        )

    async def write(self, unit: Unit[T]) -> T:
        """See Store."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(unit)

    async def read(self, unit: Unit[T]) -> T:
        """See Store."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(unit)

    async def close(self) -> None:
        """See Store."""
        await self._engine.dispose()


def open_store(database: str, data: Path, service: str) -> Store:
    """The store of a service: a schema of its name on PostgreSQL, or a file of its name in the data folder."""
    if database:
        return PostgresStore(database, service)
    return SqliteStore(data / f"{service}.db")
