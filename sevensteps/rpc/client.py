"""The calling side: channels whose calls carry a token."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import grpc

from sevensteps.addresses import addresses_of, is_one_process
from sevensteps.encryption.folder import Certificates
from sevensteps.errors import Fault
from sevensteps.identity.own_tokens import Tokens
from sevensteps.rpc.encrypted_channel import EncryptedChannel
from sevensteps.rpc.faults import error_of
from sevensteps.rpc.options import CHANNEL_OPTIONS, SEVERAL_OPTIONS, Options
from sevensteps.rpc.several import SeveralChannel
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

    `address` may be several, separated by commas, or a name that stands for several: then calls go to whichever
    answers. Settings allow an address on another machine without certificates only where somebody has said so.
    """
    interceptors = [TracedCall(), TracedStream(), _SignedCall(tokens), _SignedStream(tokens)]
    return _opened(address, certificates, interceptors)


def channel_without_token(address: str, certificates: Certificates | None) -> grpc.aio.Channel:
    """A channel for calls that anybody may make, such as health checks: to one process, which is asked once."""
    return _opened_to_one(address, certificates, [], CHANNEL_OPTIONS)


def _opened(
    address: str, certificates: Certificates | None, interceptors: Sequence[grpc.aio.ClientInterceptor]
) -> grpc.aio.Channel:
    each = addresses_of(address)
    if len(each) == 1 and is_one_process(address):
        return _opened_to_one(address, certificates, interceptors, CHANNEL_OPTIONS)
    return SeveralChannel([_opened_to_one(one, certificates, interceptors, SEVERAL_OPTIONS) for one in each])


def _opened_to_one(
    address: str,
    certificates: Certificates | None,
    interceptors: Sequence[grpc.aio.ClientInterceptor],
    options: Options,
) -> grpc.aio.Channel:
    if certificates:
        return EncryptedChannel(address, certificates, interceptors, options)
    return grpc.aio.insecure_channel(address, options=options, interceptors=interceptors)
