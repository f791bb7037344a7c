"""A channel that takes new certificates while it is used: gRPC's own has those that it was opened with."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Literal, Self, TypeVar, cast

import grpc

from sevensteps.encryption.certificates import Files
from sevensteps.encryption.folder import Certificates
from sevensteps.rpc.options import CHANNEL_OPTIONS, Options

Q = TypeVar("Q")
A = TypeVar("A")
Cardinality = Literal["unary_unary", "unary_stream", "stream_unary", "stream_stream"]


class EncryptedChannel(grpc.aio.Channel):
    """A channel whose calls go over the newest certificates; those under way finish over those that they began with."""

    def __init__(
        self,
        address: str,
        certificates: Certificates,
        interceptors: Sequence[grpc.aio.ClientInterceptor] = (),
        options: Options = CHANNEL_OPTIONS,
    ) -> None:
        """Connects when first used."""
        self._options = options
        self._address = address
        self._certificates = certificates
        self._interceptors = interceptors
        self._open = [self._opened(certificates.files())]

    def newest(self) -> _Open:
        """The channel for the next call."""
        files = self._certificates.files()
        if files is not self._open[-1].files:
            self._open[-1].retire()
            self._open = [*(each for each in self._open if not each.is_closed), self._opened(files)]
        return self._open[-1]

    def _opened(self, files: Files) -> _Open:
        own = (files.key_pem, files.chain_pem) if files.chain else (None, None)
        credentials = grpc.ssl_channel_credentials(files.authorities_pem, *own)
        channel = grpc.aio.secure_channel(
            self._address, credentials, options=self._options, interceptors=self._interceptors
        )
        return _Open(channel, files)

    def unary_unary(
        self,
        method: str,
        request_serializer: Callable[[Q], bytes] | None = None,
        response_deserializer: Callable[[bytes], A] | None = None,
        **more: object,
    ) -> grpc.aio.UnaryUnaryMultiCallable[Q, A]:
        """See grpc.aio.Channel."""
        calls = _Calls(self, "unary_unary", (method, request_serializer, response_deserializer), more)
        return cast("grpc.aio.UnaryUnaryMultiCallable[Q, A]", calls)

    def unary_stream(
        self,
        method: str,
        request_serializer: Callable[[Q], bytes] | None = None,
        response_deserializer: Callable[[bytes], A] | None = None,
        **more: object,
    ) -> grpc.aio.UnaryStreamMultiCallable[Q, A]:
        """See grpc.aio.Channel."""
        calls = _Calls(self, "unary_stream", (method, request_serializer, response_deserializer), more)
        return cast("grpc.aio.UnaryStreamMultiCallable[Q, A]", calls)

    def stream_unary(
        self,
        method: str,
        request_serializer: Callable[[Q], bytes] | None = None,
        response_deserializer: Callable[[bytes], A] | None = None,
        **more: object,
    ) -> grpc.aio.StreamUnaryMultiCallable[Q, A]:
        """See grpc.aio.Channel."""
        calls = _Calls(self, "stream_unary", (method, request_serializer, response_deserializer), more)
        return cast("grpc.aio.StreamUnaryMultiCallable[Q, A]", calls)

    def stream_stream(
        self,
        method: str,
        request_serializer: Callable[[Q], bytes] | None = None,
        response_deserializer: Callable[[bytes], A] | None = None,
        **more: object,
    ) -> grpc.aio.StreamStreamMultiCallable[Q, A]:
        """See grpc.aio.Channel."""
        calls = _Calls(self, "stream_stream", (method, request_serializer, response_deserializer), more)
        return cast("grpc.aio.StreamStreamMultiCallable[Q, A]", calls)

    async def close(self, grace: float | None = None) -> None:
        """See grpc.aio.Channel."""
        for each in self._open:
            await each.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:  # noqa: FBT001, FBT002 - grpc's
        """See grpc.aio.Channel."""
        return self.newest().channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """See grpc.aio.Channel."""
        await self.newest().channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """See grpc.aio.Channel."""
        await self.newest().channel.channel_ready()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()


class _Open:
    """gRPC's channel with the certificates of one moment. Once others have come it is closed, after its last call."""

    def __init__(self, channel: grpc.aio.Channel, files: Files) -> None:
        self.channel = channel
        self.files = files
        self._under_way = 0
        self._is_retired = False
        self._closing: asyncio.Task[None] | None = None

    @property
    def is_closed(self) -> bool:
        return self._closing is not None and self._closing.done()

    def note(self, call: grpc.aio.Call) -> None:
        """Count a call until it has ended."""
        self._under_way += 1
        call.add_done_callback(self._note_end)

    def retire(self) -> None:
        """Close after the calls under way."""
        self._is_retired = True
        self._close_if_done()

    async def close(self, grace: float | None) -> None:
        """Close now."""
        if self._closing is None:
            self._closing = asyncio.create_task(self.channel.close(grace))
        await self._closing

    def _note_end(self, _: object) -> None:
        self._under_way -= 1
        self._close_if_done()

    def _close_if_done(self) -> None:
        if self._is_retired and not self._under_way and self._closing is None:
            self._closing = asyncio.create_task(self.channel.close())


class _Calls:
    """One RPC of an encrypted channel, to be called."""

    def __init__(
        self, channel: EncryptedChannel, kind: Cardinality, how: tuple[object, ...], more: dict[str, object]
    ) -> None:
        self._channel = channel
        self._kind = kind
        self._how = how
        self._more = more
        self._of: _Open | None = None
        self._callable: Callable[..., grpc.aio.Call] | None = None

    def __call__(self, *request: object, **options: object) -> grpc.aio.Call:
        newest = self._channel.newest()
        if self._callable is None or newest is not self._of:
            self._of, self._callable = newest, getattr(newest.channel, self._kind)(*self._how, **self._more)
        call = self._callable(*request, **options)
        newest.note(call)
        return call
