"""Operations put together: its rows, what keeps them up to date, and its gRPC face."""

import asyncio
from collections.abc import Sequence
from typing import Self

import grpc

from services.operations.auditing import Signer
from services.operations.following import Following
from services.operations.hands import Hands, OwnHands
from services.operations.looking import Looking
from services.operations.repairing import Repairing
from services.operations.server import OperationsServer
from sevensteps.api.operations.v1 import operations_pb2_grpc
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.errors import Fault
from sevensteps.identity.actor import Role
from sevensteps.rpc.client import channel
from sevensteps.rpc.identity import Identity
from sevensteps.service import identity_server, revocations
from sevensteps.service.checks import Database
from sevensteps.service.opening import open_to_serve
from sevensteps.service.store import Store
from sevensteps.telemetry.health import Check, Observation

NAME = "operations"


class OperationsService:
    """Operations, ready to be served."""

    names = ("sevensteps.api.operations.v1.OperationsService", identity_server.NAME)

    def __init__(  # noqa: PLR0917 - `open` alone calls it
        self,
        store: Store,
        identity: Identity,
        feed: grpc.aio.Channel,
        checks: Sequence[Check],
        signer: Signer,
        hands: Hands,
        looking: Looking,
    ) -> None:
        """Use `open`."""
        self.checks = checks
        self.observations: Sequence[Observation] = ()
        self._store = store
        self._identity = identity
        self._feed = feed
        self._following = Following(store, feed)
        self._signer = signer
        self._hands = hands
        self._repairing = Repairing(store, hands, signer)
        self._looking = looking
        self._background = Background()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(cls, settings: Settings, identity: Identity, hands: Hands | None = None) -> Self:
        """Bring the schema up to date and open the records. `hands` are by default those of the running suite."""
        store = await open_to_serve(NAME, settings)
        try:
            await revocations.read(store, identity.revocations)
            tokens = identity.own_tokens(NAME, Role.SERVICE)
            signer, hands = Signer.open(settings.data), hands or OwnHands(settings, NAME)
        except Fault:
            await store.close()
            raise
        feed = channel(settings.internal_address("feed"), tokens, certificates_for_calls(settings, NAME))
        looking = Looking(store, settings, tokens)
        return cls(store, identity, feed, Database(store, NAME, settings).checks, signer, hands, looking)

    def add_to(self, server: grpc.aio.Server) -> None:
        """See server.Servable."""
        servicer = OperationsServer(self._store, self._repairing, self._signer)
        operations_pb2_grpc.add_OperationsServiceServicer_to_server(servicer, server)
        identity_server.add_to(server, self._store, self._identity)

    def begin(self, background: Background) -> None:
        """See server.Servable."""
        self._background = background
        self._tasks = [
            background.start("reading revocations", revocations.keep(self._store, self._identity.revocations)),
            background.start("following the feed", self._following.follow()),
            background.start("looking for what is stuck", self._looking.keep()),
        ]

    def drain(self) -> None:
        """See server.Servable. Every call here ends by itself."""

    async def close(self) -> None:
        """See server.Servable."""
        for task in self._tasks:
            await self._background.stop(task)
        await self._repairing.close()
        await self._hands.close()
        await self._looking.close()
        await self._feed.close()
        await self._store.close()
