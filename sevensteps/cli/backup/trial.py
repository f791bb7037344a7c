"""Trying a backup: restored into a place of its own, compared with its manifest, and verified as a running suite is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from sevensteps.cli.backup.agreement import disagreements
from sevensteps.cli.backup.archive import reading
from sevensteps.cli.backup.dumps import Database
from sevensteps.cli.backup.making import database_of
from sevensteps.cli.backup.manifest import DUMP, POLICIES, SQLITE, FeedPlace, Manifest, ServiceRecords
from sevensteps.cli.backup.restoring import ensure_suits
from sevensteps.cli.backup.stores import SqliteStores, Stores, described
from sevensteps.cli.checking.everything import Check
from sevensteps.cli.checking.findings import Finding
from sevensteps.cli.checking.heads import Head
from sevensteps.config import SERVICES, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.local.processes import Process
from sevensteps.local.suite import on_free_ports
from sevensteps.rpc.client import channel_without_token
from sevensteps.rpc.serving import is_serving
from sevensteps.service.migrations import upgrade
from sevensteps.service.store import T

READY_SECONDS = 120.0
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found in a backup."""

    manifest: Manifest
    differences: tuple[str, ...]
    """How what was restored is not what the manifest says."""
    disagreements: tuple[str, ...]
    """Where the records and the feed tell different stories."""
    receipts: int
    records: int
    findings: tuple[Finding, ...]
    """What `verify --all` finds."""

    @property
    def wrong(self) -> int:
        """How much is wrong."""
        return len(self.differences) + len(self.disagreements) + len(self.findings)


async def try_out(settings: Settings, source: Path, scratch_database: str) -> Tried:
    """Restore a backup into a temporary folder, or an empty database on the server of the settings, and look at it.

    Nothing of it stays. Raises Faults as `restore` does, and SCRATCH_MISSING.
    """
    with reading(source) as backup, TemporaryDirectory(prefix="sevensteps-") as folder:
        manifest = backup.manifest
        database = _scratch(settings, manifest, scratch_database)
        ensure_suits(manifest, replace(settings, database=database.url if database else ""))
        data = Path(folder)
        if database:
            await database.ensure_restorable()
        await asyncio.to_thread(backup.extract, data)
        trial = on_free_ports(_trial_settings(settings, data, database))
        if not database:
            return await _look(trial, manifest, None)
        try:
            await database.restore(data / DUMP)
            return await _look(trial, manifest, database)
        finally:
            await database.clear()


def _scratch(settings: Settings, manifest: Manifest, name: str) -> Database | None:
    if manifest.database == SQLITE:
        return None
    if not (name and settings.database):
        raise Fault(
            Kind.PRECONDITION,
            "SCRATCH_MISSING",
            "To be tried, a dump of PostgreSQL needs an empty database. Make one on the server that "
            "SEVENSTEPS_DATABASE names, such as by `createdb scratch`, and say --scratch scratch. It is empty again "
            "afterwards.",
        )
    return database_of(settings).called(name)


def _trial_settings(settings: Settings, data: Path, database: Database | None) -> Settings:
    """Settings of services that nobody else reaches, with development keys of their own."""
    return Settings(
        data=data,
        policies=data / POLICIES,
        pack=settings.pack,
        database=database.url if database else "",
        database_certificates=settings.database_certificates,
        plaintext=settings.plaintext,
    )


async def _look(trial: Settings, manifest: Manifest, database: Database | None) -> Tried:
    async def ask(about: Callable[[Stores], T]) -> T:
        return await database.ask(about) if database else about(SqliteStores(trial.data))

    differences = tuple(_differences(manifest, *await ask(described)))
    certificates = database.certificates if database else None
    for service in SERVICES:
        await asyncio.to_thread(upgrade, service, trial.database, trial.data, certificates=certificates)
    disagreeing = await ask(lambda stores: tuple(disagreements(stores)))
    heads = {
        service: Head(service, records.head.position, records.head.link)
        for service, records in manifest.services.items()
        if records.head and records.head.position
    }
    async with _serving(trial):
        check = Check(trial, heads, lambda *_: None)
        findings = [finding async for finding in check.findings()]
    return Tried(manifest, differences, disagreeing, check.receipts, check.records, tuple(findings))


def _differences(manifest: Manifest, services: Mapping[str, ServiceRecords], feed: FeedPlace) -> Iterator[str]:
    """How what was restored is not what the manifest says, in words."""
    if feed != manifest.feed:
        yield f"the feed is {feed}, and was {manifest.feed} when the backup was made"
    for service, said in manifest.services.items():
        found = services[service]
        if found.revision != said.revision:
            yield f"{service} has revision {found.revision}, and had {said.revision}"
        if found.head != said.head:
            yield f"the chain of {service} ends with {found.head}, and ended with {said.head}"
        for table in sorted({*said.rows, *found.rows}):
            now, then = found.rows.get(table), said.rows.get(table)
            if now != then:
                yield f"{service} has {now} rows in {table}, and had {then}"


@asynccontextmanager
async def _serving(settings: Settings) -> AsyncIterator[None]:
    """All services, each a process, for as long as the context lasts."""
    processes = [Process(service, f"services.{service}", settings) for service in SERVICES]
    try:
        for process in processes:
            await process.start()
        deadline = monotonic() + READY_SECONDS
        for process in processes:
            async with channel_without_token(settings.address(process.name), None) as channel:
                while not await is_serving(channel):
                    if process.pid is None or monotonic() > deadline:
                        raise _not_started(process)
                    await asyncio.sleep(POLL_SECONDS)
        yield
    finally:
        await asyncio.gather(*(process.stop() for process in processes))


def _not_started(process: Process) -> Fault:
    detail = f"{process.name} does not start over what was restored: {process.last_log_line() or 'it says nothing'}"
    return Fault(Kind.PRECONDITION, "TRIAL_FAILED", detail)
