"""What runs units of work, each in a transaction: functions of a connection to a service's records.

A unit runs in a transaction that commits when it returns and rolls back when it raises. It may be run once more, where
its connection was lost before it returned.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import sqlalchemy as sa

T = TypeVar("T")

Unit = Callable[[sa.Connection], T]

BUSY_SECONDS = 5.0
"""How long a unit waits for a lock or a connection that others have."""


class Store(Protocol):
    """Where a service keeps its records."""

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit in a transaction; what it raises rolls it back and is raised here.

        Raises a Fault (UNAVAILABLE, STORE_UNAVAILABLE) on trouble of the database that may pass.
        """

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that only reads, beside the writers. Raises as `write` does."""

    def in_turn(self, work: str = "") -> AbstractAsyncContextManager[bool]:
        """Whether it is this instance's turn, among those of the service, for as long as the context lasts.

        `work` names what it is the turn for, where that is not to send events to the feed.
        It is over, too, when the instance dies or loses its connection. Raises as `write` does.
        """

    async def close(self) -> None:
        """Finish what waits, then close the connections."""


class TellingStore(Store, Protocol):
    """A store whose transactions can be heard of."""

    def heard(self, name: str) -> AsyncGenerator[str]:
        """What transactions tell under a name when they commit, in this process and in others.

        First comes an empty text: from here on nothing is missed. Raises as `write` does, also when the connection is
        lost. A store that no other process writes to tells nothing more: what happens here is known without it.
        """
