"""What a database says of itself, as Faults."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from sevensteps import log
from sevensteps.errors import Fault, Kind
from sevensteps.service.postgres import why_not_encrypted

PASSING_IN_SQLITE = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    )
)
PASSING_IN_POSTGRES = ("08", "40", "53", "55", "57", "58")
"""SQLSTATE classes: no connection, rolled back, no room, locked, shutting down, trouble of the system."""
NOT_TEXT = "22021"
"""SQLSTATE of a character that PostgreSQL does not store: NUL."""


@contextmanager
def translating_errors() -> Iterator[None]:
    """Make a Fault of what the database says of itself; let every other error pass."""
    try:
        yield
    except (OSError, sa.exc.TimeoutError) as error:  # no connection, or none free
        _is_told(error)
        raise unavailable() from error
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        sqlite_code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # without the extension
        sqlstate = getattr(cause, "sqlstate", None) or ""
        cut_off = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
        if _is_told(error) or cut_off or sqlite_code in PASSING_IN_SQLITE or sqlstate.startswith(PASSING_IN_POSTGRES):
            raise unavailable() from error
        if sqlstate == NOT_TEXT:
            raise Fault(Kind.INVALID, "TEXT_INVALID", "No text may hold the character NUL.") from error
        raise


def _is_told(error: Exception) -> bool:
    """Whether encryption keeps us from the database. The log says how; callers need not know."""
    why = why_not_encrypted(error)
    if why:
        log.get().error("the database cannot be reached", detail=f"PostgreSQL at SEVENSTEPS_DATABASE: {why}.")
    return bool(why)


def unavailable() -> Fault:
    """Trouble that may pass."""
    return Fault(
        Kind.UNAVAILABLE,
        "STORE_UNAVAILABLE",
        "The records cannot be read or written now. Nothing was changed: send the same request again later.",
    )
