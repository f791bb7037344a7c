"""How the console tells whether it lives, is ready and has started, and what it counts: on its page."""

import asyncio
from contextlib import AsyncExitStack
from typing import Self

from console.signing_on.places import Places
from console.signing_on.sessions import Sessions
from console.starting import problem_of_secrets
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.encryption.certificates import CONSOLE
from sevensteps.encryption.folder import certificates_in
from sevensteps.rpc.checks import KeyCheck
from sevensteps.service.checks import Database
from sevensteps.telemetry import series
from sevensteps.telemetry.health import Check, Health
from sevensteps.telemetry.page import Page


class Telling:
    """Says how the process is to whoever asks. An async context manager."""

    def __init__(self, settings: Settings, sessions: Sessions, places: Places, background: Background) -> None:
        """Nothing is told yet. Raises a Fault (PRECONDITION, CERTIFICATES_UNUSABLE)."""
        folders = (settings.console_certificates, settings.database_certificates)
        watched = tuple(each for folder in folders if (each := certificates_in(folder, CONSOLE)))
        keys = KeyCheck(watched, places.issuers)
        self._sessions = sessions
        self._places = places
        self._background = background
        checks = (*Database(sessions.store, CONSOLE, settings).checks, keys.check, Check("secrets", self._secrets))
        self._health = Health(background, checks, (keys.observe, self._count))
        self._page = Page(CONSOLE, settings.metrics, self._health)
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Tell from now on. Raises a Fault (UNAVAILABLE, ADDRESS_IN_USE) where the page's address is taken."""
        await self._page.open()
        self._opened.push_async_callback(self._page.close)
        self._health.is_started = True
        for name, work in (("looking at its own health", self._look()), ("counting", self._health.count())):
            self._opened.push_async_callback(self._background.stop, self._background.start(name, work))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Say nothing any more."""
        await self._opened.aclose()

    def stop(self) -> None:
        """From now on it is not ready."""
        self._health.stop()

    async def _look(self) -> None:
        await self._health.keep(_nothing_more)

    async def _secrets(self) -> str:
        return await asyncio.to_thread(problem_of_secrets, self._places)

    async def _count(self) -> None:
        series.SIGNED_ON.set(await self._sessions.count())


async def _nothing_more() -> None:
    """Whoever asks is told what the last look found."""
