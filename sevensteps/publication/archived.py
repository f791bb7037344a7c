"""Versions of packs as the services have archived them: what is published, and what it changes, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sevensteps.api.policy.v1.policy_pb2 import PUBLICATION_STATE_IN_FORCE, Publication
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.config import REGISTER
from sevensteps.policy import Library
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.packs.pack import Pack
from sevensteps.rpc.caller import Caller


@dataclass(frozen=True, slots=True)
class ChangedPack:
    """A pack of a publication: as it would be, and as it is in force."""

    pack: Pack
    before: Pack

    def differences(self) -> list[str]:
        """What would change, in words."""
        return differences(self.before, self.pack)


async def read_archived(caller: Caller, library: Library, service: str, version: str) -> None:
    """Add a version of a pack to the library from a service's archive. Raises Faults, also where that has another."""
    archived = await caller.ask(pb.GetPackRequest(hash=version), pb.GetPackResponse, at=service)
    library.add_version(archived.pack, version, archived.files)


async def archived_pack(caller: Caller, version: str) -> Pack:
    """A version of a pack as the register has archived it. Raises Faults."""
    library = Library(Path())
    await read_archived(caller, library, REGISTER, version)
    return library.version(version)


async def read_changes(caller: Caller, publication: Publication) -> tuple[ChangedPack, ...]:
    """What somebody has sent, as the register has kept it, beside what it replaces. Raises Faults."""
    return tuple(
        [
            ChangedPack(await archived_pack(caller, each.hash), await archived_pack(caller, each.replaces))
            for each in publication.packs
        ]
    )


def files_of(packs: Sequence[ChangedPack]) -> Mapping[str, str]:
    """The files of all packs and of what they extend."""
    return {place: text for each in packs for place, text in each.pack.files.items()}


def is_waiting(publication: Publication, in_force: Mapping[str, pb.PackInForce]) -> bool:
    """Whether it is not in force, and what it would replace still is."""
    return publication.state != PUBLICATION_STATE_IN_FORCE and all(
        each.pack in in_force and in_force[each.pack].hash == each.replaces for each in publication.packs
    )
