"""The packs that receipts name, stored beside them: a decision can be made again long after its pack has changed."""

import json
from collections.abc import Iterable

import sqlalchemy as sa

from sevensteps.errors import Fault, Kind
from sevensteps.policy import Library
from sevensteps.service.tables import packs

ADD = sa.text(
    "INSERT INTO packs (hash, name, files, kept_at) VALUES (:hash, :name, :files, :kept_at) ON CONFLICT DO NOTHING"
)
STORED = sa.select(packs.c.name, packs.c.files).where(packs.c.hash == sa.bindparam("hash"))
NEWEST = sa.select(packs.c.hash).where(packs.c.name == sa.bindparam("name")).order_by(packs.c.kept_at.desc()).limit(1)


class Archive:
    """Every version of a pack by which this service has decided: in its records, and ready to decide in its library."""

    def __init__(self, library: Library) -> None:
        """`library` has the versions that are installed in the folder of packs."""
        self.library = library
        self._stored: set[str] = set()
        self._begun: set[str] = set()

    def begin(self, connection: sa.Connection, name: str) -> None:
        """Begin to decide by a pack: by the version that decided last, until another version has passed its check.

        So a pack that was refused is still refused after a restart. Before the first decision it is the one installed.
        Raises a Fault (INTERNAL, PACK_REFUSED; INVALID, PACK_UNKNOWN) where there is nothing to decide by.
        """
        if name in self._begun:
            return
        last = connection.execute(NEWEST, {"name": name}).scalar_one_or_none()
        try:
            installed = self.library.pack(name).hash
        except Fault:
            if last is None:
                raise
            installed = ""
        if last is not None and last != installed:
            self.restore(connection, last)
            self.library.start_from(name, last)
        self._begun.add(name)

    def keep(self, connection: sa.Connection, version: str, now: str) -> None:
        """Store a version that the library has, with the first transaction that names it."""
        if version not in self._stored:
            pack = self.library.version(version)
            files = json.dumps(dict(pack.files), sort_keys=True)
            connection.execute(ADD, {"hash": version, "name": pack.name, "files": files, "kept_at": now})

    def committed(self, versions: Iterable[str]) -> None:
        """Remember that the transaction that stored these has committed."""
        self._stored.update(versions)

    def restore(self, connection: sa.Connection, version: str) -> None:
        """Load into the library a version by which this service has decided before.

        Raises a Fault: NOT_FOUND, PACK_NOT_FOUND, or INTERNAL, PACK_REFUSED where what is stored is not that version.
        """
        if not self.library.has_version(version):
            name, files = law_of(connection, version)
            self.library.add_version(name, version, json.loads(files))


def law_of(connection: sa.Connection, version: str) -> tuple[str, str]:
    """The name of a pack and its files as JSON, by the hash of that version. Raises a Fault (NOT_FOUND)."""
    row = connection.execute(STORED, {"hash": version}).first()
    if row is None:
        detail = f"No decision was made here by a pack with the hash {version}."
        raise Fault(Kind.NOT_FOUND, "PACK_NOT_FOUND", detail)
    return row.name, row.files
