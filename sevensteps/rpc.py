"""gRPC as the suite speaks it: who calls, what may go wrong, how a server starts and stops; and the calling side."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextvars import ContextVar
from time import time
from typing import Never, Protocol, TypeAlias, TypeVar, cast
from urllib.parse import quote

import grpc
import structlog
from google.protobuf import any_pb2
from google.protobuf.message import DecodeError, Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

from sevensteps import log
from sevensteps.errors import MOST_VIOLATIONS, Fault, Kind, Violation
from sevensteps.fields import REQUEST_ID
from sevensteps.identity import Actor, Keys, Role, authorise

DOMAIN = "sevensteps"
MESSAGE_BYTES = 1024 * 1024
DRAIN_SECONDS = 5.0
TOKEN_SECONDS = 600.0

DETAIL_BYTES = 1000
"""So long is the sentence of a status at most, in UTF-8."""
PART_BYTES = 200
"""So long is a path, what was expected there, or an id at most."""
STATUS_BYTES = 6000
"""So large is a status on the wire at most. gRPC takes 8 kB of metadata in all, and what is larger never arrives."""
CASE_ID = re.compile(r"case-[0-9a-z]{1,12}", re.ASCII)

SERVER_OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", 4 * MESSAGE_BYTES),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 10),  # gRPC's own bandwidth probes are pings too: on a busy machine, more than two
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.so_reuseport", 0),
)
CHANNEL_OPTIONS = (
    ("grpc.max_receive_message_length", 4 * MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)

CODES = {
    Kind.INVALID: code_pb2.INVALID_ARGUMENT,
    Kind.UNAUTHENTICATED: code_pb2.UNAUTHENTICATED,
    Kind.DENIED: code_pb2.PERMISSION_DENIED,
    Kind.NOT_FOUND: code_pb2.NOT_FOUND,
    Kind.PRECONDITION: code_pb2.FAILED_PRECONDITION,
    Kind.ABORTED: code_pb2.ABORTED,
    Kind.EXHAUSTED: code_pb2.RESOURCE_EXHAUSTED,
    Kind.OUT_OF_RANGE: code_pb2.OUT_OF_RANGE,
    Kind.UNAVAILABLE: code_pb2.UNAVAILABLE,
    Kind.INTERNAL: code_pb2.INTERNAL,
}
OPEN_TO_ALL = ("/grpc.health.", "/grpc.reflection.")
KINDS = {code: kind for kind, code in CODES.items()}

Q = TypeVar("Q")
A = TypeVar("A")
Reading: TypeAlias = "Callable[[bytes], Message]"
Answering: TypeAlias = "Callable[[Message, Context], Awaitable[Message]]"
Streaming: TypeAlias = "Callable[[Message, Context], AsyncIterator[Message]]"

_actor: ContextVar[Actor] = ContextVar("actor")


def caller() -> Actor:
    """Who made the call that is being answered."""
    return _actor.get()


# Faults on the wire


def status_of(fault: Fault) -> status_pb2.Status:
    """The fault as a google.rpc.Status with ErrorInfo and, for wrong fields, BadRequest (AIP-193).

    It is always small enough to arrive: long texts are cut, and of many wrong fields the first are listed.
    """
    listed = len(fault.violations[:MOST_VIOLATIONS])
    while True:
        status = _status(fault, listed)
        if listed == 0 or _bytes_on_the_wire(status) <= STATUS_BYTES:
            return status
        listed -= 1


def _status(fault: Fault, listed: int) -> status_pb2.Status:
    """The status with so many of the wrong fields."""
    metadata = {name: _cut(value, PART_BYTES) for name, value in fault.metadata.items()}
    details = [_packed(error_details_pb2.ErrorInfo(reason=fault.reason, domain=DOMAIN, metadata=metadata))]
    if listed:
        bad = error_details_pb2.BadRequest()
        for violation in fault.violations[:listed]:
            bad.field_violations.add(
                field=_cut(violation.field, PART_BYTES), description=_cut(violation.detail, PART_BYTES)
            )
        details.append(_packed(bad))
    message = _cut(fault.detail, DETAIL_BYTES)
    if listed < len(fault.violations):
        message += f"; the first {listed} are listed"
    return status_pb2.Status(code=CODES[fault.kind], message=message, details=details)


def _cut(text: str, most: int) -> str:
    """The text, or the beginning of one that is longer than so many bytes in UTF-8."""
    written = text.encode()
    return text if len(written) <= most else written[: most - 3].decode(errors="ignore") + "…"


def _bytes_on_the_wire(status: status_pb2.Status) -> int:
    """What a status takes as metadata: its sentence percent-encoded, and all of it in base64."""
    return len(quote(status.message)) + len(status.SerializeToString()) * 4 // 3


def fault_of(error: grpc.aio.AioRpcError) -> Fault:
    """The fault that a server sent. What is not the suite's own (no connection, a deadline) keeps its code's kind.

    So does a status whose details cannot be read, or are another one's.
    """
    kind = KINDS.get(error.code().value[0], Kind.UNAVAILABLE)
    info = error_details_pb2.ErrorInfo()
    bad = error_details_pb2.BadRequest()
    try:
        status = rpc_status.from_call(cast("grpc.Call", error))
        for detail in status.details if status else ():
            detail.Unpack(info) or detail.Unpack(bad)
    except (ValueError, DecodeError):
        status = None
    if status is None:
        return Fault(kind, error.code().name, error.details() or error.code().name)
    return Fault(
        kind,
        info.reason or error.code().name,
        status.message,
        metadata=dict(info.metadata),
        violations=[Violation(each.field, each.description) for each in bad.field_violations],
    )


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def _fault_from(error: Exception) -> Fault:
    """What a caller may know of an error: a Fault as it is, or that it is our fault."""
    if isinstance(error, Fault):
        return error
    return Fault(
        Kind.INTERNAL,
        "INTERNAL",
        "Something went wrong on our side. Nothing was changed; the log says more to operations.",
    )


# The serving side


Context: TypeAlias = "grpc.aio.ServicerContext[Message, Message]"


class Gate(grpc.aio.ServerInterceptor):
    """What every call passes: who calls, may they, what the log says, and what of an error leaves the house."""

    def __init__(self, keys: Keys) -> None:
        """`keys` check tokens; health and reflection need none."""
        self._keys = keys

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Q, A] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Q, A] | None:
        """Wrap the handler of the call."""
        handler = await continuation(handler_call_details)
        rpc = handler_call_details.method
        if handler is None or rpc.startswith(OPEN_TO_ALL):
            return handler
        token = next(
            (str(value) for key, value in handler_call_details.invocation_metadata if key == "authorization"), ""
        )
        read = cast("Reading", handler.request_deserializer)  # called by the guard: nothing of a stranger's is parsed
        if handler.response_streaming:
            streaming = self._guard_stream(rpc, token, read, cast("Streaming", handler.unary_stream))
            return grpc.unary_stream_rpc_method_handler(streaming, None, handler.response_serializer)
        answering = self._guard(rpc, token, read, cast("Answering", handler.unary_unary))
        return grpc.unary_unary_rpc_method_handler(answering, None, handler.response_serializer)

    def _guard(
        self, rpc: str, token: str, read: Reading, answer: Answering
    ) -> Callable[[bytes, Context], Awaitable[Message]]:
        async def guarded(body: bytes, context: Context) -> Message:
            try:
                return await answer(self._enter(rpc, token, read, body), context)
            except Exception as error:  # noqa: BLE001 - nothing but a Fault may leave
                return await self._refuse(context, rpc, error)

        return guarded

    def _guard_stream(
        self, rpc: str, token: str, read: Reading, answers: Streaming
    ) -> Callable[[bytes, Context], AsyncIterator[Message]]:
        async def guarded(body: bytes, context: Context) -> AsyncIterator[Message]:
            try:
                async for message in answers(self._enter(rpc, token, read, body), context):
                    yield message
            except Exception as error:  # noqa: BLE001 - nothing but a Fault may leave
                await self._refuse(context, rpc, error)

        return guarded

    def _enter(self, rpc: str, token: str, read: Reading, body: bytes) -> Message:
        scheme, _, value = token.partition(" ")
        if scheme.lower() != "bearer" or not value:
            raise Fault(
                Kind.UNAUTHENTICATED, "UNAUTHENTICATED", "Send a token: metadata authorization, value 'Bearer <token>'."
            )
        actor = self._keys.actor_of(value)
        try:
            request = read(body)
        except DecodeError as error:
            raise Fault(
                Kind.INVALID, "MESSAGE_UNREADABLE", "The body is not the message that this call takes."
            ) from error
        structlog.contextvars.bind_contextvars(
            rpc=rpc,
            actor=actor.subject,
            request_id=_id_in(request, "request_id", REQUEST_ID),
            case_id=_id_in(request, "case_id", CASE_ID),
        )
        authorise(actor, rpc)
        _actor.set(actor)
        return request

    async def _refuse(self, context: Context, rpc: str, error: Exception) -> Never:
        fault = _fault_from(error)
        logger = log.get()
        if fault.kind is Kind.INTERNAL:
            logger.error("call failed", rpc=rpc, reason=fault.reason, exc_info=error)
        else:
            logger.info("call refused", rpc=rpc, kind=fault.kind.value, reason=fault.reason)
        await context.abort_with_status(rpc_status.to_status(status_of(fault)))


def _id_in(request: Message, field: str, form: re.Pattern[str]) -> str | None:
    """An id for the log, if it is one: whatever else somebody typed there may be a name, or long."""
    given = getattr(request, field, "")
    return given if form.fullmatch(given) else None


class Servable(Protocol):
    """What a service brings to be served."""

    @property
    def names(self) -> Sequence[str]:
        """The full proto names of what it offers, for health and reflection."""

    def add_to(self, server: grpc.aio.Server) -> None:
        """Register its servicer."""

    def drain(self) -> None:
        """End the streams that would never end by themselves: no new call is taken."""

    async def close(self) -> None:
        """Let go of what it holds, after the last call."""


class Server:
    """A gRPC server with health and reflection. `port` is known after `start`."""

    def __init__(self, service: Servable, keys: Keys, address: str) -> None:
        """Nothing listens yet; `address` is host:port, port 0 for a free one."""
        self._service = service
        self._server = grpc.aio.server(interceptors=[Gate(keys)], options=SERVER_OPTIONS)
        self._health = health.aio.HealthServicer()
        self._address = address
        self.port = 0

    async def start(self) -> None:
        """Listen. Raises Fault (UNAVAILABLE) when the address is taken."""
        self._service.add_to(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (*self._service.names, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)
        try:
            self.port = self._server.add_insecure_port(self._address)
        except RuntimeError as error:
            raise Fault(
                Kind.UNAVAILABLE, "ADDRESS_IN_USE", f"Cannot listen on {self._address}: is the suite running already?"
            ) from error
        await self._server.start()
        for name in ("", *self._service.names):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """Drain: say NOT_SERVING, let calls under way finish, then close the service."""
        await self._health.enter_graceful_shutdown()
        self._service.drain()
        await self._server.stop(DRAIN_SECONDS)
        await self._service.close()


async def serve(service: Servable, keys: Keys, address: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    server = Server(service, keys, address)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await server.start()
    log.get().info("listening", address=address)
    await stopping.wait()
    await server.stop()
    log.get().info("stopped")


# The calling side


def _signed(details: grpc.aio.ClientCallDetails, token: str) -> grpc.aio.ClientCallDetails:
    metadata = details.metadata or grpc.aio.Metadata()
    metadata.add("authorization", f"Bearer {token}")
    return grpc.aio.ClientCallDetails(
        details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
    )


class _SignedCall(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Q], Awaitable[grpc.aio.UnaryUnaryCall[Q, A]]],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Q,
    ) -> A | grpc.aio.UnaryUnaryCall[Q, A]:
        return await continuation(_signed(client_call_details, self._token()), request)


class _SignedStream(grpc.aio.UnaryStreamClientInterceptor):
    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    async def intercept_unary_stream(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Q], Awaitable[grpc.aio.UnaryStreamCall[Q, A]]],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Q,
    ) -> AsyncIterator[A] | grpc.aio.UnaryStreamCall[Q, A]:
        return await continuation(_signed(client_call_details, self._token()), request)


def channel(address: str, token: Callable[[], str]) -> grpc.aio.Channel:
    """A channel whose calls carry the token that `token` gives at that moment."""
    interceptors = [_SignedCall(token), _SignedStream(token)]
    return grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS, interceptors=interceptors)


def machine_token(keys: Keys, subject: str, role: Role) -> Callable[[], str]:
    """Tokens for one of the suite's own processes, made anew before they expire."""
    held = ("", 0.0)

    def token() -> str:
        nonlocal held
        if time() > held[1] - TOKEN_SECONDS / 2:
            held = (keys.issue(subject, {role}, "*", seconds=TOKEN_SECONDS), time() + TOKEN_SECONDS)
        return held[0]

    return token
