"""Looking after the certificates of a process while it runs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from sevensteps.encryption.folder import Certificates

LOOK_SECONDS = 10.0
"""Between two looks: new files are taken within it, whether anybody connects or not."""


async def watch(certificates: Sequence[Certificates], on_look: Callable[[], Awaitable[None]]) -> None:
    """Look at the files again and again, until cancelled, log what ends soon, and call `on_look`."""
    while True:
        for each in certificates:
            each.tell()
        await on_look()
        await asyncio.sleep(LOOK_SECONDS)
