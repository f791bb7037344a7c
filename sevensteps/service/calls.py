"""How a method of a servicer becomes an RPC: the request is read and checked, and the method runs in one transaction.

    @changes(pb.RequestReviewResponse, wire.because_of)
    def RequestReview(self, work: Work, request: pb.RequestReviewRequest, because: str) -> pb.RequestReviewResponse:

`wire.because_of` reads the fields of the request; the method gets what it read.
"""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Protocol, TypeAlias, TypeVar, overload

from google.protobuf.message import Message

from sevensteps.fields import Fields
from sevensteps.rpc.interceptor import Context
from sevensteps.service.use_cases import Keeping, UseCases
from sevensteps.service.work import Work


class Servicer(Protocol):
    """Whoever answers the calls of a service."""

    use_cases: UseCases


S = TypeVar("S", bound=Servicer)
Q = TypeVar("Q", bound=Message)
V = TypeVar("V")
M = TypeVar("M", bound=Message)
A = TypeVar("A")

Rpc: TypeAlias = "Callable[[S, Q, Context], Awaitable[M]]"


def reads(method: Callable[[S, Work, Q], M]) -> Rpc[S, Q, M]:
    """Make a method an RPC that only reads."""

    @wraps(method)
    async def rpc(self: S, request: Q, _: Context) -> M:
        if "case_id" in request.DESCRIPTOR.fields_by_name:
            fields = Fields()
            fields.given("case_id", getattr(request, "case_id"))  # noqa: B009 - a field that Message does not name
            fields.check()
        return await self.use_cases.look(lambda work: method(self, work, request))

    return rpc


@overload
def changes(
    response: type[M], *, keeping: Keeping[M] | None = None
) -> Callable[[Callable[[S, Work, Q], M]], Rpc[S, Q, M]]: ...


@overload
def changes(
    response: type[M],
    reading: Callable[[Q, Fields], V],
    *,
    keeping: Keeping[M] | None = None,
    turn: Callable[[Q], int] | None = None,
) -> Callable[[Callable[[S, Work, Q, V], M]], Rpc[S, Q, M]]: ...


@overload
def changes(
    response: type[M],
    reading: Callable[[Q, Fields], V],
    *,
    asking: Callable[[UseCases, Q], Awaitable[A]],
    keeping: Keeping[M] | None = None,
    turn: Callable[[Q], int] | None = None,
) -> Callable[[Callable[[S, Work, Q, V, A], M]], Rpc[S, Q, M]]: ...


def changes(
    response: type[M],
    reading: Callable[[Q, Fields], V] | None = None,
    *,
    asking: Callable[[UseCases, Q], Awaitable[A]] | None = None,
    keeping: Keeping[M] | None = None,
    turn: Callable[[Q], int] | None = None,
) -> Callable[[Callable[..., M]], Rpc[S, Q, M]]:
    """Make a method an RPC that changes something, once for every request id.

    `reading` reads the fields that need a check, and notes every wrong one; leave it out where there are none.
    `asking` asks another service beforehand, and the method gets its answer: no transaction waits for that.
    `keeping` says how its answers are kept, where not as they are for a day. An RPC that opens a step has a `turn`: the
    round or version for which it does so once.
    """

    def rpc_of(method: Callable[..., M]) -> Rpc[S, Q, M]:
        @wraps(method)
        async def rpc(self: S, request: Q, _: Context) -> M:
            def read(fields: Fields) -> tuple[V, ...]:
                return (reading(request, fields),) if reading else ()

            asked = (await asking(self.use_cases, request),) if asking else ()
            return await self.use_cases.change(
                request,
                response,
                read,
                lambda work, values: method(self, work, request, *values, *asked),
                keeping or Keeping(),
                turn(request) if turn else None,
            )

        return rpc

    return rpc_of
