"""The law by which a case was decided, as the service that decided has archived it."""

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.policy import Library
from sevensteps.rpc.caller import Caller


async def load_pack(caller: Caller, library: Library, service: str, version: str) -> None:
    """Have the library know the pack that a receipt names, as the service has archived it. Raises Faults."""
    if not library.has_version(version):
        await read_archived(caller, library, service, version)


async def read_archived(caller: Caller, library: Library, service: str, version: str) -> None:
    """Add a version of a pack to the library from a service's archive. Raises Faults, also where that has another."""
    archived = await caller.ask(pb.GetPackRequest(hash=version), pb.GetPackResponse, at=service)
    library.add_version(archived.pack, version, archived.files)
