"""Runs operations."""

from services.operations.service import NAME, OperationsService
from sevensteps import process
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.rpc.encryption import Encryption
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.server import serve


async def work(settings: Settings) -> None:
    """Open the records, and serve until told to stop."""
    encryption = Encryption.of(settings, NAME)
    councils = Councils(settings.policies, settings.pack)
    identity = Identity.open(settings)
    service = await OperationsService.open(settings, identity)
    await serve(service, identity, councils, settings.own_address(NAME), settings, encryption)


if __name__ == "__main__":
    process.run(NAME, work)
