"""The calling side: channels whose calls carry a token."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from time import time
from typing import TypeVar

import grpc

from sevensteps.encryption.folder import Certificates
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.encrypted_channel import EncryptedChannel
from sevensteps.rpc.options import CHANNEL_OPTIONS

Q = TypeVar("Q")
A = TypeVar("A")
TOKEN_SECONDS = 600.0


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


def channel(address: str, token: Callable[[], str], certificates: Certificates | None = None) -> grpc.aio.Channel:
    """A channel whose calls carry the token that `token` gives at that moment; encrypted where there are certificates.

    Settings allow an address on another machine without them only where somebody has said so.
    """
    return _opened(address, certificates, [_SignedCall(token), _SignedStream(token)])


def channel_without_token(address: str, certificates: Certificates | None) -> grpc.aio.Channel:
    """A channel for calls that anybody may make, such as health checks."""
    return _opened(address, certificates, [])


def _opened(
    address: str, certificates: Certificates | None, interceptors: Sequence[grpc.aio.ClientInterceptor]
) -> grpc.aio.Channel:
    if certificates:
        return EncryptedChannel(address, certificates, interceptors)
    return grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS, interceptors=interceptors)


def machine_token(keys: Keys, subject: str, role: Role, council: str = EVERY_COUNCIL) -> Callable[[], str]:
    """Tokens for one of the suite's own processes, renewed before they expire."""
    newest, expires = "", 0.0

    def token() -> str:
        nonlocal newest, expires
        if time() > expires - TOKEN_SECONDS / 2:
            newest = keys.issue(subject, {role}, council, seconds=TOKEN_SECONDS)
            expires = time() + TOKEN_SECONDS
        return newest

    return token
