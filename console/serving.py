"""Serving the console over HTTP until the process is told to stop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Self

import uvicorn
from starlette.applications import Starlette

from console.app import STATIC, app_of
from console.security import Guarded
from console.sessions import Sessions
from sevensteps.addresses import host_of, port_of
from sevensteps.background import Background, on_signals, until_stopped
from sevensteps.config import PRODUCTION, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.service.opening import open_to_serve

NAME = "console"
FRONTEND = STATIC / "govuk"
GRACE_SECONDS = 10
"""How long pages that are being shown are waited for."""
BACKLOG = 128


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing is captured."""
        yield


class Serving:
    """The console while it is served. An async context manager."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened yet."""
        self._settings = settings
        self.address = ""
        """Where it is, once it is served."""

    async def __aenter__(self) -> Self:
        """Begin to serve. Raises Faults (PRECONDITION) where it cannot, or must not, be served like this."""
        ensure_servable(self._settings)
        self._store = await open_to_serve(NAME, self._settings)
        try:
            listener = _listener(self._settings.console)
            self._app = app_of(self._settings, Sessions(self._store))
        except BaseException:
            await self._store.close()
            raise
        self.address = f"{host_of(self._settings.console)}:{listener.getsockname()[1]}"
        self._server = _Server(_config(self._app))
        self._task = asyncio.create_task(self._server.serve([listener]), name="serving pages")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Finish what is being shown, and stop."""
        self._server.should_exit = True
        await self._task
        await self._app.state.console.caller.__aexit__()
        await self._store.close()

    async def until_ended(self) -> None:
        """Wait until it serves no more."""
        await asyncio.shield(self._task)


async def serve(settings: Settings) -> None:
    """Serve until the process is told to stop. Raises Faults as `Serving` does."""
    stopping, background = on_signals(), Background()
    async with Serving(settings) as serving:
        watching = background.start("serving pages", serving.until_ended())
        await until_stopped(background, stopping)
        await background.stop(watching)


def ensure_servable(settings: Settings) -> None:
    """Raise a Fault (PRECONDITION) in production, and where the files that pages look by are missing."""
    if settings.mode == PRODUCTION:
        raise Fault(
            Kind.PRECONDITION,
            "CONSOLE_NOT_IN_PRODUCTION",
            "SEVENSTEPS_MODE is production, and people cannot sign on to the console by an issuer yet. Use the command "
            "line there.",
        )
    if not (FRONTEND / "govuk-frontend.min.css").is_file():
        raise Fault(
            Kind.PRECONDITION,
            "CONSOLE_FILES_MISSING",
            "The files of GOV.UK Frontend by which pages look are not here. In a checkout, `make setup` fetches them.",
        )


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        Guarded(app),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
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
