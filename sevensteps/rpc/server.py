"""The serving side: a server with health and reflection, how it starts, and how it drains."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import asyncio
from collections.abc import Sequence
from typing import Protocol

import grpc
from grpc_health.v1 import health
from grpc_reflection.v1alpha import reflection

from sevensteps import log
from sevensteps.background import Background, on_signals, until_stopped
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.encryption.watch import watch
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor
from sevensteps.rpc.checks import KeyCheck
from sevensteps.rpc.encryption import PLAINTEXT, Encryption, server_credentials
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.interceptor import AuthInterceptor
from sevensteps.rpc.options import SERVER_OPTIONS
from sevensteps.rpc.room import Limits, Room
from sevensteps.rpc.telling import Telling
from sevensteps.rpc.tracing import TracedServer
from sevensteps.telemetry.health import Check, Health, Observation

DRAIN_SECONDS = 5.0
LAST_CALL_SECONDS = 0.3
"""For callers to hear that the server stops: gRPC itself cancels a call that comes in the moment of its end."""
CLOSE_SECONDS = 2.0
"""For the last statuses to leave, also where the machine is busy."""
DEFAULT_LIMITS = Limits.of(Settings())


class Servable(Protocol):
    """What a service brings to be served."""

    @property
    def names(self) -> Sequence[str]:
        """The full proto names of what it offers, for health and reflection."""

    def add_to(self, server: grpc.aio.Server) -> None:
        """Register its servicer."""

    @property
    def checks(self) -> Sequence[Check]:
        """What makes it ready."""

    @property
    def observations(self) -> Sequence[Observation]:
        """What is counted of it now and then."""

    def begin(self, background: Background) -> None:
        """Begin what runs beside the calls: the address is this process's now."""

    def note_refused(self, actor: Actor, rpc: str, fault: Fault) -> None:
        """Hear that somebody whose token is valid may not make a call. It is in the log, whatever the service does."""

    def drain(self) -> None:
        """End the streams that would never end by themselves. No new call is taken any more."""

    async def close(self) -> None:
        """Close what it has open, after the last call."""


class Server:
    """A gRPC server with health and reflection. `port` is known after `start`."""

    def __init__(
        self,
        service: Servable,
        identity: Identity,
        councils: Councils,
        address: str,
        limits: Limits = DEFAULT_LIMITS,
        *,
        encryption: Encryption = PLAINTEXT,
        page: str = "",
    ) -> None:
        """Nothing listens yet; `address` is host:port, port 0 for a free one; `page` is that of its page, if any."""
        self._encryption = encryption
        self._watching: asyncio.Task[None] | None = None
        self._room = Room(limits)
        self._service = service
        self._identity = identity
        is_encrypted, hears = encryption.calls is not None, service.note_refused
        admission = AuthInterceptor(identity, councils, self._room, is_encrypted=is_encrypted, note_refused=hears)
        self._server = grpc.aio.server(
            interceptors=[TracedServer(), admission],
            options=(*SERVER_OPTIONS, ("grpc.max_concurrent_streams", limits.streams_per_connection)),
        )
        self._address = address
        self.background = Background()
        """What runs beside the calls."""
        keys = KeyCheck(encryption.watched, identity.issuers)
        self._telling = Telling(
            service.names,
            Health(self.background, (*service.checks, keys.check), (*service.observations, keys.observe)),
            encryption,
            page,
        )
        self.port = 0
        self.internal_port = 0
        """Where the suite's own processes call; 0 where calls are not encrypted."""

    async def start(self) -> None:
        """Listen. Raises Fault (UNAVAILABLE) when the address is taken."""
        self._service.add_to(self._server)
        self._telling.add_to(self._server)
        names = (*self._service.names, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)
        self._listen()
        await self._server.start()
        self._identity.begin(self.background)
        self._service.begin(self.background)
        await self._telling.start(self.background)
        if self._encryption.watched:
            watching = watch(self._encryption.watched, self._telling.tell)
            self._watching = self.background.start("watching the certificates", watching)

    def _listen(self) -> None:
        calls = self._encryption.calls
        if calls is None:
            self.port = self._port(self._address, None)
        else:
            self.port = self._port(self._address, server_credentials(calls, wants_certificate=False))
            internal = server_credentials(calls, wants_certificate=True)
            self.internal_port = self._port(self._encryption.internal_address, internal)

    def _port(self, address: str, credentials: grpc.ServerCredentials | None) -> int:
        try:
            if credentials is None:
                return self._server.add_insecure_port(address)
            return self._server.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise Fault(
                Kind.UNAVAILABLE, "ADDRESS_IN_USE", f"Cannot listen on {address}: is the suite running already?"
            ) from error

    async def stop(self) -> None:
        """Drain: say NOT_SERVING, let calls under way finish, then close the service.

        A call that comes now, or takes too long to finish, is told to come again (UNAVAILABLE, STOPPING).
        """
        await self._telling.drain()
        self._service.drain()
        await self._room.close(DRAIN_SECONDS)
        await asyncio.sleep(LAST_CALL_SECONDS)
        if self._watching:
            await self.background.stop(self._watching)
        await self._server.stop(CLOSE_SECONDS)
        await self._telling.close()
        await self._service.close()
        await self._identity.close()


async def serve(  # noqa: PLR0917 - each process calls it once
    service: Servable, identity: Identity, councils: Councils, address: str, settings: Settings, encryption: Encryption
) -> None:
    """Serve until SIGTERM or SIGINT. Raises a Fault when something that runs beside the calls has ended by itself."""
    limits = Limits.of(settings)
    server = Server(service, identity, councils, address, limits, encryption=encryption, page=settings.metrics)
    stopping = on_signals()
    await server.start()
    log.get().info("listening", address=address)
    try:
        await until_stopped(server.background, stopping)
    finally:
        await server.stop()
    log.get().info("stopped")
