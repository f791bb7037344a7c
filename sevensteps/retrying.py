"""Trying again after longer and longer pauses, with some chance in each: those who wait must not all come at once."""

import asyncio
import random

SHORTEST_SHARE = 0.5


class Pauses:
    """The pauses between attempts at one thing."""

    def __init__(self, first: float, longest: float) -> None:
        """`first` and `longest` in seconds; each pause is at most twice as long as the one before."""
        self._first = first
        self._longest = longest
        self._next = first

    def take(self) -> float:
        """The seconds to wait before the next attempt; the pause after it will be longer."""
        pause = self._next * random.uniform(SHORTEST_SHARE, 1)  # noqa: S311 - not a secret
        self._next = min(self._next * 2, self._longest)
        return pause

    async def pause(self) -> None:
        """Wait before the next attempt."""
        await asyncio.sleep(self.take())

    def begin_anew(self) -> None:
        """An attempt went well: the next pause is a first one."""
        self._next = self._first
