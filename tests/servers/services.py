"""Real services in the test's own process: their servers, their records, and callers to talk to them."""

import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

import grpc
import pytest

from services.assessment import __main__ as assessment
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.errors import Fault
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.client import channel
from sevensteps.rpc.encryption import Encryption
from sevensteps.rpc.faults import fault_of
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.room import Limits
from sevensteps.rpc.server import Server
from sevensteps.service.deciding_service import NO_TASKS, DecidingService
from sevensteps.service.opening import open_store
from sevensteps.service.store import Store

S = TypeVar("S")

FREE_PORT = "127.0.0.1:0"
NOBODY = "127.0.0.1:1"
"""An address at which nobody listens."""
PACK = "example-council"
"""Decides for the councils of tests, most of which have no file."""
TASKS = {"assessment": assessment.TASKS}
"""What services do by themselves."""


@dataclass
class Running:
    """One service that runs."""

    settings: Settings
    keys: Keys
    address: str
    store: Store
    """The service's records, by a connection of the test's own."""
    _assessment: "Running | None" = None
    _channels: list[grpc.aio.Channel] = field(default_factory=list)

    @property
    def assessment(self) -> "Running":
        """The assessment service that was started with it, or that it is."""
        return self._assessment or self

    @property
    def data(self) -> Path:
        """The folder of its keys and SQLite file."""
        return self.settings.data

    def token(self, subject: str, *roles: Role, council: str = "example") -> str:
        """A token good for an hour."""
        return self.keys.issue(subject, roles, council)

    def stub(self, stub: Callable[[grpc.aio.Channel], S], token: str) -> S:
        """A caller with this token."""
        calls = channel(self.address, lambda: token)
        self._channels.append(calls)
        return stub(calls)

    async def hang_up(self) -> None:
        """Close the callers' channels."""
        for calls in self._channels:
            await calls.close()


async def refusal_of(call: Awaitable[object]) -> Fault:
    """The Fault with which a service refuses a call. Fails when it answers."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return fault_of(error)
    pytest.fail(f"was answered: {answer}")


async def reason_of(call: Awaitable[object]) -> str:
    """How a call ended: the Fault's reason, or nothing when it was answered."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return fault_of(error).reason
    return ""


def councils_of(settings: Settings) -> Councils:
    """Those that have a file; where the settings name a pack, every other one too."""
    return Councils(settings.policies, settings.pack)


@asynccontextmanager
async def run_service(
    name: str, settings: Settings, assessment: Running | None = None, address: str = FREE_PORT
) -> AsyncIterator[Running]:
    """One of the services that decide, by itself, on a free port or at an address."""
    identity = Identity.open(settings)
    add_to = importlib.import_module(f"services.{name}.server").add_to
    decided = importlib.import_module(f"services.{name}.tables").DECIDED
    councils = councils_of(settings)
    tasks = TASKS.get(name, NO_TASKS)
    service = await DecidingService.open(name, settings, identity, councils, add_to, decided, tasks)
    encryption = Encryption.of(settings, name)
    server = Server(
        service, identity, councils, address, Limits.of(settings), encryption=encryption, page=settings.metrics
    )
    await server.start()
    store = open_store(settings.database, settings.data, name)
    running = Running(settings, Keys.open(settings.data), f"127.0.0.1:{server.port}", store, assessment)
    try:
        yield running
    finally:
        await running.hang_up()
        await server.stop()
        await store.close()


@asynccontextmanager
async def run_suite(name: str, settings: Settings) -> AsyncIterator[Running]:
    """A service with what it needs: the assessment service, which knows which cases exist."""
    if name == "assessment":
        async with run_service(name, settings) as running:
            yield running
        return
    async with (
        run_service("assessment", settings) as assessment,
        run_service(name, replace(settings, assessment=assessment.address), assessment) as running,
    ):
        yield running


SharedService = Callable[[str], Awaitable[Running]]
"""The service of a name that tests share: `running = await shared_service("planning")`."""


class SuiteOf(Protocol):
    """Starts a service for as long as a test wants it: `async with suite_of("planning") as running`."""

    def __call__(self, name: str, *, database: str = "", feed: str = NOBODY) -> AbstractAsyncContextManager[Running]:
        """Start it, on SQLite or on the PostgreSQL of that URL. `feed` is an address where nobody need listen."""
