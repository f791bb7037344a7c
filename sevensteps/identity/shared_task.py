"""Work that is done once for all who want it while it is under way."""

import asyncio
from collections.abc import Awaitable, Callable


class SharedTask:
    """One piece of work, such as asking an issuer, for whoever wants its outcome."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        """Nothing is under way yet."""
        self._work = work
        self._task: asyncio.Task[None] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether somebody waits for it already."""
        return self._task is not None

    async def done(self) -> None:
        """Wait until it is done, and begin it where it is not under way. Raises what it raises."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())
            self._task.add_done_callback(self._end)
        await asyncio.shield(self._task)  # whoever gives up does not end it for the others

    async def _run(self) -> None:
        await self._work()

    def _end(self, ended: asyncio.Task[None]) -> None:
        self._task = None
        if not ended.cancelled():
            ended.exception()  # whoever waits raises it; nobody may be left
