"""Of several workers one at a time brings facts to the journeys. The feed says whose turn it is."""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import NoReturn
from uuid import uuid4

import grpc

from sevensteps import log
from sevensteps.rpc.faults import fault_of
from workflows.delivery.feed import Feed

ASK_SECONDS = 1.0
"""How often a worker asks whether it is its turn, and says that it still works."""


class Turns:
    """Works whenever it is this worker's turn.

    A worker stops when it hears that it is another's turn: one that has been suspended may bring some facts a second
    time before it hears so, which journeys do not mind. While the feed does not answer, nobody gets the turn, and
    whoever had it goes on.
    """

    def __init__(self, feed: Feed) -> None:
        """`feed` is asked."""
        self._feed = feed
        self._reader = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._is_silent = False

    async def run(self, work: Callable[[], Coroutine[None, None, None]]) -> NoReturn:
        """Do the work whenever it is our turn, for ever, until cancelled. Then another takes the turn at once."""
        while True:
            if await self._is_ours(unless_known=False):
                log.get().info("relay works: it is this worker's turn", reader=self._reader)
                await self._work(work)
                log.get().info("relay rests: it is another worker's turn", reader=self._reader)
            await asyncio.sleep(ASK_SECONDS)

    async def _work(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Work until it is another's turn. Raises what the work raises."""
        working = asyncio.create_task(work())
        try:
            while await self._is_ours(unless_known=True):
                await asyncio.wait((working,), timeout=ASK_SECONDS)
                if working.done():
                    working.result()
        finally:
            working.cancel()
            await asyncio.wait((working,))
            with suppress(grpc.aio.AioRpcError):
                await self._feed.leave_turn(self._reader)

    async def _is_ours(self, *, unless_known: bool) -> bool:
        """Whether it is our turn. `unless_known` is the answer while the feed gives none."""
        try:
            is_ours = await self._feed.take_turn(self._reader)
        except grpc.aio.AioRpcError as error:
            if not self._is_silent:
                log.get().warning("relay waits: no answer", side="feed", reason=fault_of(error).reason)
            self._is_silent = True
            return unless_known
        if self._is_silent:
            log.get().info("relay goes on: answers again", side="feed")
        self._is_silent = False
        return is_ours
