"""Making a backup: everything that a council cannot do without, as of one moment, in one file."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from errno import EEXIST
from pathlib import Path

from sevensteps import clock
from sevensteps.cli.backup.archive import Writer, scratch_beside, writing
from sevensteps.cli.backup.dumps import Database, incomplete
from sevensteps.cli.backup.files import copy_all
from sevensteps.cli.backup.manifest import (
    DUMP,
    FORM,
    KEYS,
    POLICIES,
    POSTGRESQL,
    SQLITE,
    FeedPlace,
    Manifest,
    ServiceRecords,
)
from sevensteps.cli.backup.stores import SqliteStores, described, missing
from sevensteps.config import Settings
from sevensteps.encryption.certificates import COMMAND_LINE
from sevensteps.encryption.folder import certificates_in
from sevensteps.installation import version


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that has been made."""

    file: Path
    manifest: Manifest


def file_for(target: Path) -> Path:
    """The file to write: the one named, or one with the time in its name where a folder is named.

    Raises FileExistsError.
    """
    if not target.is_dir():
        if target.exists():
            raise FileExistsError(EEXIST, os.strerror(EEXIST), str(target))
        return target
    return target / f"seven-steps-{clock.now():%Y-%m-%dT%H%M%SZ}.backup"


async def make(settings: Settings, target: Path) -> Made:
    """Write a backup into a file that is not there yet.

    Raises FileExistsError, and Faults: BACKUP_INCOMPLETE, STORE_BUSY, PROGRAM_MISSING, PROGRAM_FAILED and those of an
    unreachable database.
    """
    with scratch_beside(target) as scratch:
        services, feed, records = await _take_records(settings, scratch)
        with writing(target, scratch) as archive:
            for file in records:
                await asyncio.to_thread(archive.add, file.name, file)
                file.unlink()  # the disk need not hold everything twice
            for folder, name in ((settings.data / KEYS, KEYS), (settings.policies, POLICIES)):
                _add_folder(archive, folder, name)
            manifest = Manifest(
                FORM,
                clock.as_text(clock.now()),
                version(),
                POSTGRESQL if settings.database else SQLITE,
                services,
                feed,
                archive.files,
            )
            archive.finish(manifest)
    return Made(target, manifest)


async def _take_records(
    settings: Settings, scratch: Path
) -> tuple[Mapping[str, ServiceRecords], FeedPlace, list[Path]]:
    """The records of all services as of one moment, in files, and what they hold."""
    if settings.database:
        dump = scratch / DUMP
        services, feed = await database_of(settings).dump(dump)
        return services, feed, [dump]
    if without := missing(SqliteStores(settings.data)):
        raise incomplete(f"the data folder {settings.data}", without)
    await asyncio.to_thread(copy_all, settings.data, scratch)
    copies = SqliteStores(scratch)
    services, feed = described(copies)
    return services, feed, [copies.file(service) for service in services]


def database_of(settings: Settings) -> Database:
    """The PostgreSQL database of the settings."""
    return Database(settings.database_url(), certificates_in(settings.database_certificates, COMMAND_LINE))


def _add_folder(archive: Writer, folder: Path, name: str) -> None:
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        archive.add(f"{name}/{file.relative_to(folder).as_posix()}", file)
