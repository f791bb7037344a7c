"""The law by which a case was decided, as the service that decided has archived it."""

from sevensteps.policy import Library
from sevensteps.publication.archived import read_archived
from sevensteps.rpc.caller import Caller


async def load_pack(caller: Caller, library: Library, service: str, version: str) -> None:
    """Have the library know the pack that a receipt names, as the service has archived it. Raises Faults."""
    if not library.has_version(version):
        await read_archived(caller, library, service, version)
