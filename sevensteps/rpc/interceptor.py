"""What every call passes: who calls, whether they may, what is logged, and what a caller hears of an error."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Never, TypeAlias, TypeVar, cast

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from sevensteps import log
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind
from sevensteps.fields import REQUEST_ID, refuse_nul
from sevensteps.identity.actor import EVERY_COUNCIL, Actor
from sevensteps.identity.rights import authorise
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.faults import fault_from, status_of

CASE_ID = re.compile(r"case-[0-9a-z]{1,12}", re.ASCII)
OPEN_TO_ALL = ("/grpc.health.", "/grpc.reflection.")
Q = TypeVar("Q")
A = TypeVar("A")
Reading: TypeAlias = "Callable[[bytes], Message]"
Answering: TypeAlias = "Callable[[Message, Context], Awaitable[Message]]"
Streaming: TypeAlias = "Callable[[Message, Context], AsyncIterator[Message]]"
_actor: ContextVar[Actor] = ContextVar("actor")


def caller() -> Actor:
    """Who made the call that is being answered."""
    return _actor.get()


Context: TypeAlias = "grpc.aio.ServicerContext[Message, Message]"


class AuthInterceptor(grpc.aio.ServerInterceptor):
    """Checks who calls and whether they may, binds the log to the call, and makes a status of every error."""

    def __init__(self, keys: Keys, councils: Councils) -> None:
        """`keys` check tokens, `councils` whose they are; health and reflection need none."""
        self._keys = keys
        self._councils = councils

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
        read = cast(
            "Reading", handler.request_deserializer
        )  # called by the guard, so that no stranger's body is parsed
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
        if actor.council != EVERY_COUNCIL:
            self._councils.ensure_known(actor.council)
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
        refuse_nul(request, body)
        _actor.set(actor)
        return request

    async def _refuse(self, context: Context, rpc: str, error: Exception) -> Never:
        fault = fault_from(error)
        logger = log.get()
        if fault.kind is Kind.INTERNAL:
            logger.error("call failed", rpc=rpc, reason=fault.reason, exc_info=error)
        else:
            logger.info("call refused", rpc=rpc, kind=fault.kind.value, reason=fault.reason)
        await context.abort_with_status(rpc_status.to_status(status_of(fault)))


def _id_in(request: Message, field: str, form: re.Pattern[str]) -> str | None:
    """An id for the log. Anything else that somebody typed there may be a name, or long, and is left out."""
    value = getattr(request, field, "")
    return value if form.fullmatch(value) else None
