"""Operations put together: its rows, what keeps them up to date and looks at them, repairs, and its gRPC face."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import grpc

from services.operations.alerts.alert_command import AlertCommand
from services.operations.alerts.alerting import Alerting
from services.operations.counting import Counting
from services.operations.describing.describing import Describing
from services.operations.following import Following
from services.operations.looking.look import Looking
from services.operations.repairs.auditing import Signer
from services.operations.repairs.hands import Hands, OwnHands
from services.operations.repairs.refused_calls import RefusedCalls
from services.operations.repairs.repairing import Repairing
from services.operations.server import OperationsServer
from sevensteps.api.operations.v1 import operations_pb2_grpc
from sevensteps.background import Background
from sevensteps.command_words import words_of
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.errors import Fault
from sevensteps.identity.actor import Actor, Role
from sevensteps.identity.own_tokens import Tokens
from sevensteps.rpc.client import channel
from sevensteps.rpc.identity import Identity
from sevensteps.service import identity_server, revocations
from sevensteps.service.checks import Database, outbox_check
from sevensteps.service.opening import open_to_serve
from sevensteps.service.outbox import Publisher
from sevensteps.service.store import TellingStore
from sevensteps.telemetry.health import Check, Observation

NAME = "operations"


@dataclass(frozen=True, slots=True)
class Work:
    """What operations do beside their calls."""

    feed: grpc.aio.Channel
    publisher: Publisher
    following: Following
    looking: Looking
    alerting: Alerting
    describing: Describing
    repairing: Repairing
    refused: RefusedCalls
    hands: Hands
    has_looked: Callable[[], None]
    """What follows a look: what it has put on record is sent, and the council alerted if it is time."""

    @classmethod
    def of(cls, store: TellingStore, settings: Settings, tokens: Tokens, signer: Signer, hands: Hands) -> Self:
        """All of it over the same records. Nothing is connected yet."""
        at, certificates = settings.internal_address("feed"), certificates_for_calls(settings, NAME)
        feed, publisher = channel(at, tokens, certificates), Publisher(store, NAME, channel(at, tokens, certificates))
        words = words_of(settings.alert_command)
        command = AlertCommand(words) if words else None
        alerting = Alerting(store, command, timedelta(minutes=settings.alert_minutes))

        def has_looked() -> None:
            publisher.wake()
            alerting.wake()

        looking = Looking(store, settings, tokens, has_looked)
        following, repairing = Following(store, feed), Repairing(store, hands, signer)
        describing, refused = Describing(settings), RefusedCalls(store, signer)
        return cls(feed, publisher, following, looking, alerting, describing, repairing, refused, hands, has_looked)

    async def close(self) -> None:
        """End it, after the tasks that do it."""
        await self.repairing.close()
        await self.refused.close()
        await self.hands.close()
        await self.describing.close()
        await self.looking.close()
        await self.publisher.stop()
        await self.feed.close()


class OperationsService:
    """Operations, ready to be served."""

    names = ("sevensteps.api.operations.v1.OperationsService", identity_server.NAME)

    def __init__(
        self,
        store: TellingStore,
        identity: Identity,
        councils: Councils,
        work: Work,
        *,
        signer: Signer,
        checks: Sequence[Check],
    ) -> None:
        """Use `open`."""
        self.checks = checks
        self.has_looked = work.has_looked
        self.observations: Sequence[Observation] = (work.publisher.count, Counting(store).count)
        self._store = store
        self._identity = identity
        self._councils = councils
        self._work = work
        self._signer = signer
        self._background = Background()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(cls, settings: Settings, identity: Identity, councils: Councils, hands: Hands | None = None) -> Self:
        """Bring the schema up to date and open the records. `hands` are by default those of the running suite."""
        store = await open_to_serve(NAME, settings)
        try:
            await revocations.read(store, identity.revocations)
            tokens = identity.own_tokens(NAME, Role.SERVICE)
            signer = Signer.open(settings.data)
            work = Work.of(store, settings, tokens, signer, hands or OwnHands(settings))
        except Fault:
            await store.close()
            raise
        sending = outbox_check(work.publisher, settings.internal_address("feed"))
        checks = (*Database(store, NAME, settings).checks, sending)
        return cls(store, identity, councils, work, signer=signer, checks=checks)

    def add_to(self, server: grpc.aio.Server) -> None:
        """See server.Servable."""
        work = self._work
        servicer = OperationsServer(self._store, work.describing, work.repairing, self._councils, self._signer)
        operations_pb2_grpc.add_OperationsServiceServicer_to_server(servicer, server)
        identity_server.add_to(server, self._store, self._identity)

    def begin(self, background: Background) -> None:
        """See server.Servable."""
        self._background = background
        self._work.publisher.start(background)
        self._tasks = [
            background.start("reading revocations", revocations.keep(self._store, self._identity.revocations)),
            background.start("following the feed", self._work.following.follow()),
            background.start("looking for what is stuck", self._work.looking.keep()),
            background.start("alerting the council", self._work.alerting.keep()),
            background.start("putting refused calls on record", self._work.refused.keep()),
        ]

    def note_refused(self, actor: Actor, rpc: str, fault: Fault) -> None:
        """See server.Servable."""
        self._work.refused.note(actor, rpc, fault)

    def drain(self) -> None:
        """See server.Servable. Every call here ends by itself."""

    async def close(self) -> None:
        """See server.Servable."""
        for task in self._tasks:
            await self._background.stop(task)
        await self._work.close()
        await self._store.close()
