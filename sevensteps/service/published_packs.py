"""By which published version of a pack an instance decides at a moment, and how it hears of publications."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

import grpc
import sqlalchemy as sa

from sevensteps import fields
from sevensteps.api.publications.v1 import publications_pb2 as pb
from sevensteps.api.publications.v1 import publications_pb2_grpc as pb_grpc
from sevensteps.errors import Fault, Kind
from sevensteps.service import publications
from sevensteps.service.publications import LONGEST_BLIND, Outcome, Settled, State
from sevensteps.service.store import Store
from sevensteps.service.tables import publications as table

CALL_SECONDS = 2.0
CHANGES = (
    sa.select(table.c.publication_id, table.c.pack, table.c.hash, table.c.in_force_from, table.c.state)
    .where(table.c.state != State.STAGED)
    .order_by(table.c.in_force_from, table.c.publication_id)
)


@dataclass(frozen=True, slots=True)
class Change:
    """From a moment on another version of a pack decides, if it is put in force in time."""

    publication_id: str
    hash: str
    begins: str
    is_settled: bool


class Register(Protocol):
    """Who settles whether a publication is in force."""

    async def settle(self, publication_id: str, moment: str) -> Settled:
        """What it says of a publication and a moment; OPEN where it does not answer."""


class OwnRegister:
    """The register in the service's own records: that of the assessment service."""

    def __init__(self, store: Store) -> None:
        """`store` has it."""
        self._store = store

    async def settle(self, publication_id: str, moment: str) -> Settled:
        """See Register."""
        return await self._store.write(lambda connection: publications.settle(connection, publication_id, moment))


class AssessmentsRegister:
    """The register, asked over the wire."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` goes to the assessment service, with the token of a service."""
        self._register = pb_grpc.PublicationsServiceStub(channel)

    async def settle(self, publication_id: str, moment: str) -> Settled:
        """See Register."""
        request = pb.SettlePublicationRequest(publication_id=publication_id, in_force_from=fields.moment(moment))
        try:
            answer = await self._register.SettlePublication(request, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError:  # asked again at the next look
            return Settled(Outcome.OPEN)
        outcome = Outcome(fields.short_name(pb.Outcome, answer.outcome))
        return Settled(outcome, answer.published_by, answer.confirmed_by)


class PublishedPacks:
    """What is published, as this instance last saw it."""

    def __init__(self) -> None:
        """Nothing has been seen yet."""
        self._changes: Mapping[str, Sequence[Change]] = {}
        self._looked = float("-inf")

    def look(self, connection: sa.Connection) -> None:
        """See what is published now."""
        looked, changes = monotonic(), dict[str, list[Change]]()
        for row in connection.execute(CHANGES):
            change = Change(row.publication_id, row.hash, row.in_force_from, row.state == State.IN_FORCE)
            changes.setdefault(row.pack, []).append(change)
        self._changes, self._looked = changes, looked

    def version_at(self, connection: sa.Connection, pack: str, now: str) -> str:
        """The hash of the published version that decides at a moment; empty where none is published.

        Raises a Fault (UNAVAILABLE, PACK_BEING_PUBLISHED) while it is not known which one it is.
        """
        if monotonic() - self._looked > LONGEST_BLIND.total_seconds():
            self.look(connection)
        change = self._last(pack, now)
        if change is not None and not change.is_settled:
            self.look(connection)
            change = self._last(pack, now)
        if change is None:
            return ""
        if not change.is_settled:
            detail = f"Pack {pack} is being published, and it is not known yet whether it is in force. Try again soon."
            raise Fault(Kind.UNAVAILABLE, "PACK_BEING_PUBLISHED", detail)
        return change.hash

    def in_force(self, now: str) -> Mapping[str, str]:
        """The hash of the published version of every pack that has one that decides, as far as it is settled."""
        found: dict[str, str] = {}
        for pack, changes in self._changes.items():
            for change in changes:
                if change.is_settled and change.begins <= now:
                    found[pack] = change.hash
        return found

    def versions(self) -> set[str]:
        """The hashes of all versions that decide or may soon do."""
        return {change.hash for changes in self._changes.values() for change in changes[-2:]}

    def unsettled(self) -> Iterator[Change]:
        """One change of every publication that is not settled."""
        found = {
            change.publication_id: change
            for changes in self._changes.values()
            for change in changes
            if not change.is_settled
        }
        yield from found.values()

    def _last(self, pack: str, now: str) -> Change | None:
        return next((change for change in reversed(self._changes.get(pack, ())) if change.begins <= now), None)


async def settle_all(published: PublishedPacks, store: Store, register: Register) -> None:
    """Ask the register about every publication that is not settled, and store what it says.

    Raises a Fault (UNAVAILABLE) where the database does not answer.
    """
    for change in list(published.unsettled()):
        settled = await register.settle(change.publication_id, change.begins)
        if settled.outcome is not Outcome.OPEN:
            await store.write(
                lambda connection, change=change, settled=settled: publications.apply(  # type: ignore[misc]
                    connection, change.publication_id, change.begins, settled
                )
            )
