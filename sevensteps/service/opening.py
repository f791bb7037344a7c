"""Opening records to serve them: a SQLite file for one process alone, for its owner alone, and only if it is whole."""

import asyncio
import fcntl
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from sevensteps import clock
from sevensteps.config import Settings
from sevensteps.encryption.folder import certificates_in
from sevensteps.errors import Fault, Kind
from sevensteps.service.measured_store import MeasuredStore
from sevensteps.service.migrations import upgrade
from sevensteps.service.postgres import telling_of_encryption
from sevensteps.service.postgres_store import PostgresStore
from sevensteps.service.sqlite_store import SqliteStore
from sevensteps.service.store import Store, TellingStore
from sevensteps.service.trouble import translating_errors

OWNER_ONLY = 0o600
UNFINISHED = "restore.unfinished"
"""Is in the data folder while files are put back from a backup."""
DAMAGED = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))


async def open_to_serve(service: str, settings: Settings) -> TellingStore:
    """The records of a service, their schema up to date. A SQLite file is this process's until the store is closed.

    Raises Faults: RECORDS_IN_USE, RECORDS_DAMAGED and RESTORE_UNFINISHED for a file, STORE_UNAVAILABLE for trouble that
    may pass, NOT_ENCRYPTED where encryption keeps it from PostgreSQL.
    """
    if settings.database:
        certificates = certificates_in(settings.database_certificates, service)
        url = settings.database_url()
        with telling_of_encryption(certificates):
            await asyncio.to_thread(upgrade, service, url, settings.data, certificates=certificates)
        return MeasuredStore(PostgresStore(url, service, certificates))
    path = settings.data / f"{service}.db"
    _ensure_restored(settings.data)
    held = take_records(path)
    try:
        with translating_errors():
            await asyncio.to_thread(_prepare, path)
        await asyncio.to_thread(upgrade, service, settings.database, settings.data)
        return MeasuredStore(SqliteStore(path, held))
    except BaseException:
        held.close()
        raise


def _ensure_restored(data: Path) -> None:
    """Raise a Fault (PRECONDITION, RESTORE_UNFINISHED) where some files of a backup are there, and others are not."""
    if (data / UNFINISHED).exists():
        raise Fault(
            Kind.PRECONDITION,
            "RESTORE_UNFINISHED",
            f"A restore into {data} was cut off. Run `sevensteps restore` again: it begins anew.",
        )


def take_records(path: Path) -> IO[str]:
    """Lock a file of records against other processes that would serve it; readers, such as a backup, are not kept out.

    The lock is on a file beside it, and is gone when this process is, however it ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.fdopen(os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_WRONLY, OWNER_ONLY), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Fault(
            Kind.UNAVAILABLE,
            "RECORDS_IN_USE",
            f"Another process serves these records ({path}). Stop it first. Several at once need PostgreSQL.",
        ) from error
    lock.truncate()
    lock.write(clock.as_text(clock.now()))  # for `sevensteps status`
    lock.flush()
    return lock


def _prepare(path: Path) -> None:
    """Keep the file from others than its owner, whatever the folder allows, and read it through for damage."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, OWNER_ONLY))
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):  # SQLite gives new ones the mode of the first
        with suppress(FileNotFoundError):
            path.with_name(name).chmod(OWNER_ONLY)
    ensure_whole(path)


def ensure_whole(path: Path) -> None:
    """Read a SQLite file through. Raises a Fault (PRECONDITION, RECORDS_DAMAGED) where that cannot be done."""
    try:
        with closing(sqlite3.connect(path)) as records:
            (found,) = records.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in DAMAGED:
            raise
        raise _damaged(path) from error
    if found != "ok":
        raise _damaged(path)


def _damaged(path: Path) -> Fault:
    return Fault(
        Kind.PRECONDITION,
        "RECORDS_DAMAGED",
        f"The records in {path} are damaged: what was written there cannot be read any more. Keep the file, and "
        "restore the last backup of all records.",
    )


def open_store(database: str, data: Path, service: str) -> Store:
    """The store of a service: a schema of its name on PostgreSQL, or a file of its name in the data folder."""
    if database:
        return PostgresStore(database, service)
    return SqliteStore(data / f"{service}.db")
