"""The feed put together: its records, who waits for new ones, and its gRPC face."""

from typing import Self

import grpc

from services.feed.arrivals import Arrivals
from services.feed.server import FeedServer
from sevensteps.api.feed.v1 import feed_pb2_grpc
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.service.opening import open_to_serve
from sevensteps.service.store import Store


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
        store = await open_to_serve("feed", settings)
        return cls(store, Arrivals(store))

    def add_to(self, server: grpc.aio.Server) -> None:
        """See server.Servable."""
        feed_pb2_grpc.add_FeedServiceServicer_to_server(FeedServer(self._store, self._arrivals), server)

    def begin(self, background: Background) -> None:
        """See server.Servable."""
        self._arrivals.start(background)

    def drain(self) -> None:
        """See server.Servable."""
        self._arrivals.end()

    async def close(self) -> None:
        """See server.Servable."""
        await self._arrivals.close()
        await self._store.close()
