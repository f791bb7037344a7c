"""Which version of which pack decides in a service since when, who published it, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from sevensteps import clock
from sevensteps.service.pack_archive import Archive
from sevensteps.service.publications import in_force_on_record
from sevensteps.service.tables import packs

TAKEN_AT = sa.select(packs.c.kept_at).where(packs.c.hash == sa.bindparam("hash"))


@dataclass(frozen=True, slots=True)
class InForce:
    """The version of a pack that decides. What is not known, or does not apply, is empty."""

    pack: str
    hash: str
    refused: str
    """Why the version in the folder of packs is refused."""
    since: str
    published_by: str = ""
    confirmed_by: str = ""
    because: str = ""
    ending_soon: str = ""
    """What it will be missing soon, each on a line."""


def packs_in_force(connection: sa.Connection, archive: Archive, now: datetime) -> Iterator[InForce]:
    """Every pack that decides here, or that is refused, by name."""
    for each in _on_record(connection, archive, now):
        known = archive.library.has_version(each.hash)
        ending = archive.library.ending_soon(each.hash, clock.uk_day(now)) if known else ()
        yield replace(each, ending_soon="\n".join(map(str, ending)))


def _on_record(connection: sa.Connection, archive: Archive, now: datetime) -> Iterator[InForce]:
    published = in_force_on_record(connection, clock.as_text(now))
    from_folder, refused = archive.library.in_force(), archive.library.refusals()
    for name in sorted({*published, *from_folder, *refused}):
        if name in published:
            row = published[name]
            yield InForce(name, row.hash, "", row.in_force_from, row.published_by, row.confirmed_by, row.because)
        else:
            version = from_folder.get(name, "")
            since = connection.execute(TAKEN_AT, {"hash": version}).scalar() or ""
            yield InForce(name, version, refused.get(name, ""), since)
