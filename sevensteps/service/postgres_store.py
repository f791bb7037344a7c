"""Units of work over a schema of a PostgreSQL database: every unit has its own connection and transaction."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from typing import Protocol, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import greenlet_spawn

from sevensteps.encryption.folder import Certificates
from sevensteps.service.postgres import postgres_engine
from sevensteps.service.store import BUSY_SECONDS, T, Unit
from sevensteps.service.trouble import translating_errors, unavailable

POOL = 20
"""Most connections of one process. They stay open: opening one takes longer than ten units of work."""
LONGEST_PAUSE = "3s"
"""How long a transaction may wait for its process before PostgreSQL ends it, with all its locks: the process hangs, or
its machine is gone, and others wait. When it wakes, its connection is closed, and nothing was committed."""
PUBLISHING = 77_000_008
"""The advisory lock under which one instance of a service at a time publishes; with it, the service's own number."""
KEEP_SECONDS = 1.0
"""How often an instance that has its turn says that it does not hang."""
CHECK_SECONDS = 30.0
"""How often a connection on which nothing is heard is asked whether it still stands."""
LONGEST_ANSWER = 60.0
"""Seconds after which a statement without an answer is given up: a server that is cut off, or has lost its power, says
nothing, and what runs beside the calls has no deadline of its own."""

ALIVE = sa.text("SELECT 1")
TAKE_TURN = sa.text("SELECT pg_try_advisory_xact_lock(:key, hashtext(:schema))")


class _Lent(Protocol):
    """A connection that the pool is about to lend."""

    @property
    def driver_connection(self) -> "_Driver":
        """The driver's own connection."""


class _Driver(Protocol):
    """What is asked of asyncpg."""

    def is_closed(self) -> bool:
        """Whether it was closed, by either side."""

    def is_in_transaction(self) -> bool:
        """Whether a transaction has begun on it and not ended."""

    def add_termination_listener(self, told: Callable[[object], None]) -> None:
        """Tell when it is closed, by either side."""

    async def add_listener(self, channel: str, told: Callable[[object, int, str, str], None]) -> None:
        """Listen to what is notified on a channel: `told` gets the connection, who notifies, the channel, and what."""

    async def execute(self, query: str) -> str:
        """Run a statement."""


class _CutOffError(Exception):
    """The connection was lost before anything was committed."""


def _run_lent(lend: Callable[[], AbstractContextManager[sa.Connection]], unit: Unit[T]) -> T:
    with lend() as connection:
        return unit(connection)


def _run_uncut(lend: Callable[[], AbstractContextManager[sa.Connection]], unit: Unit[T]) -> T:
    with lend() as connection:
        try:
            return unit(connection)
        except sa.exc.DBAPIError as error:
            if error.connection_invalidated:
                raise _CutOffError from error
            raise


async def _keep(connection: AsyncConnection, over: asyncio.Event) -> None:
    """Keep a transaction from being ended while this process works outside of it."""
    while not over.is_set():
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await over.wait()
        except TimeoutError:
            await connection.execute(ALIVE)


async def _next_said(driver: _Driver, said: asyncio.Queue[str | None]) -> str | None:
    """What is said next on a connection; None when it is closed, or does not answer any more."""
    while True:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await said.get()
        except TimeoutError:
            async with asyncio.timeout(BUSY_SECONDS):
                await driver.execute("SELECT 1")


class PostgresStore:
    """A schema of a PostgreSQL database, a connection a unit.

    A unit and its transaction run in one greenlet. SQLAlchemy's AsyncConnection would take one for each step of it.
    """

    def __init__(self, url: str, schema: str, certificates: Certificates | None = None) -> None:
        """Connects when first used, encrypted where there are certificates; `url` begins with postgresql+asyncpg://."""
        self._schema = schema
        self._engine = postgres_engine(
            url,
            schema,
            certificates,
            pool_size=POOL,
            max_overflow=0,
            pool_use_lifo=True,
            pool_timeout=BUSY_SECONDS,
            hide_parameters=True,
            server_settings={
                "lock_timeout": f"{BUSY_SECONDS}s",
                "idle_in_transaction_session_timeout": LONGEST_PAUSE,
            },
            timeout=BUSY_SECONDS,
            command_timeout=LONGEST_ANSWER,
        )

        @sa.event.listens_for(self._engine.sync_engine, "checkout")
        def _take_another(connection: _Lent, *_: object) -> None:
            """Lend none that was closed meanwhile, or that is not done: the driver knows without asking PostgreSQL."""
            driver = connection.driver_connection
            if driver.is_closed() or driver.is_in_transaction():
                raise sa.exc.DisconnectionError

        self._under_way = 0
        self._rests = asyncio.Event()
        self._rests.set()
        # A unit that reads twice reads the same moment twice.
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ")

    async def write(self, unit: Unit[T]) -> T:
        """See Store."""
        return await self._run(self._engine.sync_engine.begin, unit)

    async def read(self, unit: Unit[T]) -> T:
        """See Store."""
        return await self._run(self._reading.sync_engine.connect, unit)

    async def _run(self, lend: Callable[[], AbstractContextManager[sa.Connection]], unit: Unit[T]) -> T:
        """Run a unit, and once more where its connection turns out to have been cut: nothing of it was committed.

        SQLAlchemy then replaces all that wait in the pool, which may have been cut with it.
        """
        self._under_way += 1
        self._rests.clear()
        try:
            with translating_errors():
                try:
                    return await greenlet_spawn(_run_uncut, lend, unit)
                except _CutOffError:
                    return await greenlet_spawn(_run_lent, lend, unit)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._rests.set()

    @asynccontextmanager
    async def in_turn(self, work: str = "") -> AsyncIterator[bool]:
        """See Store."""
        with translating_errors():
            async with self._engine.begin() as connection:
                is_ours = bool(
                    (await connection.execute(TAKE_TURN, {"key": PUBLISHING, "schema": self._schema + work})).scalar()
                )
                if not is_ours:
                    yield False
                    return
                over = asyncio.Event()
                keeping = asyncio.create_task(_keep(connection, over))
                try:
                    yield True
                finally:
                    over.set()
                    await keeping

    async def heard(self, name: str) -> AsyncGenerator[str]:
        """See Store."""
        with translating_errors():
            async with self._engine.connect() as connection:
                driver = cast("_Driver", (await connection.get_raw_connection()).driver_connection)
                said: asyncio.Queue[str | None] = asyncio.Queue()
                driver.add_termination_listener(lambda _: said.put_nowait(None))
                try:
                    await driver.add_listener(name, lambda *told: said.put_nowait(told[3]))
                    yield ""
                    while (message := await _next_said(driver, said)) is not None:
                        yield message
                finally:
                    await connection.invalidate()  # nobody else is to be lent one that listens
                raise unavailable()

    def connections(self) -> tuple[int, int]:
        """See measured_store.Connected."""
        pool = self._engine.pool
        if not isinstance(pool, sa.pool.QueuePool):
            raise TypeError("Connections to PostgreSQL wait in a queue.")
        return pool.checkedout(), pool.checkedin()

    async def close(self) -> None:
        """See Store. A unit under way gives its connection back first: no pool would close it any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(BUSY_SECONDS):
                await self._rests.wait()
        await self._engine.dispose()
