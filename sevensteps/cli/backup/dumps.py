"""The records on PostgreSQL: dumped as of one moment by PostgreSQL's own programs, and put back."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from sevensteps.cli.backup.files import records_there
from sevensteps.cli.backup.manifest import FeedPlace, ServiceRecords
from sevensteps.cli.backup.stores import PostgresStores, Stores, described, filled, missing
from sevensteps.config import SERVICES
from sevensteps.encryption.certificates import file_of, key_of
from sevensteps.encryption.folder import Certificates
from sevensteps.errors import Fault, Kind
from sevensteps.service.postgres import postgres_engine, telling_of_encryption
from sevensteps.service.store import T
from sevensteps.service.trouble import translating_errors

OWNERLESS = ("--no-owner", "--no-privileges")
"""Whoever restores owns what is restored."""
HOW_TO_GET = (
    "It comes with PostgreSQL's client programs, which have to be as new as the server or newer (on Debian: apt-get "
    "install postgresql-client)."
)
HOST_AND_PORT = re.compile(r"(?P<host>[^/]+):(?P<port>[0-9]+)", re.ASCII)
OTHERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


@dataclass(frozen=True, slots=True)
class Database:
    """One PostgreSQL database with the schemas of all services."""

    url: str
    certificates: Certificates | None

    @property
    def name(self) -> str:
        """What it is called on its server."""
        return make_url(self.url).database or ""

    def called(self, name: str) -> "Database":
        """Another database on the same server."""
        return Database(make_url(self.url).set(database=name).render_as_string(hide_password=False), self.certificates)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one moment, committed at the end. Raises Faults where there is no connection."""
        engine = postgres_engine(self.url, "public", self.certificates, isolation_level="REPEATABLE READ")
        try:
            with translating_errors(), telling_of_encryption(self.certificates):
                async with engine.begin() as connection:
                    yield connection
        finally:
            await engine.dispose()

    async def dump(self, into: Path) -> tuple[Mapping[str, ServiceRecords], FeedPlace]:
        """Dump all schemas as they are at one moment. Answers what they hold at that moment.

        Raises Faults: BACKUP_INCOMPLETE, PROGRAM_MISSING, PROGRAM_FAILED.
        """
        async with self.connected() as connection:
            if services := await connection.run_sync(_asked(missing)):
                raise incomplete(f"the database {self.name}", services)
            snapshot = str(await connection.scalar(sa.text("SELECT pg_export_snapshot()")))
            schemas = [f"--schema={service}" for service in SERVICES]
            await self._run("pg_dump", "--format=custom", f"--snapshot={snapshot}", *schemas, f"--file={into}")
            return await connection.run_sync(_asked(described))

    async def ensure_restorable(self) -> None:
        """Raise a Fault unless nobody uses the database, and no service has done more there than start.

        RECORDS_IN_USE, RECORDS_THERE.
        """
        async with self.connected() as connection:
            if await connection.scalar(OTHERS):
                raise Fault(
                    Kind.UNAVAILABLE,
                    "RECORDS_IN_USE",
                    f"Somebody is connected to the database {self.name}. Stop every service first.",
                )
            if there := await connection.run_sync(_asked(filled)):
                raise records_there(f"The database {self.name}", there)

    async def restore(self, dump: Path) -> None:
        """Put a dump into a database that is empty: all of it, or nothing. Raises Faults as `dump` does."""
        await self.clear()
        whole = ("--single-transaction", "--exit-on-error")
        await self._run("pg_restore", *whole, *OWNERLESS, f"--dbname={self.name}", str(dump))

    async def clear(self) -> None:
        """Drop the schemas of all services."""
        async with self.connected() as connection:
            for service in SERVICES:
                await connection.execute(sa.text(f"DROP SCHEMA IF EXISTS {service} CASCADE"))

    async def set_feed_id(self, feed_id: str) -> None:
        """Give the feed another identity."""
        async with self.connected() as connection:
            await connection.execute(sa.text("UPDATE feed.head SET feed_id = :feed_id"), {"feed_id": feed_id})

    async def ask(self, about: Callable[[Stores], T]) -> T:
        """What something finds in the records, as they are at one moment."""
        async with self.connected() as connection:
            return await connection.run_sync(_asked(about))

    async def _run(self, program: str, *arguments: str) -> None:
        found = shutil.which(program)
        if found is None:
            raise Fault(Kind.PRECONDITION, "PROGRAM_MISSING", f"{program} was not found on PATH. {HOW_TO_GET}")
        process = await asyncio.create_subprocess_exec(
            found, *arguments, env=os.environ | self._environment(), stderr=asyncio.subprocess.PIPE
        )
        try:
            _, said = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            lines = said.decode(errors="replace").strip().splitlines() or [f"exit code {process.returncode}"]
            raise Fault(Kind.UNAVAILABLE, "PROGRAM_FAILED", f"{program} did not succeed: {lines[0]}. {HOW_TO_GET}")

    def _environment(self) -> dict[str, str]:
        """How PostgreSQL's programs reach the database. Nobody else on the machine sees the password there."""
        return {**_place(make_url(self.url)), **(_encryption(self.certificates) if self.certificates else {})}


def _asked(about: Callable[[Stores], T]) -> Callable[[sa.Connection], T]:
    return lambda connection: about(PostgresStores(connection))


def incomplete(where: str, services: list[str]) -> Fault:
    """A service whose records are elsewhere, or nowhere."""
    return Fault(
        Kind.PRECONDITION,
        "BACKUP_INCOMPLETE",
        f"There are no records of {', '.join(services)} in {where}. A backup has the records of every service as of "
        "one moment, which there is only where all are in one place. Give every service the same settings, or start "
        "those that have never run.",
    )


def _place(url: URL) -> dict[str, str]:
    listed = url.query.get("host", ())
    places = [HOST_AND_PORT.fullmatch(each) or each for each in ([listed] if isinstance(listed, str) else listed)]
    named = {
        "PGHOST": url.host or ",".join(each if isinstance(each, str) else each["host"] for each in places),
        "PGPORT": str(url.port or "") or ",".join(each["port"] for each in places if not isinstance(each, str)),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
    }
    return {name: value for name, value in named.items() if value}


def _encryption(certificates: Certificates) -> dict[str, str]:
    folder, process = certificates.folder, certificates.process
    named = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(file_of(folder, "authority"))}
    if certificates.files().chain:
        named |= {"PGSSLCERT": str(file_of(folder, process)), "PGSSLKEY": str(key_of(folder, process))}
    return named
