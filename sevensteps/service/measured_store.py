"""A store whose units of work are counted and timed."""

import sqlite3
from collections.abc import AsyncGenerator, Awaitable
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Protocol

import sqlalchemy as sa

from sevensteps.errors import Fault, Kind
from sevensteps.service.store import T, TellingStore, Unit
from sevensteps.telemetry import series

DONE, REFUSED, FAILED = "done", "refused", "failed"
OUTCOMES = (DONE, REFUSED, FAILED)
TROUBLE = frozenset({Kind.UNAVAILABLE, Kind.INTERNAL})


class Connected(TellingStore, Protocol):
    """A store that knows its connections."""

    def connections(self) -> tuple[int, int]:
        """How many are used now, and how many are open and idle."""


class _Units:
    """The series of the units of one kind."""

    def __init__(self, kind: str) -> None:
        """`kind` is read or write."""
        self._seconds = series.DATABASE_UNIT_SECONDS.labels(kind)
        self._ended = {outcome: series.DATABASE_UNITS.labels(kind, outcome) for outcome in OUTCOMES}

    async def timed(self, unit: Awaitable[T]) -> T:
        """Await a unit, and count how it ends. Raises what it raises."""
        began = perf_counter()
        try:
            result = await unit
        except Exception as error:
            self._ended[_outcome_of(error)].inc()
            raise
        self._ended[DONE].inc()
        self._seconds.observe(perf_counter() - began)
        return result


class MeasuredStore:
    """The records that this process serves: see TellingStore."""

    def __init__(self, store: Connected) -> None:
        """`store` does the work."""
        self._store = store
        self._reads, self._writes = _Units("read"), _Units("write")
        series.DATABASE_CONNECTIONS.labels("used").set_function(lambda: store.connections()[0])
        series.DATABASE_CONNECTIONS.labels("idle").set_function(lambda: store.connections()[1])

    async def write(self, unit: Unit[T]) -> T:
        """See Store."""
        return await self._writes.timed(self._store.write(unit))

    async def read(self, unit: Unit[T]) -> T:
        """See Store."""
        return await self._reads.timed(self._store.read(unit))

    def in_turn(self, work: str = "") -> AbstractAsyncContextManager[bool]:
        """See Store."""
        return self._store.in_turn(work)

    def heard(self, name: str) -> AsyncGenerator[str]:
        """See TellingStore."""
        return self._store.heard(name)

    async def close(self) -> None:
        """See Store."""
        await self._store.close()


def _outcome_of(error: Exception) -> str:
    """The database's own trouble is a failure; everything else is how a unit says no."""
    if isinstance(error, Fault):
        return FAILED if error.kind in TROUBLE else REFUSED
    return FAILED if isinstance(error, sa.exc.SQLAlchemyError | sqlite3.Error | OSError) else REFUSED
