"""How the worker tells whether it is ready, and what it counts: on its page, for it serves no calls."""

import asyncio
from collections.abc import Sequence

from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.encryption.certificates import WORKER
from sevensteps.encryption.folder import Certificates
from sevensteps.rpc.checks import KeyCheck
from sevensteps.telemetry.health import Health
from sevensteps.telemetry.page import Page
from workflows import counts
from workflows.checks import FeedCheck, TemporalCheck
from workflows.delivery.feed import Feed


class Telling:
    """Says how the worker is to whoever asks, from `start` until `close`."""

    def __init__(
        self,
        settings: Settings,
        background: Background,
        feed: Feed,
        temporal: TemporalCheck,
        certificates: Sequence[Certificates],
    ) -> None:
        """`background` has the worker's tasks; the rest is what it needs to work."""
        keys = KeyCheck(certificates)
        checks = (temporal.check, *FeedCheck(feed, settings).checks, keys.check)
        self._health = Health(background, checks, (keys.observe,))
        self._page = Page(WORKER, settings.metrics, self._health)
        self._background = background
        self._temporal = temporal
        self._councils = Councils(settings.policies, settings.pack)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Answer from now on. Raises a Fault (UNAVAILABLE, ADDRESS_IN_USE) where the page's address is taken."""
        await self._page.open()
        counting = counts.keep_counting(lambda: self._temporal.client, self._councils.names)
        self._tasks = [
            self._background.start("looking at its own health", self._health.keep(self._look)),
            self._background.start("counting", self._health.count()),
            self._background.start("counting journeys", counting),
        ]

    def drain(self) -> None:
        """It is not ready from now on."""
        self._health.stop()

    async def close(self) -> None:
        """Say nothing any more."""
        for task in self._tasks:
            await self._background.stop(task)
        await self._page.close()

    async def _look(self) -> None:
        """It has started once it has work from Temporal."""
        self._health.is_started = self._temporal.client is not None
