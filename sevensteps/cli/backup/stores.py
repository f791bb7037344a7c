"""The records of all services as rows: of SQLite files, or of the schemas of one PostgreSQL database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol, TypeAlias

import sqlalchemy as sa

from sevensteps.cli.backup.manifest import MADE_OF_EVENTS, ChainHead, FeedPlace, ServiceRecords
from sevensteps.config import SERVICES
from sevensteps.receipt_chain import START

Row: TypeAlias = tuple[object, ...]

BY_STARTING = frozenset(
    (
        *("alembic_version", "oldest_code", "head", "packs", "turns", "prunings", "audit_head"),
        *("projection", "findings", "looks", "told_in_feed", "told_by_command", "alerts"),
    )
)
"""The tables into which a migration or a service writes before anybody has done anything with a case."""
TELLING = {"subscriptions": "position > 0"}
"""Which rows of a table say anything: operations keep a place at the beginning of the feed as soon as they start."""


class Stores(Protocol):
    """Answers queries of a service's records."""

    def rows(self, service: str, query: str) -> Iterator[Row]:
        """The rows that a query finds."""

    def tables(self, service: str) -> list[str]:
        """The names of a service's tables; none where it has no records."""


class SqliteStores:
    """Files in a folder. None is made by asking."""

    def __init__(self, folder: Path) -> None:
        """The folder that has them."""
        self._folder = folder

    def rows(self, service: str, query: str) -> Iterator[Row]:
        """See Stores."""
        with closing(sqlite3.connect(f"{self.file(service).absolute().as_uri()}?mode=rw", uri=True)) as records:
            yield from records.execute(query)

    def tables(self, service: str) -> list[str]:
        """See Stores."""
        if not self.file(service).exists():
            return []
        query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        return [str(name) for (name,) in self.rows(service, query)]

    def file(self, service: str) -> Path:
        """The file of a service."""
        return self._folder / f"{service}.db"


class PostgresStores:
    """The schemas of a database, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """A connection in a transaction of its own."""
        self._connection = connection

    def rows(self, service: str, query: str) -> Iterator[Row]:
        """See Stores."""
        self._connection.exec_driver_sql(f"SET LOCAL search_path TO {service}")
        for row in self._connection.exec_driver_sql(query):
            yield tuple(row)

    def tables(self, service: str) -> list[str]:
        """See Stores."""
        query = f"SELECT tablename FROM pg_tables WHERE schemaname = '{service}' ORDER BY tablename"  # noqa: S608 - ours
        return [str(name) for (name,) in self.rows(service, query)]


def described(stores: Stores) -> tuple[dict[str, ServiceRecords], FeedPlace]:
    """What all records hold. Every service that `missing` would name must have some."""
    [(feed_id, earliest, last)] = stores.rows("feed", "SELECT feed_id, earliest, last FROM head")
    place = FeedPlace(str(feed_id), _number(earliest), _number(last))
    return {service: _records(stores, service) for service in with_records(stores)}, place


def _records(stores: Stores, service: str) -> ServiceRecords:
    tables = stores.tables(service)
    [(revision,)] = stores.rows(service, "SELECT version_num FROM alembic_version")
    head = None
    if "chain" in tables:
        ends = list(stores.rows(service, "SELECT position, link FROM chain ORDER BY position DESC LIMIT 1"))
        head = ChainHead(_number(ends[0][0]), str(ends[0][1])) if ends else ChainHead(0, START)
    return ServiceRecords(str(revision), {table: _count(stores, service, table) for table in tables}, head)


def _count(stores: Stores, service: str, table: str) -> int:
    [(count,)] = stores.rows(service, f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a name that the database gave
    return _number(count)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("The database gave no number.")
    return value


def with_records(stores: Stores) -> list[str]:
    """The services that have records."""
    return [service for service in SERVICES if "alembic_version" in stores.tables(service)]


def missing(stores: Stores) -> list[str]:
    """The services that have no records, and cannot make them of those of others."""
    there = MADE_OF_EVENTS.union(with_records(stores))
    return [service for service in SERVICES if service not in there]


def filled(stores: Stores) -> list[str]:
    """The services that have more than what they write when they start."""
    return [
        service
        for service in SERVICES
        if any(_has_rows(stores, service, table) for table in stores.tables(service) if table not in BY_STARTING)
    ]


def _has_rows(stores: Stores, service: str, table: str) -> bool:
    which = TELLING.get(table, "true")
    return bool(list(stores.rows(service, f'SELECT 1 FROM "{table}" WHERE {which} LIMIT 1')))  # noqa: S608 - as above
