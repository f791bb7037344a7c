"""Wakes those who wait at the end of the feed when it has grown."""

import asyncio
from contextlib import suppress

from services.feed.store import last_position
from sevensteps.background import Background
from sevensteps.errors import Fault
from sevensteps.service.store import Store

LOOK_SECONDS = 1.0
"""How often to look for events that another process has appended."""


class Arrivals:
    """The feed's last position: at once where this process appends, within a second where others do.

    One look serves all who wait.
    """

    def __init__(self, store: Store) -> None:
        """Looks at `store` while somebody waits."""
        self._store = store
        self._last = 0
        self._grown = asyncio.Event()
        self._waiting = 0
        self._background = Background()
        self._looking: asyncio.Task[None] | None = None
        self.over = False
        """True when this process stops: nobody should wait any longer."""

    def start(self, background: Background) -> None:
        """Begin to look."""
        self._background = background
        self._looking = background.start("looking for new events", self._look())

    def grown_to(self, last: int) -> None:
        """The feed has grown."""
        if last > self._last:
            self._last = last
            self._wake()

    async def beyond(self, position: int, seconds: float) -> None:
        """Wait until the feed has events after a position, or this process stops, but only so many seconds."""
        self._waiting += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while self._last <= position and not self.over:
                        await self._grown.wait()
        finally:
            self._waiting -= 1

    def end(self) -> None:
        """Tell everybody who waits that this process stops."""
        self.over = True
        self._wake()

    async def close(self) -> None:
        """Stop looking."""
        self.end()
        if self._looking:
            await self._background.stop(self._looking)

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._waiting:
                with suppress(Fault):  # whoever waits will read next, and hear of it then
                    self.grown_to(await self._store.read(last_position))
