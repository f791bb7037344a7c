"""The feed put together: its records, who waits for new ones, and its gRPC face."""

import asyncio
from typing import Self

import grpc

from services.feed.arrivals import Arrivals
from services.feed.server import FeedServer
from sevensteps.api.feed.v1 import feed_pb2_grpc
from sevensteps.config import Settings
from sevensteps.service.migrations import upgrade
from sevensteps.service.store import Store, open_store


class FeedService:
    """The feed, ready to be served."""

    names = ("sevensteps.api.feed.v1.FeedService",)

    def __init__(self, store: Store, arrivals: Arrivals) -> None:
        """Use `open`."""
        self._store = store
        self._arrivals = arrivals

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Bring the schema up to date and open the records."""
        await asyncio.to_thread(upgrade, "feed", settings.database, settings.data)
        store = open_store(settings.database, settings.data, "feed")
        arrivals = Arrivals(store)
        arrivals.start()
        return cls(store, arrivals)

    def add_to(self, server: grpc.aio.Server) -> None:
        """See server.Servable."""
        feed_pb2_grpc.add_FeedServiceServicer_to_server(FeedServer(self._store, self._arrivals), server)

    def drain(self) -> None:
        """See server.Servable."""
        self._arrivals.end()

    async def close(self) -> None:
        """See server.Servable."""
        await self._arrivals.close()
        await self._store.close()
