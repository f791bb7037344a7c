"""The calling side: channels whose calls carry a token."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import grpc

from sevensteps.encryption.folder import Certificates
from sevensteps.errors import Fault
from sevensteps.identity.own_tokens import Tokens
from sevensteps.rpc.encrypted_channel import EncryptedChannel
from sevensteps.rpc.faults import error_of
from sevensteps.rpc.options import CHANNEL_OPTIONS
from sevensteps.rpc.tracing import TracedCall, TracedStream

Q = TypeVar("Q")
A = TypeVar("A")


async def _signed(details: grpc.aio.ClientCallDetails, tokens: Tokens) -> grpc.aio.ClientCallDetails:
    """The call with a token. Raises an error as a call does where there is none."""
    try:
        token = tokens()
        token = token if isinstance(token, str) else await token
    except Fault as fault:
        raise error_of(fault) from fault
    metadata = details.metadata or grpc.aio.Metadata()
    metadata.add("authorization", f"Bearer {token}")
    return grpc.aio.ClientCallDetails(
        details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
    )


class _SignedCall(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Q], Awaitable[grpc.aio.UnaryUnaryCall[Q, A]]],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Q,
    ) -> A | grpc.aio.UnaryUnaryCall[Q, A]:
        return await continuation(await _signed(client_call_details, self._tokens), request)


class _SignedStream(grpc.aio.UnaryStreamClientInterceptor):
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def intercept_unary_stream(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Q], Awaitable[grpc.aio.UnaryStreamCall[Q, A]]],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Q,
    ) -> AsyncIterator[A] | grpc.aio.UnaryStreamCall[Q, A]:
        return await continuation(await _signed(client_call_details, self._tokens), request)


def channel(address: str, tokens: Tokens, certificates: Certificates | None = None) -> grpc.aio.Channel:
    """A channel whose calls carry the token that `tokens` give at that moment; encrypted where there are certificates.

    Settings allow an address on another machine without them only where somebody has said so.
    """
    interceptors = [TracedCall(), TracedStream(), _SignedCall(tokens), _SignedStream(tokens)]
    return _opened(address, certificates, interceptors)


def channel_without_token(address: str, certificates: Certificates | None) -> grpc.aio.Channel:
    """A channel for calls that anybody may make, such as health checks."""
    return _opened(address, certificates, [])


def _opened(
    address: str, certificates: Certificates | None, interceptors: Sequence[grpc.aio.ClientInterceptor]
) -> grpc.aio.Channel:
    if certificates:
        return EncryptedChannel(address, certificates, interceptors)
    return grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS, interceptors=interceptors)
