"""One transaction at a time over SQLite or PostgreSQL: a unit of work is a function of a connection.

A unit runs once, in a transaction that commits when it returns and rolls back when it raises. SQLite has one writer by
nature: units that wait together run one after another in one transaction, each in a savepoint of its own, so that a
disk flush is paid once for all of them. They run in the event loop's own thread, because SQLite gives the interpreter's
lock away at every statement and a second thread waits long to get it back; only the commit, which waits for the disk,
has a thread. (Measured with 32 in flight, units of five statements: SQLAlchemy's asyncio, which changes threads for
every statement, 480 a second; one writing thread, 840.) On PostgreSQL every unit has its own connection and
transaction.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from sevensteps.encryption.folder import Certificates
from sevensteps.service.postgres import postgres_engine
from sevensteps.service.trouble import translating_errors, unavailable

T = TypeVar("T")

Unit = Callable[[sa.Connection], T]

BUSY_SECONDS = 5.0
BUSY_PAUSE = 0.02
TOGETHER = 64
POOL = 10
PUBLISHING = 77_000_008
"""The advisory lock under which one instance of a service at a time publishes; with it, the service's own number."""
TURN_LIMIT = "30s"
"""PostgreSQL takes the turn away from an instance that hangs: no sending takes as long."""

TAKE_TURN = sa.text("SELECT pg_try_advisory_xact_lock(:key, hashtext(:schema))")


class Store(Protocol):
    """Where a service keeps its records."""

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit in a transaction; what it raises rolls it back and is raised here.

        Raises a Fault (UNAVAILABLE, STORE_UNAVAILABLE) on trouble of the database that may pass.
        """

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads, beside the writers. Raises as `write` does."""

    def in_turn(self) -> AbstractAsyncContextManager[bool]:
        """Whether it is this instance's turn, among those of the service, for as long as the context lasts.

        It is over, too, when the instance dies or loses its connection. Raises as `write` does.
        """

    async def close(self) -> None:
        """Finish what waits, then close the connections."""


@dataclass(slots=True)
class _Waiting:
    """A unit in the queue."""

    run: Callable[[sa.Connection], None]
    """Runs the unit and stores what it returned."""
    done: asyncio.Future[None]


class SqliteStore:
    """A file, with one connection to write and one to read."""

    def __init__(self, path: Path, held: IO[str] | None = None) -> None:
        """Open the file in WAL mode; every commit is flushed to disk before it counts.

        `held` is closed with it: the lock of the process that serves the file.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._held = held
        self._writer = _sqlite_engine(path)
        self._reader = _sqlite_engine(path)
        self._waiting: deque[_Waiting] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def write(self, unit: Unit[T]) -> T:
        """See Store."""
        results: list[T] = []

        def run(connection: sa.Connection) -> None:
            results[:] = [unit(connection)]

        waiting = _Waiting(run, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        with translating_errors():
            await waiting.done
        return results[0]

    async def read(self, unit: Unit[T]) -> T:
        """See Store."""
        with translating_errors(), self._reader.connect() as connection:
            connection.exec_driver_sql("BEGIN")  # a unit that reads twice reads the same moment twice
            return unit(connection)

    @asynccontextmanager
    async def in_turn(self) -> AsyncIterator[bool]:
        """See Store. No other process serves the file."""
        yield True

    async def close(self) -> None:
        """See Store."""
        if self._writing:
            await self._writing
        self._writer.dispose()
        self._reader.dispose()
        if self._held:
            self._held.close()

    async def _write_all(self) -> None:
        batch: list[_Waiting] = []
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), TOGETHER))]
                try:
                    outcomes = await self._write_together(batch)
                except Exception as error:  # noqa: BLE001 - every waiter must hear of it, whatever it is
                    outcomes = [error] * len(batch)
                for waiting, outcome in zip(batch, outcomes, strict=True):
                    _settle(waiting.done, outcome)
        finally:  # ended from outside in between, it leaves nobody who waits for ever, and the next write begins anew
            self._writing = None
            for waiting in (*batch, *self._waiting):
                _settle(waiting.done, unavailable())
            self._waiting.clear()

    async def _write_together(self, batch: list[_Waiting]) -> list[Exception | None]:
        """Run units in one transaction. One that fails is undone alone; a commit that fails undoes all."""
        with self._writer.connect() as connection:
            driver = connection.connection.driver_connection
            if not isinstance(driver, sqlite3.Connection):
                raise TypeError("SQLite is spoken through sqlite3.")
            await _begin(driver)
            try:
                outcomes = [_run_one(connection, driver, waiting) for waiting in batch]
                await asyncio.to_thread(driver.execute, "COMMIT")
            finally:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
        return outcomes


async def _begin(driver: sqlite3.Connection) -> None:
    """Take SQLite's write lock. Raises sqlite3.OperationalError when another process holds it too long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + BUSY_SECONDS
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            if loop.time() > deadline:
                raise
            await asyncio.sleep(BUSY_PAUSE)
        else:
            return


def _run_one(connection: sa.Connection, driver: sqlite3.Connection, waiting: _Waiting) -> Exception | None:
    driver.execute("SAVEPOINT one")
    try:
        waiting.run(connection)
    except Exception as error:
        if not driver.in_transaction:
            raise  # SQLite itself has rolled everything back: disk full, input or output error
        driver.execute("ROLLBACK TO one")
        driver.execute("RELEASE one")
        return error
    driver.execute("RELEASE one")
    return None


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


def _sqlite_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "isolation_level": None},
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")  # waits where another process lets go of the file just now
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA busy_timeout = 0")  # from here on the event loop waits, and SQLite does not

    return engine


class PostgresStore:
    """A schema of a PostgreSQL database, a connection a unit."""

    def __init__(self, url: str, schema: str, certificates: Certificates | None = None) -> None:
        """Connects when first used, encrypted where there are certificates; `url` begins with postgresql+asyncpg://."""
        self._schema = schema
        self._engine = postgres_engine(
            url,
            schema,
            certificates,
            pool_size=POOL,
            pool_timeout=BUSY_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            server_settings={"lock_timeout": f"{BUSY_SECONDS}s"},
            timeout=BUSY_SECONDS,
        )

        # A unit that reads twice reads the same moment twice.
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ")

    async def write(self, unit: Unit[T]) -> T:
        """See Store."""
        with translating_errors():
            async with self._engine.begin() as connection:
                return await connection.run_sync(unit)

    async def read(self, unit: Unit[T]) -> T:
        """See Store."""
        with translating_errors():
            async with self._reading.connect() as connection:
                return await connection.run_sync(unit)

    @asynccontextmanager
    async def in_turn(self) -> AsyncIterator[bool]:
        """See Store."""
        with translating_errors():
            async with self._engine.begin() as connection:
                await connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{TURN_LIMIT}'")
                yield bool((await connection.execute(TAKE_TURN, {"key": PUBLISHING, "schema": self._schema})).scalar())

    async def close(self) -> None:
        """See Store."""
        await self._engine.dispose()


def open_store(database: str, data: Path, service: str) -> Store:
    """The store of a service: a schema of its name on PostgreSQL, or a file of its name in the data folder."""
    if database:
        return PostgresStore(database, service)
    return SqliteStore(data / f"{service}.db")
