"""A backup as one file: a zip archive that is there whole or not at all, and that only its owner can read."""

import hashlib
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sevensteps.cli.backup.manifest import DUMP, MANIFEST, Manifest, StoredFile, manifest_from, unreadable
from sevensteps.errors import Fault, Kind

PORTION = 1 << 20
OWNER_ONLY = 0o600
QUICKLY = 1
"""How hard to compress: records shrink to a fifth, and harder work takes off little more."""
WAYS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError),
    *(NotImplementedError, RuntimeError, ValueError),  # it seems to be encrypted, or of another kind
)
"""What zipfile raises where an archive is not what it was when it was written."""


class Writer:
    """Puts files into a new archive, and adds up what each holds."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """`archive` is open and empty."""
        self._archive = archive
        self.files: dict[str, StoredFile] = {}

    def add(self, name: str, file: Path) -> None:
        """Add a file."""
        about = zipfile.ZipInfo(name)
        about.compress_type = zipfile.ZIP_STORED if name == DUMP else zipfile.ZIP_DEFLATED  # a dump is compressed
        about.external_attr = OWNER_ONLY << 16
        with file.open("rb") as content, self._archive.open(about, "w", force_zip64=True) as into:
            self.files[name] = _copy(content, into)

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, which comes last."""
        about = zipfile.ZipInfo(MANIFEST)
        about.external_attr = OWNER_ONLY << 16
        self._archive.writestr(about, manifest.encode())


@contextmanager
def scratch_beside(target: Path) -> Iterator[Path]:
    """A folder for its owner alone, on the disk of what is to be written, gone at the end."""
    with tempfile.TemporaryDirectory(prefix=".sevensteps-", dir=target.parent) as folder:
        yield Path(folder)


@contextmanager
def writing(target: Path, scratch: Path) -> Iterator[Writer]:
    """Write an archive that gets its name only when it is whole and on disk. Raises FileExistsError."""
    unfinished = scratch / "backup"
    with open(unfinished, "xb", opener=_for_owner_only) as file:
        with zipfile.ZipFile(file, "w", compresslevel=QUICKLY) as archive:
            yield Writer(archive)
        file.flush()
        os.fsync(file.fileno())
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))  # never over what is there
    unfinished.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have the names of the files in a folder on disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class Backup:
    """An archive that is open to be read."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        """Use `reading`."""
        self._archive = archive
        self.manifest = manifest

    def extract(self, folder: Path) -> None:
        """Write every file into a folder, for its owner alone, each as the manifest says.

        Raises a Fault (PRECONDITION, BACKUP_DAMAGED).
        """
        for name, said in self.manifest.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with self._archive.open(name) as content, open(file, "xb", opener=_for_owner_only) as into:
                    found = _copy(content, into)
                    into.flush()
                    os.fsync(into.fileno())
            except DAMAGE as error:
                raise _damaged(name) from error
            if found != said:
                raise _damaged(name)


@contextmanager
def reading(file: Path) -> Iterator[Backup]:
    """Open a backup. Raises Faults: BACKUP_UNREADABLE, BACKUP_NEWER; and OSError where the file cannot be read."""
    with file.open("rb") as content, _opened(content) as archive:
        try:
            manifest = archive.read(MANIFEST)
        except DAMAGE as error:
            raise unreadable("its manifest is damaged or missing") from error
        yield Backup(archive, manifest_from(manifest))


def _opened(content: IO[bytes]) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(content)
    except DAMAGE as error:
        raise unreadable("it is no archive of ours, or was cut off") from error
    if any(about.header_offset < 0 or about.compress_type not in WAYS for about in archive.infolist()):
        raise unreadable("its table of what is where is damaged")
    return archive


def _copy(content: IO[bytes], into: IO[bytes]) -> StoredFile:
    digest, size = hashlib.sha256(), 0
    while portion := content.read(PORTION):
        digest.update(portion)
        size += into.write(portion)
    return StoredFile(size, digest.hexdigest())


def _for_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, OWNER_ONLY)


def _damaged(name: str) -> Fault:
    return Fault(
        Kind.PRECONDITION,
        "BACKUP_DAMAGED",
        f"The backup is damaged: {name} is not what was put into it. Take another copy of it, or the one before.",
    )


def copy_missing(source: Path, target: Path) -> tuple[list[str], list[str]]:
    """Copy the files of a folder that are not in another one. Answers which were copied, and which there differ."""
    copied, differing = [], []
    for file in sorted(each for each in source.rglob("*") if each.is_file()):
        name = file.relative_to(source)
        there = target / name
        if not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy(file, there)
            copied.append(name.as_posix())
        elif there.read_bytes() != file.read_bytes():
            differing.append(name.as_posix())
    return copied, differing
