"""Wakes those who wait at the end of the feed when it has grown."""

import asyncio
from contextlib import aclosing, suppress

from services.feed.store import GROWN, last_position
from sevensteps.background import Background
from sevensteps.errors import Fault
from sevensteps.service.store import TellingStore

LISTEN_AGAIN_SECONDS = 1.0
"""Until it listens again where the connection to the database was lost."""


class Arrivals:
    """The feed's last position, whichever instance of the feed gave it: at once, and without looking for it."""

    def __init__(self, store: TellingStore) -> None:
        """Listens to what `store` tells."""
        self._store = store
        self._last = 0
        self._own = -1
        self._grown = asyncio.Event()
        self._background = Background()
        self._listening: asyncio.Task[None] | None = None
        self.over = False
        """True when this process stops: nobody should wait any longer."""

    @property
    def numbered_here(self) -> bool:
        """Whether this instance, and no other, has numbered the newest events that it knows of."""
        return self._own == self._last

    def start(self, background: Background) -> None:
        """Begin to listen."""
        self._background = background
        self._listening = background.start("listening for new events", self._listen())

    def grown_to(self, last: int) -> None:
        """The feed has grown, here or elsewhere."""
        if last > self._last:
            self._last = last
            self._wake()

    def numbered_up_to(self, last: int) -> None:
        """This instance has numbered events."""
        self._own = max(self._own, last)
        self.grown_to(last)

    async def beyond(self, position: int, seconds: float) -> None:
        """Wait until the feed has events after a position, or this process stops, but only so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._last <= position and not self.over:
                    await self._grown.wait()

    def end(self) -> None:
        """Tell everybody who waits that this process stops."""
        self.over = True
        self._wake()

    async def close(self) -> None:
        """Stop listening."""
        self.end()
        if self._listening:
            await self._background.stop(self._listening)

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    async def _listen(self) -> None:
        while True:
            with suppress(Fault):  # whoever waits reads every few seconds, and hears of trouble then
                async with aclosing(self._store.heard(GROWN)) as heard:
                    async for said in heard:
                        self.grown_to(int(said) if said else await self._store.read(last_position))
            await asyncio.sleep(LISTEN_AGAIN_SECONDS)
