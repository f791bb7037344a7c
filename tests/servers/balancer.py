"""A load balancer in front of several instances of a service: each connection goes to the next one that takes it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from sevensteps.local.ports import free_port

CONNECT_SECONDS = 2.0


class Balancer:
    """Listens at one address. Started and stopped by whoever uses it."""

    def __init__(self, instances: Sequence[str]) -> None:
        """`instances` are their addresses."""
        self._instances = list(instances)
        self._port = free_port()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where callers connect."""
        return f"127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Take connections."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)

    async def stop(self) -> None:
        """Take none any more, and cut those that there are."""
        if self._server:
            self._server.close()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._serving.add(task)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self._bring(reader, writer)
        finally:
            self._serving.discard(task)
            writer.close()

    async def _bring(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await self._connect()
        try:
            async with asyncio.TaskGroup() as pipes:
                pipes.create_task(_pipe(reader, requests))
                pipes.create_task(_pipe(answers, writer))
        except* OSError:
            pass  # one side is gone, and so is the connection
        finally:
            requests.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the next instance that takes a connection. Raises OSError where none does."""
        for _ in self._instances:
            instance = self._instances.pop(0)
            self._instances.append(instance)
            host, _, port = instance.rpartition(":")
            with suppress(OSError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(host, int(port))
        raise ConnectionError("no instance takes a connection")


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Bring everything, and end with the side that ends: HTTP/2 is never closed on one side alone."""
    while content := await source.read(65536):
        target.write(content)
        await target.drain()
    raise ConnectionResetError
