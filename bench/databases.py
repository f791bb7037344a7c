"""The databases on which is measured: SQLite, and a PostgreSQL that is started for it where this machine has one.

It flushes to disk, as in a council: the figures are of that.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from servers.postgres import PostgresServer
from servers.programs import HOW_TO_GET_POSTGRES, find_postgres

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@dataclass(frozen=True, slots=True)
class Database:
    """One of them."""

    name: str
    new: Callable[[], str]
    """An empty one, as the setting SEVENSTEPS_DATABASE has it."""


@contextmanager
def databases(names: list[str], say: Callable[[str], None]) -> Iterator[list[Database]]:
    """Those of these names, until the end; PostgreSQL only where this machine has it."""
    found = [Database(SQLITE, lambda: "")] if SQLITE in names else []
    if POSTGRESQL not in names:
        yield found
        return
    programs = find_postgres()
    if programs is None:
        if not found:
            sys.exit(HOW_TO_GET_POSTGRES)
        say(f"Nothing is measured on PostgreSQL. {HOW_TO_GET_POSTGRES}")
        yield found
        return
    server = PostgresServer(programs, flushes=True)
    try:
        server.start()
        numbers = count(1)
        yield [*found, Database(POSTGRESQL, lambda: server.create_database(f"bench_{next(numbers)}"))]
    finally:
        server.stop()
