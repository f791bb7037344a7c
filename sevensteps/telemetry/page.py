"""The page of a process, over HTTP: /metrics for Prometheus; /live, /ready and /started for whatever looks after it.

It needs no token, and says nothing of people. One request a connection, in the event loop: a process that hangs does
not answer.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

import h11
from prometheus_client.exposition import choose_encoder

from sevensteps import log
from sevensteps.addresses import host_of, port_of
from sevensteps.errors import Fault, Kind
from sevensteps.telemetry.health import Health
from sevensteps.telemetry.series import OwnSeries
from sevensteps.telemetry.words import ASKED

SECONDS = 5.0
"""How long one request may take to come and be answered."""
MOST_BYTES = 8_192
MOST_CONNECTIONS = 32
TEXT, JSON = "text/plain; charset=utf-8", "application/json"
WHAT_THERE_IS = "Here are /metrics, /live, /ready and /started.\n"


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered to one request."""

    status: HTTPStatus
    type_: str
    body: bytes


class Page:
    """Listens at the address of the page, from `open` until `close`."""

    def __init__(self, process: str, address: str, health: Health) -> None:
        """`process` says which one this is; `address` is host:port, empty for no page."""
        self._process = process
        self._series = OwnSeries(process)
        self._address = address
        self._health = health
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen, where there is an address. Raises a Fault (UNAVAILABLE, ADDRESS_IN_USE)."""
        if not self._address:
            return
        host, port = host_of(self._address).strip("[]"), port_of(self._address)
        try:
            self._server = await asyncio.start_server(self._serve, host, port, limit=MOST_BYTES)
        except OSError as error:
            detail = (
                f"Cannot listen on {self._address}, which SEVENSTEPS_METRICS names: is the process running already?"
            )
            raise Fault(Kind.UNAVAILABLE, "ADDRESS_IN_USE", detail) from error
        log.get().info("page opened", address=self._address)

    async def close(self) -> None:
        """Listen no more, and let nobody wait."""
        if self._server is None:
            return
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A connection is served in a task.")
        self._connections.add(task)
        try:
            if len(self._connections) <= MOST_CONNECTIONS:
                async with asyncio.timeout(SECONDS):
                    await self._answer(reader, writer)
        except (TimeoutError, OSError, h11.ProtocolError):
            pass  # whoever asked has gone, or does not speak HTTP
        finally:
            self._connections.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_BYTES)
        try:
            request = await _request(connection, reader)
            response = self.respond(request) if request else None
        except h11.RemoteProtocolError as error:
            response = Response(HTTPStatus(error.error_status_hint), TEXT, b"This is not HTTP.\n")
        if response is None:
            return
        headers = [
            ("Content-Type", response.type_),
            ("Content-Length", str(len(response.body))),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ]
        for event in (
            h11.Response(status_code=response.status, reason=response.status.phrase, headers=headers),
            h11.Data(data=response.body),
            h11.EndOfMessage(),
        ):
            writer.write(connection.send(event) or b"")
        await writer.drain()

    def respond(self, request: h11.Request) -> Response:
        """What is answered to a request."""
        path = request.target.partition(b"?")[0].decode("ascii", "replace")
        if request.method != b"GET":
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, TEXT, b"Only GET is answered here.\n")
        if path == "/metrics":
            accepted = b",".join(value for name, value in request.headers if name == b"accept")
            write, type_ = choose_encoder(accepted.decode("ascii", "replace"))
            return Response(HTTPStatus.OK, type_, write(self._series))
        what = path.removeprefix("/")
        if what not in ASKED:
            return Response(HTTPStatus.NOT_FOUND, TEXT, WHAT_THERE_IS.encode())
        answer = self._health.ask(what)
        status = HTTPStatus.OK if answer.is_yes else HTTPStatus.SERVICE_UNAVAILABLE
        told = {"process": self._process, what: answer.is_yes, "checks": dict(answer.parts)}
        body = json.dumps(told, indent=2, ensure_ascii=False)
        return Response(status, JSON, body.encode() + b"\n")


async def _request(connection: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
    """The request, once its headers are there; None where whoever asked hangs up before."""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            return None
        connection.receive_data(await reader.read(MOST_BYTES))
