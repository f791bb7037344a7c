"""What makes a service ready: its database answers and is up to date, clocks agree, events leave, packs decide."""

from contextlib import suppress
from time import time

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from sevensteps import clock
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind
from sevensteps.service.migrations import configured
from sevensteps.service.outbox import Publisher
from sevensteps.service.pack_archive import Archive
from sevensteps.service.store import Store
from sevensteps.telemetry import series
from sevensteps.telemetry.clocks import skew_problem
from sevensteps.telemetry.health import Check

LONGEST_WAIT = 30.0
"""How many seconds an event may wait to be sent: what a service records moves no case before it is."""
STORED = sa.text("SELECT version_num FROM alembic_version")
ITS_CLOCK = {
    "sqlite": sa.text("SELECT (julianday('now') - 2440587.5) * 86400"),
    "postgresql": sa.text("SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision)"),
}


class Database:
    """The database of one service."""

    def __init__(self, store: Store, service: str, settings: Settings) -> None:
        """`store` has the service's records."""
        self._store = store
        self._service = service
        self._at = "at SEVENSTEPS_DATABASE" if settings.database else f"in {settings.data / service}.db"
        self._skew_allowed = settings.clock_skew_seconds
        scripts = ScriptDirectory.from_config(configured(service, "", settings.data, None))
        self._earlier = {script.revision for script in scripts.walk_revisions()} - {scripts.get_current_head()}

    @property
    def checks(self) -> tuple[Check, ...]:
        """What makes the service ready, as far as its database does."""
        return Check("database", self._problem), Check("clock", self._skew)

    async def _problem(self) -> str:
        """A newer revision is no problem: a newer version works beside this one while it takes its place."""
        try:
            stored = await self._store.read(lambda connection: connection.execute(STORED).scalar())
        except Fault as fault:
            if fault.kind is not Kind.UNAVAILABLE:
                raise
            return f"The database {self._at} does not answer. Start it, or look at its disk; the log says more."
        if stored in self._earlier:
            return (
                f"The records {self._at} are at revision {stored}, which is behind this version: an older backup may "
                f"have been restored. `sevensteps db upgrade {self._service}` brings them up to date."
            )
        return ""

    async def _skew(self) -> str:
        began = time()
        its = await self._store.read(lambda connection: connection.execute(ITS_CLOCK[connection.dialect.name]).scalar())
        return skew_problem((began + time()) / 2 - float(its or 0), "the database's", self._skew_allowed)


def outbox_check(publisher: Publisher, feed: str) -> Check:
    """Whether events leave a service for the feed at an address."""

    async def problem() -> str:
        waited = await publisher.oldest_has_waited()
        series.OUTBOX_OLDEST.set(waited)
        if waited <= LONGEST_WAIT:
            return ""
        why = f" ({publisher.trouble})" if publisher.trouble else ""
        return (
            f"The oldest event has waited {waited:.0f} seconds to be sent to the feed at {feed}{why}. Work goes on, "
            "but no case moves. Is the feed running? The log says what keeps events from it."
        )

    return Check("feed", problem)


def packs_check(archive: Archive, councils: Councils) -> Check:
    """Whether the pack of every council can decide here.

    It can while it is being checked, because callers are told to come again; and while the version before it decides.
    """

    async def problem() -> str:
        in_force = {**archive.library.in_force(), **archive.published.in_force(clock.as_text(clock.now()))}
        refused = archive.library.refusals()
        series.PACK_IN_FORCE.clear()
        for name, version in in_force.items():
            series.PACK_IN_FORCE.labels(name, version).set(1)
        for name in {*in_force, *refused}:
            series.PACK_REFUSED.labels(name).set(name in refused)
        without = [name for name in _packs_that_decide(councils) if name in refused and name not in in_force]
        return " ".join(
            f"Pack {name} is refused, so nothing can be decided by it: `sevensteps policy check {name}` says why."
            for name in without
        )

    return Check("packs", problem)


def _packs_that_decide(councils: Councils) -> list[str]:
    packs = {councils.former_pack} - {""}
    for name in councils.names():
        with suppress(Fault):  # a council's file that cannot be used is told in the log
            packs.add(councils.council(name).pack)
    return sorted(packs)
