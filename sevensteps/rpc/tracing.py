"""Calls as steps of a trace, on both sides: with the code and the reason that the caller hears.

OpenTelemetry's own interceptors record OK for an error with details, and know no reasons.
"""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar, cast

import grpc

from sevensteps import trace_context
from sevensteps.errors import Fault
from sevensteps.rpc.faults import CODES, fault_of
from sevensteps.telemetry import spans
from sevensteps.telemetry.spans import REASON, Side, Span
from sevensteps.trace_context import HEADER, TraceContext

CODE = "rpc.grpc.status_code"
OUR_TROUBLE = frozenset(
    code.value[0]
    for code in (
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
    )
)
"""The codes for which the server is to blame, so that its side of the call has failed."""
OK: int = grpc.StatusCode.OK.value[0]
CANCELLED: int = grpc.StatusCode.CANCELLED.value[0]
UNKNOWN: int = grpc.StatusCode.UNKNOWN.value[0]
OUTSIDE = ("/grpc.health.", "/grpc.reflection.")
"""What is asked every few seconds, and tells no story."""
Q = TypeVar("Q")
A = TypeVar("A")
Context = grpc.aio.ServicerContext
Answering = Callable[[Q, "Context[Q, A]"], Awaitable[A]]
Streaming = Callable[[Q, "Context[Q, A]"], AsyncIterator[A]]


def note_refusal(fault: Fault) -> None:
    """Keep, with the call that is being answered, how it is refused."""
    trace_context.note({CODE: CODES[fault.kind], REASON: fault.reason})


class TracedServer(grpc.aio.ServerInterceptor):
    """Goes on with the trace of the caller, and records the call. The outermost interceptor."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Q, A] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Q, A] | None:
        """Begin the step, and end it with the handler of the call."""
        if handler_call_details.method.startswith(OUTSIDE):
            return await continuation(handler_call_details)
        parent = _parent(handler_call_details.invocation_metadata)
        step = _begin(handler_call_details.method, Side.SERVER, parent)
        trace_context.go(step)
        handler = await continuation(handler_call_details)
        return _recorded(handler, step) if handler is not None and isinstance(step, Span) else handler


def _parent(metadata: Iterable[tuple[str, str | bytes]]) -> TraceContext | None:
    return next((trace_context.read(str(value)) for key, value in metadata if key == HEADER), None)


def _begin(method: str, side: Side, parent: TraceContext | None) -> TraceContext | None:
    service, _, rpc = method[1:].rpartition("/")
    step = spans.begin(f"{service}/{rpc}", side, parent)
    if isinstance(step, Span):
        step.attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": rpc}
    return step


def _recorded(handler: grpc.RpcMethodHandler[Q, A], step: Span) -> grpc.RpcMethodHandler[Q, A]:
    """The handler, at whose end the step ends."""
    read, write = handler.request_deserializer, handler.response_serializer
    if handler.response_streaming:
        streaming = _streaming(cast("Streaming[Q, A]", handler.unary_stream), step)
        return grpc.unary_stream_rpc_method_handler(streaming, read, write)
    if handler.request_streaming:  # whoever is refused is answered without being read
        refusing = _answering(cast("Answering[AsyncIterator[Q], A]", handler.stream_unary), step)
        return cast("grpc.RpcMethodHandler[Q, A]", grpc.stream_unary_rpc_method_handler(refusing, read, write))
    answering = _answering(cast("Answering[Q, A]", handler.unary_unary), step)
    return grpc.unary_unary_rpc_method_handler(answering, read, write)


def _answering(answer: Answering[Q, A], step: Span) -> Answering[Q, A]:
    async def recorded(request: Q, context: Context[Q, A]) -> A:
        try:
            response = await answer(request, context)
        except BaseException as error:
            _end(step, error)
            raise
        _end(step, None)
        return response

    return recorded


def _streaming(answers: Streaming[Q, A], step: Span) -> Streaming[Q, A]:
    async def recorded(request: Q, context: Context[Q, A]) -> AsyncIterator[A]:
        try:
            async for response in answers(request, context):
                yield response
        except BaseException as error:
            _end(step, error)
            raise
        _end(step, None)

    return recorded


def _end(step: Span, error: BaseException | None) -> None:
    """End the server's side of a call: its code is noted already where it was refused."""
    is_cut = isinstance(error, asyncio.CancelledError | GeneratorExit)
    code = step.attributes.setdefault(CODE, OK if error is None else CANCELLED if is_cut else UNKNOWN)
    spans.end(step, failed=code in OUR_TROUBLE)


class TracedCall(grpc.aio.UnaryUnaryClientInterceptor):
    """Sends the trace along with a call, and records it. The outermost interceptor."""

    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Q], Awaitable[grpc.aio.UnaryUnaryCall[Q, A]]],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Q,
    ) -> A | grpc.aio.UnaryUnaryCall[Q, A]:
        """Begin the step, and end it with the call."""
        step = _begin(_method(client_call_details), Side.CLIENT, trace_context.here())
        details = _with(client_call_details, step)
        if not isinstance(step, Span):
            return await continuation(details, request)
        call: grpc.aio.UnaryUnaryCall[Q, A] | None = None
        try:
            call = await continuation(details, request)
            await _note_end(call, step)
        except asyncio.CancelledError:
            step.note({CODE: CANCELLED})
            if call is not None:
                call.cancel()
            raise
        except grpc.aio.AioRpcError as error:  # it was not sent: there is no token
            _note_error(step, error)
            raise
        finally:
            spans.end(step, failed=step.attributes.get(CODE) != OK)
        return call


class TracedStream(grpc.aio.UnaryStreamClientInterceptor):
    """Sends the trace along with a call that is answered by a stream. The server's side alone is recorded."""

    async def intercept_unary_stream(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Q], Awaitable[grpc.aio.UnaryStreamCall[Q, A]]],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Q,
    ) -> AsyncIterator[A] | grpc.aio.UnaryStreamCall[Q, A]:
        """Send it along."""
        return await continuation(_with(client_call_details, trace_context.here()), request)


def _method(details: grpc.aio.ClientCallDetails) -> str:
    method: str | bytes = details.method  # bytes, whatever its type says
    return method.decode() if isinstance(method, bytes) else method


def _with(details: grpc.aio.ClientCallDetails, place: TraceContext | None) -> grpc.aio.ClientCallDetails:
    """The call with the trace; a caller that has said one itself is believed."""
    metadata = details.metadata or grpc.aio.Metadata()
    if place is None or metadata.get(HEADER) is not None:
        return details
    metadata.add(HEADER, place.traceparent)
    return grpc.aio.ClientCallDetails(
        details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
    )


async def _note_end(call: grpc.aio.UnaryUnaryCall[Q, A], step: Span) -> None:
    code = await call.code()
    step.note({CODE: code.value[0]})
    if code is not grpc.StatusCode.OK:
        error = grpc.aio.AioRpcError(
            code, await call.initial_metadata(), await call.trailing_metadata(), await call.details()
        )
        _note_error(step, error)


def _note_error(step: Span, error: grpc.aio.AioRpcError) -> None:
    step.note({CODE: error.code().value[0], REASON: fault_of(error).reason})
