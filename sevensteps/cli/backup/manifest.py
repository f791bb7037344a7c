"""What a backup says of itself: a file `manifest.json` in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import msgspec

from sevensteps.config import SERVICES
from sevensteps.errors import Fault, Kind

MANIFEST = "manifest.json"
FORM = 1
"""The form of a backup that this version writes and reads."""
SQLITE, POSTGRESQL = "sqlite", "postgresql"
DUMP = "records.dump"
"""All records on PostgreSQL, as pg_dump's custom format has them. On SQLite each service has a file."""
KEYS, POLICIES = "keys", "policies"
"""The folders in a backup."""
MADE_OF_EVENTS = frozenset(("operations",))
"""The services that may have no records: a release before them had none, and they make them of the feed's events."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last link of a chain of receipts; position 0 where there is none."""

    position: int
    link: str


@dataclass(frozen=True, slots=True)
class ServiceRecords:
    """The records of one service: the revision of its schema, its rows by table, and where its chain of receipts ends.

    The feed has no chain.
    """

    revision: str
    rows: Mapping[str, int]
    head: ChainHead | None = None


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """Which feed it is, and what it holds."""

    feed_id: str
    earliest: int
    last: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the backup: its size, and what its content must add up to."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that a backup says of itself."""

    form: int
    made_at: str
    version: str
    """Of the suite that made it."""
    database: str
    """sqlite or postgresql."""
    services: Mapping[str, ServiceRecords]
    feed: FeedPlace
    files: Mapping[str, StoredFile]

    def encode(self) -> bytes:
        """As JSON that people can read."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)


def manifest_from(content: bytes) -> Manifest:
    """Read a manifest. Raises a Fault (INVALID, BACKUP_UNREADABLE; PRECONDITION, BACKUP_NEWER)."""
    try:
        form = msgspec.json.decode(content, type=dict[str, object]).get("form")
        if isinstance(form, int) and form > FORM:
            raise Fault(
                Kind.PRECONDITION,
                "BACKUP_NEWER",
                "A newer version of the suite has made this backup. Restore it with that version, or a later one.",
            )
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise unreadable("its manifest cannot be read") from error
    named = set(manifest.services)
    if not {*SERVICES} - MADE_OF_EVENTS <= named <= {*SERVICES} or manifest.database not in (SQLITE, POSTGRESQL):
        raise unreadable("its manifest does not name the records of every service")
    for name in manifest.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or path.as_posix() != name:
            raise unreadable("a name in its manifest would lead out of it")
    return manifest


def unreadable(why: str) -> Fault:
    """What is no backup, or none that can be read."""
    return Fault(Kind.INVALID, "BACKUP_UNREADABLE", f"This is no backup that can be read: {why}.")
