"""A channel to several instances of one service: whichever works answers, and one that does not is left out."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Generator, Mapping, Sequence
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
"""How long a call that one instance did not answer looks for another, where its own time is not over before."""
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.5
CONNECTING_SECONDS = 0.005
"""How often to look which of the instances has taken the connection first. One that hangs never does."""
COMING = frozenset({grpc.ChannelConnectivity.IDLE, grpc.ChannelConnectivity.CONNECTING})


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

    def best(self, among: Collection[_Instance] = ()) -> _Instance:
        """The instance to call next, of some or of all."""
        self._turn = (self._turn + 1) % len(self._instances)
        in_turn = self._instances[self._turn :] + self._instances[: self._turn]
        return min((each for each in in_turn if not among or each in among), key=_Instance.is_left_out)

    async def connected(self, tried: set[_Instance], until: float) -> _Instance:
        """The instance to call next, of those that have not been tried: one that is connected, as soon as one is."""
        untried = [each for each in self._instances if each not in tried]
        while True:
            states = {each: each.channel.get_state(try_to_connect=True) for each in untried}
            ready = [each for each, state in states.items() if state is grpc.ChannelConnectivity.READY]
            if ready or COMING.isdisjoint(states.values()) or _now() > until:
                return self.best(ready or untried)
            await asyncio.sleep(CONNECTING_SECONDS)

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
        return self.best().channel.stream_unary(method, *how, **more)  # type: ignore[arg-type]  # as it came

    def stream_stream(self, method: str, *how: object, **more: object) -> grpc.aio.StreamStreamMultiCallable[Q, A]:
        """See grpc.aio.Channel. What is streamed cannot be sent again: it goes to one instance."""
        return self.best().channel.stream_stream(method, *how, **more)  # type: ignore[arg-type]  # as it came

    async def close(self, grace: float | None = None) -> None:
        """See grpc.aio.Channel."""
        for each in self._instances:
            await each.channel.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:  # noqa: FBT001, FBT002 - grpc's
        """See grpc.aio.Channel."""
        return self.best().channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """See grpc.aio.Channel."""
        await self.best().channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """See grpc.aio.Channel."""
        await self.best().channel.channel_ready()

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
        self._left_out_until = _now() + LEFT_OUT_SECONDS

    def is_left_out(self) -> bool:
        """Whether it did not answer a moment ago."""
        return _now() < self._left_out_until


def _now() -> float:
    return asyncio.get_running_loop().time()


class _Search:
    """The search for an instance that answers one call."""

    def __init__(self, channel: SeveralChannel, count: int, seconds: float | None) -> None:
        self._channel = channel
        self._count = count
        self._deadline = None if seconds is None else _now() + seconds
        self._give_up: float | None = None
        self._pauses = Pauses(FIRST_PAUSE, LONGEST_PAUSE)
        self._tried: set[_Instance] = set()

    async def next(self) -> _Instance:
        """The instance to ask."""
        patience = _now() + PATIENCE_SECONDS
        return await self._channel.connected(self._tried, min(patience, self._deadline or patience))

    def seconds_left(self) -> float | None:
        """How long the call may still take."""
        return None if self._deadline is None else max(self._deadline - _now(), 0)

    async def go_on(self, instance: _Instance, error: grpc.aio.AioRpcError) -> None:
        """Leave out an instance that did not answer. Raises the error if it is an answer, or time is over."""
        self._give_up = self._give_up or _now() + PATIENCE_SECONDS
        if error.code() not in PASSING or _now() > min(self._give_up, self._deadline or self._give_up):
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
            instance = await search.next()
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
            instance = await search.next()
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
