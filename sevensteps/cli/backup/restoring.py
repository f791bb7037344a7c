"""Putting a backup back, into a place that is empty."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from alembic.script import ScriptDirectory

from sevensteps.cli.backup import files
from sevensteps.cli.backup.archive import Backup, copy_missing, reading, scratch_beside
from sevensteps.cli.backup.making import database_of
from sevensteps.cli.backup.manifest import DUMP, KEYS, POLICIES, SQLITE, Manifest
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.service.migrations import configured, newer_records

OTHER_DATABASE = {
    SQLITE: "It has SQLite files, and SEVENSTEPS_DATABASE names a PostgreSQL database. Set it to nothing.",
    DUMP: "It has a dump of PostgreSQL, and SEVENSTEPS_DATABASE names no database. Set it to an empty one.",
}
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    manifest: Manifest
    feed_id: str
    """The feed's new identity, by which its readers learn of the restore."""
    copied: tuple[str, ...]
    """The files of keys and policies that were not there."""
    differing: tuple[str, ...]
    """Those that were there already, with other content: they were left as they are."""


async def restore(settings: Settings, source: Path) -> Restored:
    """Put a backup back, where no service runs and there are no records yet. Where it raises, nothing was put there.

    Raises Faults: those of `ensure_suits`, RECORDS_IN_USE, RECORDS_THERE, BACKUP_DAMAGED, PROGRAM_MISSING and
    PROGRAM_FAILED.
    """
    with reading(source) as backup:
        manifest = backup.manifest
        ensure_suits(manifest, settings)
        settings.make_data_folder()
        feed_id = str(uuid4())
        with scratch_beside(settings.data / KEYS) as scratch:
            if settings.database:
                await _restore_dump(settings, backup, scratch, feed_id)
            else:
                with files.stopped(settings.data):
                    await asyncio.to_thread(_restore_files, settings.data, backup, scratch, feed_id)
            copied, differing = _restore_folders(scratch, settings)
    return Restored(manifest, feed_id, tuple(copied), tuple(differing))


def ensure_suits(manifest: Manifest, settings: Settings) -> None:
    """Raise a Fault unless this version understands the records, and they are for the database of the settings.

    RECORDS_NEWER, BACKUP_OTHER_DATABASE.
    """
    for service, records in manifest.services.items():
        scripts = ScriptDirectory.from_config(configured(service, "", settings.data, None))
        if records.revision not in {script.revision for script in scripts.walk_revisions()}:
            raise newer_records(service)
    if (manifest.database == SQLITE) == bool(settings.database):
        detail = OTHER_DATABASE[SQLITE if settings.database else DUMP]
        raise Fault(Kind.PRECONDITION, "BACKUP_OTHER_DATABASE", f"The backup does not fit the settings. {detail}")


async def _restore_dump(settings: Settings, backup: Backup, scratch: Path, feed_id: str) -> None:
    database = database_of(settings)
    await database.ensure_restorable()
    await asyncio.to_thread(backup.extract, scratch)
    await database.restore(scratch / DUMP)
    await database.set_feed_id(feed_id)


def _restore_files(data: Path, backup: Backup, scratch: Path, feed_id: str) -> None:
    files.ensure_empty(data)
    backup.extract(scratch)
    files.set_feed_id(scratch / "feed.db", feed_id)
    files.put_in_place(scratch, data)


def _restore_folders(extracted: Path, settings: Settings) -> tuple[list[str], list[str]]:
    """Put back what is not there of keys and policies. Answers which files, and which were there and differ."""
    copied, differing = [], []
    for name, folder in ((KEYS, settings.data / KEYS), (POLICIES, settings.policies)):
        new, other = copy_missing(extracted / name, folder)
        copied += [f"{name}/{file}" for file in new]
        differing += [f"{name}/{file}" for file in other]
    return copied, differing
