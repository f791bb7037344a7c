"""Units of work over a schema of a PostgreSQL database: every unit has its own connection and transaction."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.util import greenlet_spawn

from sevensteps.encryption.folder import Certificates
from sevensteps.service.postgres import postgres_engine
from sevensteps.service.store import BUSY_SECONDS, T, Unit
from sevensteps.service.trouble import translating_errors

POOL = 20
"""Most connections of one process. They stay open: opening one takes longer than ten units of work."""
PUBLISHING = 77_000_008
"""The advisory lock under which one instance of a service at a time publishes; with it, the service's own number."""
TURN_LIMIT = "30s"
"""PostgreSQL takes the turn away from an instance that hangs: no sending takes as long."""

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
            server_settings={"lock_timeout": f"{BUSY_SECONDS}s"},
            timeout=BUSY_SECONDS,
        )

        @sa.event.listens_for(self._engine.sync_engine, "checkout")
        def _take_another(connection: _Lent, *_: object) -> None:
            """Lend none that was closed meanwhile, or that is not done: the driver knows without asking PostgreSQL."""
            driver = connection.driver_connection
            if driver.is_closed() or driver.is_in_transaction():
                raise sa.exc.DisconnectionError

        # A unit that reads twice reads the same moment twice.
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ")

    async def write(self, unit: Unit[T]) -> T:
        """See Store."""
        return await self._run(self._engine.sync_engine.begin, unit)

    async def read(self, unit: Unit[T]) -> T:
        """See Store."""
        return await self._run(self._reading.sync_engine.connect, unit)

    async def _run(self, lend: Callable[[], AbstractContextManager[sa.Connection]], unit: Unit[T]) -> T:
        """Run a unit, and once more where its connection turns out to have been cut: nothing of it was committed."""
        with translating_errors():
            try:
                return await greenlet_spawn(_run_uncut, lend, unit)
            except _CutOffError:
                await self._engine.dispose()  # all that wait in the pool may have been cut with it
                return await greenlet_spawn(_run_lent, lend, unit)

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
