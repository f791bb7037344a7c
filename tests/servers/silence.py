"""A link that can fall silent: connections stay, and nothing comes through, as when a machine has lost its power."""

import asyncio
from contextlib import suppress
from typing import Self

from sevensteps.local.ports import free_port


class SilentLink:
    """A way to a server. An async context manager."""

    def __init__(self, server: str) -> None:
        """`server` is host:port."""
        self._host, _, self._port = server.rpartition(":")
        self._own_port = free_port()
        self._is_silent = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """Where to connect instead."""
        return f"127.0.0.1:{self._own_port}"

    def fall_silent(self) -> None:
        """Drop whatever is sent from now on, both ways."""
        self._is_silent = True

    def speak_again(self) -> None:
        """Bring what is sent from now on. What was dropped is gone."""
        self._is_silent = False

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._connected, "127.0.0.1", self._own_port)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening:
            self._listening.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection(self._host, int(self._port))
        for source, target in ((reader, requests), (answers, writer)):
            task = asyncio.create_task(self._pipe(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pipe(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
                while content := await source.read(65536):
                    if not self._is_silent:
                        target.write(content)
                        await target.drain()
        finally:
            target.close()
