"""Units of work over a SQLite file.

SQLite has one writer by nature: units that wait together run one after another in one transaction, each in a savepoint
of its own, so that a disk flush is paid once for all of them. They run in the event loop's own thread, because SQLite
gives the interpreter's lock away at every statement and a second thread waits long to get it back; only the commit,
which waits for the disk, has a thread. (Measured with 32 in flight, units of five statements: SQLAlchemy's asyncio,
which changes threads for every statement, 480 a second; one writing thread, 840.)
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from sevensteps.service.store import BUSY_SECONDS, T, Unit
from sevensteps.service.trouble import translating_errors, unavailable

BUSY_PAUSE = 0.02
TOGETHER = 64


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
        self._writer = _Connection(path)
        self._reader = _Connection(path)
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
        with translating_errors():
            connection, driver = self._reader.open()
            with _rolling_back(driver):
                driver.execute("BEGIN")  # a unit that reads twice reads the same moment twice
                return unit(connection)

    @asynccontextmanager
    async def in_turn(self, work: str = "") -> AsyncIterator[bool]:  # noqa: ARG002 - see Store
        """See Store. No other process serves the file."""
        yield True

    async def heard(self, name: str) -> AsyncGenerator[str]:  # noqa: ARG002 - see Store
        """See Store. No other process serves the file."""
        yield ""
        await asyncio.Event().wait()

    def connections(self) -> tuple[int, int]:
        """See measured_store.Connected. One that reads is never seen at it: it lets nobody else in meanwhile."""
        opened = self._writer.is_open + self._reader.is_open
        used = int(self._writing is not None and self._writer.is_open)
        return used, opened - used

    async def close(self) -> None:
        """See Store."""
        if self._writing:
            await self._writing
        self._writer.close()
        self._reader.close()
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
        connection, driver = self._writer.open()
        await _begin(driver)
        with _rolling_back(driver):
            outcomes = [_run_one(connection, driver, waiting) for waiting in batch]
            await asyncio.to_thread(driver.execute, "COMMIT")
        return outcomes


class _Connection:
    """A connection to a file that stays open: SQLAlchemy takes longer to lend one than SQLite to look something up."""

    def __init__(self, path: Path) -> None:
        self._engine = _sqlite_engine(path)
        self._lent: sa.Connection | None = None

    def open(self) -> tuple[sa.Connection, sqlite3.Connection]:
        """The connection as SQLAlchemy has it and as its driver has it."""
        if self._lent is None or self._lent.invalidated:
            self._lent = self._engine.connect()
        driver = self._lent.connection.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise TypeError("SQLite is spoken through sqlite3.")
        return self._lent, driver

    @property
    def is_open(self) -> bool:
        """Whether it was ever opened."""
        return self._lent is not None

    def close(self) -> None:
        """Close it, if it was ever opened."""
        if self._lent:
            self._lent.close()
        self._engine.dispose()


@contextmanager
def _rolling_back(driver: sqlite3.Connection) -> Iterator[None]:
    """Undo at the end what has not been committed."""
    try:
        yield
    finally:
        if driver.in_transaction:
            driver.execute("ROLLBACK")


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
