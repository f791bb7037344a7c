"""The feed put together: its records, who waits for new ones, and its gRPC face."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Self

import grpc

from services.feed import counts, pruning
from services.feed.arrivals import Arrivals
from services.feed.server import FeedServer
from sevensteps.api.feed.v1 import feed_pb2_grpc
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.identity.actor import Actor
from sevensteps.rpc.identity import Identity
from sevensteps.service import identity_server, revocations
from sevensteps.service.checks import Database
from sevensteps.service.opening import open_to_serve
from sevensteps.service.store import TellingStore
from sevensteps.telemetry import series
from sevensteps.telemetry.health import Check, Observation


class FeedService:
    """The feed, ready to be served."""

    names = ("sevensteps.api.feed.v1.FeedService", identity_server.NAME)

    def __init__(
        self,
        store: TellingStore,
        identity: Identity,
        arrivals: Arrivals,
        checks: Sequence[Check],
        kept: timedelta,
    ) -> None:
        """Use `open`."""
        self.checks = checks
        self.observations: Sequence[Observation] = (partial(counts.observe, store),)
        series.FEED_SEQUENCER.set_function(lambda: arrivals.numbered_here)
        self._store = store
        self._kept = kept
        self._identity = identity
        self._arrivals = arrivals
        self._background = Background()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(cls, settings: Settings, identity: Identity) -> Self:
        """Bring the schema up to date and open the records."""
        store = await open_to_serve("feed", settings)
        try:
            await revocations.read(store, identity.revocations)
        except Fault:
            await store.close()
            raise
        checks = Database(store, "feed", settings).checks
        return cls(store, identity, Arrivals(store), checks, timedelta(days=settings.feed_days))

    @property
    def is_sequencer(self) -> bool:
        """Whether this instance numbers the events now: it was the last one to do so, as far as it has heard."""
        return self._arrivals.numbered_here

    def add_to(self, server: grpc.aio.Server) -> None:
        """See server.Servable."""
        feed_pb2_grpc.add_FeedServiceServicer_to_server(FeedServer(self._store, self._arrivals), server)
        identity_server.add_to(server, self._store, self._identity)

    def begin(self, background: Background) -> None:
        """See server.Servable."""
        self._arrivals.start(background)
        self._background = background
        self._tasks = [
            background.start("reading revocations", revocations.keep(self._store, self._identity.revocations)),
            background.start("dropping old events", pruning.keep_pruned(self._store, self._kept)),
        ]

    def note_refused(self, actor: Actor, rpc: str, fault: Fault) -> None:
        """See server.Servable."""

    def drain(self) -> None:
        """See server.Servable."""
        self._arrivals.end()

    async def close(self) -> None:
        """See server.Servable."""
        await self._arrivals.close()
        for task in self._tasks:
            await self._background.stop(task)
        await self._store.close()
