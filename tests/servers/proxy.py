"""A proxy that ends TLS in front of a server that does not encrypt, and wants a certificate of whoever connects."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sevensteps.local.ports import free_port


class TlsProxy:
    """Brings what comes encrypted to a server on this machine. It can be started again with other certificates."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._port = free_port()
        self._pipes: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @asynccontextmanager
    async def listening(self, context: ssl.SSLContext) -> AsyncIterator[None]:
        """Listen meanwhile; at the end all connections are cut."""
        listening = await asyncio.start_server(self._connected, "127.0.0.1", self._port, ssl=context)
        try:
            yield
        finally:
            listening.close()
            for pipe in self._pipes:
                pipe.cancel()
            await asyncio.gather(*self._pipes, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = self._server.rpartition(":")
        to_server = await asyncio.open_connection(host, int(port))
        for source, target in ((reader, to_server[1]), (to_server[0], writer)):
            pipe = asyncio.create_task(_pipe(source, target))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        with suppress(ConnectionError, ssl.SSLError):
            while content := await source.read(65536):
                target.write(content)
                await target.drain()
    finally:
        target.close()
