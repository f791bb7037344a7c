"""The packs by which a service decides, stored beside its receipts: a decision can be made again by a former pack."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

import sqlalchemy as sa

from sevensteps import clock, log
from sevensteps.errors import Fault, Kind, waiting_out
from sevensteps.policy import Library
from sevensteps.service.published_packs import PublishedPacks, Register, settle_all
from sevensteps.service.store import Store
from sevensteps.service.tables import packs

ADD = sa.text(
    "INSERT INTO packs (hash, name, files, kept_at) VALUES (:hash, :name, :files, :kept_at) ON CONFLICT DO NOTHING"
)
TAKE = sa.text(
    "INSERT INTO packs (hash, name, files, kept_at) VALUES (:hash, :name, :files, :kept_at)"
    " ON CONFLICT (hash) DO UPDATE SET kept_at = excluded.kept_at"
)
STORED = sa.select(packs.c.name, packs.c.files).where(packs.c.hash == sa.bindparam("hash"))
TAKEN = packs.c.kept_at != ""
NEWEST = (
    sa.select(packs.c.hash).where(packs.c.name == sa.bindparam("name"), TAKEN).order_by(packs.c.kept_at.desc()).limit(1)
)
NAMES = sa.select(packs.c.name).where(TAKEN).distinct()
LOOK_SECONDS = 0.25
"""How often the folder of packs is looked at: a pack is to be in force two seconds after it was put there."""


class Archive:
    """Every version of a pack by which this service decides: in its records, and ready to decide in its library."""

    def __init__(self, library: Library) -> None:
        """`library` has the versions that are installed in the folder of packs."""
        self.library = library
        self.published = PublishedPacks()
        self._stored: set[str] = set()
        self._warned: dict[str, tuple[date, str]] = {}
        self._in_force: Mapping[str, str] = {}

    def begin(self, connection: sa.Connection, name: str) -> None:
        """Begin to decide by a pack: by the version that was in force last, until another has passed its check.

        So a pack that was refused is still refused after a restart. Where there was none it is the one installed, once
        the library has checked it.
        Once a pack has been published the folder is not looked at.
        Raises a Fault (INTERNAL, PACK_REFUSED; INVALID, PACK_UNKNOWN) where there is nothing to decide by.
        """
        if name in self.published.in_force(clock.as_text(clock.now())):
            return
        last = connection.execute(NEWEST, {"name": name}).scalar_one_or_none()
        if last is None:
            self.library.want(name)
        else:
            self.restore(connection, last)
            self.library.start_from(name, last)

    def names(self, connection: sa.Connection) -> set[str]:
        """The packs from the folder that have been in force here and are still in it."""
        return {*connection.execute(NAMES).scalars()} & {*self.library.packs()}

    def begin_published(self, connection: sa.Connection) -> None:
        """See what has been published, and have it ready. Raises as `restore` does."""
        self.published.look(connection)
        for version in self.published.versions():
            self.restore(connection, version)
        self._leave_published()

    async def take(self, store: Store) -> None:
        """Store which versions are in force, each with its files, where that is not stored yet.

        Raises a Fault (UNAVAILABLE, STORE_UNAVAILABLE) on trouble of the database that may pass.
        """
        in_force = self.library.in_force()
        new = [version for name, version in in_force.items() if self._in_force.get(name) != version]
        if new:
            now = clock.as_text(clock.now())

            def unit(connection: sa.Connection) -> None:
                for version in new:
                    if connection.execute(NEWEST, {"name": self.library.version(version).name}).scalar() != version:
                        self._store(connection, TAKE, version, now)

            await store.write(unit)
            self._in_force = in_force
            self.committed(new)

    async def watch(self, store: Store) -> None:
        """Have each pack in force soon after it was put into the folder, until cancelled."""
        while True:
            self.library.look()
            with waiting_out():
                await self.take(store)
            await asyncio.sleep(LOOK_SECONDS)

    async def follow(self, store: Store, register: Register) -> None:
        """Have what is published ready before its moment, on every instance, until cancelled."""
        while True:
            with waiting_out():
                await store.read(self.published.look)
                await settle_all(self.published, store, register)
                await self._load_published(store)
            self._leave_published()
            self._warn()
            await asyncio.sleep(LOOK_SECONDS)

    def _warn(self) -> None:
        """Log once a day, and for every new version, what the packs in force will be missing soon."""
        now = clock.now()
        today = clock.uk_day(now)
        in_force = {**self.library.in_force(), **self.published.in_force(clock.as_text(now))}
        for name, version in in_force.items():
            if self._warned.get(name) != (today, version) and self.library.has_version(version):
                self._warned[name] = today, version
                for problem in self.library.ending_soon(version, today):
                    log.get().warning("a value ends soon", pack=name, detail=str(problem))

    async def _load_published(self, store: Store) -> None:
        for version in self.published.versions():
            if not self.library.has_version(version):
                name, files = await store.read(partial(law_of, version=version))
                await asyncio.to_thread(self.library.add_version, name, version, json.loads(files))

    def _leave_published(self) -> None:
        self.library.leave(self.published.in_force(clock.as_text(clock.now())))

    def keep(self, connection: sa.Connection, version: str, now: str) -> None:
        """Store a version that the library has, with the first transaction that names it."""
        if version not in self._stored:
            self._store(connection, ADD, version, now)

    def _store(self, connection: sa.Connection, how: sa.TextClause, version: str, now: str) -> None:
        pack = self.library.version(version)
        files = json.dumps(dict(pack.files), sort_keys=True)
        connection.execute(how, {"hash": version, "name": pack.name, "files": files, "kept_at": now})

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
