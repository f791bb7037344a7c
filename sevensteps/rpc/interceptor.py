"""What every call passes: who calls, whether they may, what is logged, and what a caller hears of an error."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Never, TypeAlias, TypeVar, cast

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from sevensteps import log, trace_context
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind
from sevensteps.fields import REQUEST_ID, refuse_nul
from sevensteps.identity.actor import EVERY_COUNCIL, Actor
from sevensteps.identity.claims import CheckedToken
from sevensteps.identity.rights import authorise
from sevensteps.rpc.encryption import ensure_own_process
from sevensteps.rpc.faults import fault_from, status_of
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.lasting import while_valid
from sevensteps.rpc.room import Room, stopping
from sevensteps.rpc.tracing import note_refusal
from sevensteps.telemetry.calls import Call
from sevensteps.telemetry.spans import CASE_ID, COUNCIL, ROLES

CASE_ID_FORM = re.compile(r"case-[0-9a-z]{1,12}", re.ASCII)
OPEN_TO_ALL = ("/grpc.health.", "/grpc.reflection.")
HEALTH_CHECK = "/grpc.health.v1.Health/Check"
"""Always answered: whoever starts what hangs again must not take what is busy for it."""
STRANGER = ("", "")
Q = TypeVar("Q")
A = TypeVar("A")
Reading: TypeAlias = "Callable[[bytes], Message]"
Answering: TypeAlias = "Callable[[Message, Context], Awaitable[Message]]"
NotingRefused: TypeAlias = "Callable[[Actor, str, Fault], None]"
Streaming: TypeAlias = "Callable[[Message, Context], AsyncIterator[Message]]"
_actor: ContextVar[Actor] = ContextVar("actor")


def caller() -> Actor:
    """Who made the call that is being answered."""
    return _actor.get()


Context: TypeAlias = "grpc.aio.ServicerContext[Message, Message]"


class AuthInterceptor(grpc.aio.ServerInterceptor):
    """Checks who calls and whether they may, binds the log to the call, and makes a status of every error.

    It counts and times the call, too: here alone is known how each ends.
    """

    def __init__(
        self, identity: Identity, councils: Councils, room: Room, *, is_encrypted: bool, note_refused: NotingRefused
    ) -> None:
        """`identity` checks tokens, `councils` whose they are, `room` whether there is any; health needs none.

        Where calls are encrypted, the suite's own processes show certificates too. `note_refused` hears of those whose
        token is valid and who may not make the call all the same.
        """
        self._identity = identity
        self._is_encrypted = is_encrypted
        self._councils = councils
        self._room = room
        self._note_refused = note_refused

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Q, A] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Q, A] | None:
        """Wrap the handler of the call. Whoever may not call is refused here, before gRPC reads the body."""
        handler = await continuation(handler_call_details)
        rpc = handler_call_details.method
        if handler is None or rpc == HEALTH_CHECK:
            return handler
        if rpc.startswith(OPEN_TO_ALL):
            return self._for_strangers(handler, rpc)
        counted = Call(rpc)
        try:
            token = await self._admit(rpc, handler_call_details)
            self._room.enter((token.actor.council, token.actor.subject), stream=handler.response_streaming)
        except Exception as error:  # noqa: BLE001 - nothing but a Fault may leave
            return _refusing(rpc, error, counted)
        # The body is parsed by the guard: gRPC itself would answer one that cannot be parsed without a reason.
        read = cast("Reading", handler.request_deserializer)
        call = _Call(rpc, counted, token, read, self._room, self._identity, self._is_encrypted)
        if handler.response_streaming:
            streaming = partial(call.stream, cast("Streaming", handler.unary_stream))
            return grpc.unary_stream_rpc_method_handler(streaming, None, handler.response_serializer)
        answering = partial(call.answer, cast("Answering", handler.unary_unary))
        return grpc.unary_unary_rpc_method_handler(answering, None, handler.response_serializer)

    def _for_strangers(self, handler: grpc.RpcMethodHandler[Q, A], rpc: str) -> grpc.RpcMethodHandler[Q, A]:
        """The handler of a call that anybody may make, where there is room. It is counted only where there is none."""
        try:
            self._room.enter(STRANGER, stream=True)
        except Fault as fault:
            return _refusing(rpc, fault, Call(rpc))
        return handler

    async def _admit(self, rpc: str, details: grpc.HandlerCallDetails) -> CheckedToken:
        """Who calls. Raises Faults."""
        token = next((str(value) for key, value in details.invocation_metadata if key == "authorization"), "")
        scheme, _, value = token.partition(" ")
        if scheme.lower() != "bearer" or not value:
            raise Fault(
                Kind.UNAUTHENTICATED, "UNAUTHENTICATED", "Send a token: metadata authorization, value 'Bearer <token>'."
            )
        checked = await self._identity.check(value)
        actor = checked.actor
        structlog.contextvars.bind_contextvars(rpc=rpc, actor=actor.subject)
        trace_context.note({COUNCIL: actor.council, ROLES: ",".join(sorted(actor.roles))})
        try:
            if actor.council != EVERY_COUNCIL:
                self._councils.ensure_known(actor.council)
            authorise(actor, rpc)
        except Fault as fault:
            self._note_refused(actor, rpc, fault)
            raise
        return checked


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that has been let in."""

    rpc: str
    counted: Call
    token: CheckedToken
    read: Reading
    room: Room
    identity: Identity
    is_encrypted: bool

    async def answer(self, answer: Answering, body: bytes, context: Context) -> Message:
        """Answer it with one message."""
        try:
            message = await answer(self._request(body, context), context)
        except asyncio.CancelledError:
            await self._cut(context)
            raise
        except Exception as error:  # noqa: BLE001 - nothing but a Fault may leave
            return await _refuse(context, self.rpc, error, self.counted)
        self.counted.answered()
        return message

    async def stream(self, answers: Streaming, body: bytes, context: Context) -> AsyncIterator[Message]:
        """Answer it with messages, until there are no more, or the token expires or is revoked."""
        try:
            messages = answers(self._request(body, context), context)
            async for message in while_valid(messages, self.token, self.identity.revocations):
                yield message
            self.counted.answered()
        except asyncio.CancelledError:
            await self._cut(context)
            raise
        except Exception as error:  # noqa: BLE001 - nothing but a Fault may leave
            await _refuse(context, self.rpc, error, self.counted)

    def _request(self, body: bytes, context: Context) -> Message:
        if self.is_encrypted:
            ensure_own_process(self.token.actor, context)
        try:
            request = self.read(body)
        except DecodeError as error:
            raise Fault(
                Kind.INVALID, "MESSAGE_UNREADABLE", "The body is not the message that this call takes."
            ) from error
        case_id = _id_in(request, "case_id", CASE_ID_FORM)
        structlog.contextvars.bind_contextvars(request_id=_id_in(request, "request_id", REQUEST_ID), case_id=case_id)
        if case_id:
            trace_context.note({CASE_ID: case_id})
        refuse_nul(request, body)
        _actor.set(self.token.actor)
        return request

    async def _cut(self, context: Context) -> None:
        """Tell the caller of a call that is cut because the server stops; not one that the caller gave up."""
        if self.room.is_closed and not context.cancelled():
            await _refuse(context, self.rpc, stopping(), self.counted)


def _refusing(rpc: str, error: Exception, counted: Call) -> grpc.RpcMethodHandler[Q, A]:
    """A handler that answers with an error. As one of a stream of requests it reads none of them."""

    async def refuse(_requests: AsyncIterator[bytes], context: Context) -> Message:
        return await _refuse(context, rpc, error, counted)

    return cast("grpc.RpcMethodHandler[Q, A]", grpc.stream_unary_rpc_method_handler(refuse))


async def _refuse(context: Context, rpc: str, error: Exception, counted: Call) -> Never:
    fault = fault_from(error)
    status = rpc_status.to_status(status_of(fault))
    counted.refused(status.code.name, fault.reason)
    note_refusal(fault)
    logger = log.get()
    if fault.kind is Kind.INTERNAL:
        logger.error("call failed", rpc=rpc, reason=fault.reason, exc_info=error)
    else:
        logger.info("call refused", rpc=rpc, kind=fault.kind.value, reason=fault.reason)
    await context.abort_with_status(status)


def _id_in(request: Message, field: str, form: re.Pattern[str]) -> str | None:
    """An id for the log. Anything else that somebody typed there may be a name, or long, and is left out."""
    value = getattr(request, field, "")
    return value if form.fullmatch(value) else None
