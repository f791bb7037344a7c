"""URLs of PostgreSQL databases, as settings name them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sevensteps.addresses import host_of

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

POSTGRES = "postgresql+asyncpg"


def parts_of(database: str) -> URL:
    """The parts of a URL. Raises SQLAlchemy's ArgumentError, or ValueError, for what is none."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415  slow to import, and needed for PostgreSQL alone

    return make_url(database)


def hosts_of(database: str) -> list[str]:
    """The hosts of a URL, each without its port. Without one it is PGHOST's, or a socket."""
    url = parts_of(database)
    listed = url.query.get("host") or ("" if url.host else os.environ.get("PGHOST", ""))
    named = [listed] if isinstance(listed, str) else list(listed)
    hosts = [host_of(host) for each in named for host in each.split(",") if host]
    return [url.host, *hosts] if url.host else hosts


def problem_of_database(database: str) -> str:
    """What was expected instead of a URL that cannot be used, which is not repeated: it may have a password."""
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        url = parts_of(database)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername != POSTGRES:
        return f"{POSTGRES}://user:password@host:port/name, or nothing for SQLite in the data folder"
    if url.query.keys() & {"ssl", "sslmode"}:
        return "no ssl in it: SEVENSTEPS_DATABASE_CERTIFICATES encrypts its connections"
    return ""
