"""How a server tells whether it lives, is ready and has started: by gRPC's health check, and on its page."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import asyncio
from collections.abc import Sequence

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from sevensteps.background import Background
from sevensteps.rpc.encryption import Encryption
from sevensteps.telemetry.health import Health
from sevensteps.telemetry.page import Page
from sevensteps.telemetry.words import ASKED, READY, READY_PART, WELL

STATUS = health_pb2.HealthCheckResponse


class Telling:
    """Says how the process is to whoever asks, from `start` until `close`."""

    def __init__(self, names: Sequence[str], health_of_process: Health, encryption: Encryption, page: str) -> None:
        """`names` are the proto names of what it serves, its own first; `page` is where the page is, empty for none."""
        self._names = ("", *names)
        self._health = health_of_process
        self._encryption = encryption
        self._servicer = health.aio.HealthServicer()
        self._page = Page(names[0].split(".")[2], page, health_of_process)
        self._background = Background()
        self._tasks: list[asyncio.Task[None]] = []

    def add_to(self, server: grpc.aio.Server) -> None:
        """Register gRPC's health check."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    async def start(self, background: Background) -> None:
        """It serves from now on. Raises a Fault (UNAVAILABLE, ADDRESS_IN_USE) where the page's address is taken."""
        await self._page.open()
        self._health.is_started = True
        await self.tell()
        self._background = background
        self._tasks = [
            background.start("looking at its own health", self._health.keep(self.tell)),
            background.start("counting", self._health.count()),
        ]

    async def tell(self) -> None:
        """Have gRPC's health check answer what is known now.

        A service whose certificate has ended serves nobody: no caller trusts it.
        """
        has_ended = self._encryption.calls is not None and self._encryption.calls.has_ended
        for name in self._names:
            await self._servicer.set(name, STATUS.NOT_SERVING if has_ended else STATUS.SERVING)
        for what in ASKED:
            await self._servicer.set(what, STATUS.SERVING if self._health.ask(what).is_yes else STATUS.NOT_SERVING)
        for part, problem in self._health.ask(READY).parts.items():
            name = READY_PART.format(part=part)
            await self._servicer.set(name, STATUS.SERVING if problem == WELL else STATUS.NOT_SERVING)

    async def drain(self) -> None:
        """It is not ready from now on, and serves no new call."""
        self._health.stop()
        await self._servicer.enter_graceful_shutdown()

    async def close(self) -> None:
        """Say nothing any more."""
        for task in self._tasks:
            await self._background.stop(task)
        await self._page.close()
