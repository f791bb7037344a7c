"""Serving the console over HTTP, or HTTPS, until the process is told to stop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Self

import uvicorn
from starlette.applications import Starlette

from console.app import app_of
from console.measuring import Measured
from console.security import Guarded
from console.signing_on.places import Places
from console.signing_on.sessions import Sessions
from console.signing_on.sign_on import SignOn
from console.starting import ensure_servable, ensure_sign_on
from console.telling import Telling
from sevensteps import log
from sevensteps.addresses import host_of, port_of
from sevensteps.background import Background, on_signals, until_stopped
from sevensteps.config import Settings
from sevensteps.console_address import is_secure
from sevensteps.councils import Councils
from sevensteps.encryption.certificates import CONSOLE, file_of, unusable
from sevensteps.encryption.folder import Certificates, certificates_in
from sevensteps.encryption.watch import watch
from sevensteps.errors import Fault, Kind
from sevensteps.identity.issuers import Issuers
from sevensteps.service.opening import open_to_serve
from sevensteps.trusted_issuers import TrustedIssuers

NAME = CONSOLE
GRACE_SECONDS = 10
"""How long pages that are being shown are waited for."""
BACKLOG = 128


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing is captured."""
        yield


class _Shown:
    """What connections are encrypted with: the newest certificate, for those that are made from then on."""

    def __init__(self, certificates: Certificates) -> None:
        """Raises a Fault (PRECONDITION, CERTIFICATES_UNUSABLE) where the console has no certificate there."""
        self._certificates = certificates
        self._files = certificates.files()
        if not self._files.chain:
            raise unusable(f"There is no {file_of(certificates.folder, NAME)}: browsers have to be shown one.")
        self.context = certificates.server_context()

    async def renew(self) -> None:
        """Show new files, if there are any."""
        if self._certificates.files() is not self._files:
            self._files = self._certificates.files()
            self._certificates.show_newest(self.context)


class Serving:
    """The console while it is served. An async context manager."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened yet."""
        self.settings = settings
        self._opened = AsyncExitStack()
        self.background = Background()
        """What runs beside the pages."""
        self.app = Starlette()
        """What answers, once it is served."""
        self.address = ""
        """Where it is, once it is served."""

    async def __aenter__(self) -> Self:
        """Begin to serve. Raises Faults (PRECONDITION) where it cannot, or must not, be served like this."""
        async with AsyncExitStack() as opened:
            await self._begin(opened)
            self._opened = opened.pop_all()
        return self

    async def _begin(self, opened: AsyncExitStack) -> None:
        settings = self.settings
        ensure_servable(settings)
        issuers = Issuers(TrustedIssuers(settings.policies).read, settings.clock_skew_seconds)
        places = Places(settings, issuers, Councils(settings.policies, settings.pack))
        ensure_sign_on(settings, places)
        own = certificates_in(settings.console_certificates, NAME)
        shown = _Shown(own) if own else None
        store = await open_to_serve(NAME, settings)
        opened.push_async_callback(store.close)
        sessions = Sessions(store)
        self.app = app_of(settings, sessions, SignOn(places, settings.clock_skew_seconds))
        opened.push_async_exit(self.app.state.console.caller)
        listener = _listener(settings.console)
        opened.callback(listener.close)
        self._telling = await opened.enter_async_context(Telling(settings, sessions, places, self.background))
        self._server = _Server(_config(self.app, settings, shown))
        self._task = asyncio.create_task(self._server.serve([listener]), name="serving pages")
        self._watching = self.background.start("serving pages", self._until_ended())
        beside = [self.background.start("keeping issuers' keys", issuers.keep())]
        if shown and own:
            beside += [self.background.start("watching the certificates", watch((own,), shown.renew))]
        for task in beside:
            opened.push_async_callback(self.background.stop, task)
        self.address = f"{host_of(settings.console)}:{listener.getsockname()[1]}"

    async def __aexit__(self, *_: object) -> None:
        """Finish what is being shown, and stop."""
        self._telling.stop()
        await self.background.stop(self._watching)
        self._server.should_exit = True
        await self._task
        await self._opened.aclose()

    async def _until_ended(self) -> None:
        await asyncio.shield(self._task)


async def serve(settings: Settings) -> None:
    """Serve until the process is told to stop. Raises Faults as `Serving` does."""
    stopping = on_signals()
    async with Serving(settings) as serving:
        log.get().info("listening", address=serving.address)
        await until_stopped(serving.background, stopping)


def _config(app: Starlette, settings: Settings, shown: _Shown | None) -> uvicorn.Config:
    return uvicorn.Config(
        Measured(Guarded(app, is_secure=is_secure(settings))),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_context_factory=(lambda *_: shown.context) if shown else None,
    )


def _listener(address: str) -> socket.socket:
    """A socket at an address. Raises a Fault (UNAVAILABLE) where it is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host_of(address), port_of(address)))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        detail = f"The console cannot listen at {address}. Set SEVENSTEPS_CONSOLE to another address."
        raise Fault(Kind.UNAVAILABLE, "ADDRESS_IN_USE", detail) from error
    return listener
