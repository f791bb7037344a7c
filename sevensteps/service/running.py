"""The whole life of a service's process: its records are opened, and it serves until it is told to stop."""

from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeAlias

from sevensteps import process
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.rpc.encryption import Encryption
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.server import Servable, serve

Opening: TypeAlias = Callable[[Settings, Identity, Councils], Awaitable[Servable]]
"""Opens a service's records."""


def run(name: str, opening: Opening) -> NoReturn:
    """Live it, and end the process."""

    async def work(settings: Settings) -> None:
        encryption = Encryption.of(settings, name)
        identity = Identity.open(settings)
        councils = Councils(settings.policies, settings.pack)
        service = await opening(settings, identity, councils)
        await serve(service, identity, councils, settings.own_address(name), settings, encryption)

    process.run(name, work)
