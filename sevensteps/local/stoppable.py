"""A suite of which parts can be kept stopped, to see or to rehearse what follows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sevensteps.config import Settings
from sevensteps.local.devserver import DevServer
from sevensteps.local.processes import Process
from sevensteps.local.suite import Report, Suite


class StoppableSuite(Suite):
    """A suite in which a process stays stopped until it is wanted again."""

    def __init__(self, settings: Settings, report: Report) -> None:
        """See Suite."""
        super().__init__(settings, report)
        self._stopped: set[str] = set()

    async def leave_stopped(self, name: str) -> None:
        """Stop one of its processes, and do not start it again."""
        self._stopped.add(name)
        await self.parts()[name].stop()

    async def start_again(self, service: str) -> None:
        """Start a service that was left stopped, and wait until it serves. Raises SuiteError where it does not."""
        process = next(each for each in self.services if each.name == service)
        await process.start()
        self._stopped.discard(service)
        await self.wait_until_serving(process)

    @asynccontextmanager
    async def without(self, name: str) -> AsyncIterator[None]:
        """One of its processes is not there for a while."""
        await self.leave_stopped(name)
        try:
            yield
        finally:
            self._stopped.discard(name)

    async def _restart(self, name: str, part: Process | DevServer, pause: float) -> None:
        if name not in self._stopped:
            await super()._restart(name, part, pause)
