"""A channel to several instances of one service: whichever works answers, and one that does not is left out."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from types import TracebackType
from typing import Literal, Protocol, Self, TypeVar, cast

import grpc

from sevensteps.retrying import Pauses

Q = TypeVar("Q")
A = TypeVar("A")
Cardinality = Literal["unary_unary", "unary_stream"]

PASSING = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})
"""How a call ends where its instance dies, stops or is busy. Another one may be asked the same: a change carries a
request id, and an event its own, so that it is done once. (Whoever gives up a call gets asyncio's own cancellation.)"""
LEFT_OUT_SECONDS = 1.0
"""How long an instance that did not answer is asked only if there is no other."""
PATIENCE_SECONDS = 3.0
"""How long a call looks for an instance that answers, where its own time is not over before."""
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.5
RANKS: Mapping[grpc.ChannelConnectivity, int] = {
    grpc.ChannelConnectivity.READY: 0,
    grpc.ChannelConnectivity.IDLE: 1,
    grpc.ChannelConnectivity.CONNECTING: 1,
}
NO_CONNECTION = 2


class _Call(Protocol):
    """A call under way, as it is used here: to be awaited, or read."""

    def __await__(self) -> Generator[object, None, object]: ...
    def __aiter__(self) -> AsyncIterator[object]: ...
    def cancel(self) -> bool: ...


class SeveralChannel(grpc.aio.Channel):
    """Instances are called in turn. One that is away, stops or hangs is left out, and its call goes to the next.

    Only a call that was not answered is sent again: a stream that has begun ends with the instance that sends it, and
    whoever reads goes on from its last bookmark.
    """

    def __init__(self, channels: Sequence[grpc.aio.Channel]) -> None:
        """`channels` are those to the instances, or one to a name that stands for several."""
        self._instances = [_Instance(each) for each in channels]
        self._turn = 0

    def best(self, tried: set[_Instance]) -> _Instance:
        """The instance to ask next, of those that have not been tried."""
        self._turn += 1
        at = self._turn % len(self._instances)
        in_turn = self._instances[at:] + self._instances[:at]
        return min((each for each in in_turn if each not in tried), key=_Instance.rank)

    def unary_unary(self, method: str, *how: object, **more: object) -> grpc.aio.UnaryUnaryMultiCallable[Q, A]:
        """See grpc.aio.Channel."""
        calls = {each: each.calls("unary_unary", method, *how, **more) for each in self._instances}
        return cast("grpc.aio.UnaryUnaryMultiCallable[Q, A]", _Asking(self, calls))

    def unary_stream(self, method: str, *how: object, **more: object) -> grpc.aio.UnaryStreamMultiCallable[Q, A]:
        """See grpc.aio.Channel."""
        calls = {each: each.calls("unary_stream", method, *how, **more) for each in self._instances}
        return cast("grpc.aio.UnaryStreamMultiCallable[Q, A]", _Reading(self, calls))

    def stream_unary(self, method: str, *how: object, **more: object) -> grpc.aio.StreamUnaryMultiCallable[Q, A]:
        """See grpc.aio.Channel. What is streamed cannot be sent again: it goes to one instance."""
        return self.best(set()).channel.stream_unary(method, *how, **more)  # type: ignore[arg-type]  # as it came

    def stream_stream(self, method: str, *how: object, **more: object) -> grpc.aio.StreamStreamMultiCallable[Q, A]:
        """See grpc.aio.Channel. What is streamed cannot be sent again: it goes to one instance."""
        return self.best(set()).channel.stream_stream(method, *how, **more)  # type: ignore[arg-type]  # as it came

    async def close(self, grace: float | None = None) -> None:
        """See grpc.aio.Channel."""
        for each in self._instances:
            await each.channel.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:  # noqa: FBT001, FBT002 - grpc's
        """See grpc.aio.Channel."""
        return self.best(set()).channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """See grpc.aio.Channel."""
        await self.best(set()).channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """See grpc.aio.Channel."""
        await self.best(set()).channel.channel_ready()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()


class _Instance:
    """One of the instances, as far as this process knows it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel
        self._left_out_until = float("-inf")

    def calls(self, kind: Cardinality, *how: object, **more: object) -> Callable[..., _Call]:
        """One RPC of it, to be called."""
        return cast("Callable[..., _Call]", getattr(self.channel, kind)(*how, **more))

    def leave_out(self) -> None:
        """It did not answer just now."""
        self._left_out_until = asyncio.get_running_loop().time() + LEFT_OUT_SECONDS

    def rank(self) -> tuple[bool, int]:
        """The lower, the sooner it is asked."""
        is_left_out = asyncio.get_running_loop().time() < self._left_out_until
        return is_left_out, RANKS.get(self.channel.get_state(try_to_connect=True), NO_CONNECTION)


class _Search:
    """The search for an instance that answers one call."""

    def __init__(self, channel: SeveralChannel, count: int, seconds: float | None) -> None:
        self._channel = channel
        self._count = count
        self._now = asyncio.get_running_loop().time
        self._deadline = None if seconds is None else self._now() + seconds
        self._give_up = self._now() + PATIENCE_SECONDS
        self._pauses = Pauses(FIRST_PAUSE, LONGEST_PAUSE)
        self._tried: set[_Instance] = set()

    def next(self) -> _Instance:
        """The instance to ask."""
        return self._channel.best(self._tried)

    def seconds_left(self) -> float | None:
        """How long the call may still take."""
        return None if self._deadline is None else max(self._deadline - self._now(), 0)

    async def go_on(self, instance: _Instance, error: grpc.aio.AioRpcError) -> None:
        """Leave out an instance that did not answer. Raises the error if it is an answer, or time is over."""
        latest = self._give_up if self._deadline is None else min(self._deadline, self._give_up)
        if error.code() not in PASSING or self._now() > latest:
            raise error
        instance.leave_out()
        self._tried.add(instance)
        if len(self._tried) == self._count:
            self._tried.clear()
            await self._pauses.pause()


class _Asking:
    """One RPC that is answered by one message."""

    def __init__(self, channel: SeveralChannel, calls: Mapping[_Instance, Callable[..., _Call]]) -> None:
        self._channel = channel
        self._calls = calls

    async def __call__(self, request: object, *, timeout: float | None = None, **options: object) -> object:  # noqa: ASYNC109 - grpc's
        search = _Search(self._channel, len(self._calls), timeout)
        while True:
            instance = search.next()
            try:
                return await self._calls[instance](request, timeout=search.seconds_left(), **options)
            except grpc.aio.AioRpcError as error:
                await search.go_on(instance, error)


class _Reading:
    """One RPC that is answered by a stream."""

    def __init__(
        self,
        channel: SeveralChannel,
        calls: Mapping[_Instance, Callable[..., _Call]],
    ) -> None:
        self._channel = channel
        self._calls = calls

    async def __call__(
        self,
        request: object,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - grpc's
        **options: object,
    ) -> AsyncIterator[object]:
        search = _Search(self._channel, len(self._calls), timeout)
        while True:
            instance = search.next()
            call = self._calls[instance](request, timeout=search.seconds_left(), **options)
            has_begun = False
            try:
                async for message in call:
                    has_begun = True
                    yield message
            except grpc.aio.AioRpcError as error:
                if has_begun:
                    raise
                await search.go_on(instance, error)
            else:
                return
            finally:
                call.cancel()
