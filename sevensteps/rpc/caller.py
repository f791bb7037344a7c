"""Somebody outside who calls the public API of a running suite."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Self, TypeVar

import grpc
from google.protobuf.message import Message

from sevensteps.addresses import addresses_of
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.config import Settings
from sevensteps.encryption.certificates import COMMAND_LINE
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.encryption.handshake import trouble
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.claims import TOKEN_EXPIRED
from sevensteps.identity.own_tokens import Tokens, tokens_of_command_line
from sevensteps.installation import command
from sevensteps.rpc.client import channel
from sevensteps.rpc.faults import fault_of

CALL_SECONDS = 15.0
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.2

OF_THIS_MACHINE = frozenset(
    {
        "NOTHING_ANSWERS",
        "NO_SUITE_HERE",
        "NOT_ENCRYPTED",
        "CERTIFICATES_UNUSABLE",
        "DEVELOPMENT_KEYS_REFUSED",
        "TOKEN_FILE_UNREADABLE",
        "NO_TOKEN",
    }
)
"""Reasons that no service has sent: whoever reads the sentence needs no word for programs before it."""

A = TypeVar("A", bound=Message)


class Caller:
    """One person, or one program, with a token: calls every service. An async context manager."""

    def __init__(self, settings: Settings, tokens: Tokens, process: str = COMMAND_LINE) -> None:
        """`settings` say where the services are; `tokens` give the caller's token of the moment.

        `process` is whose certificate the calls show. Raises a Fault (PRECONDITION, CERTIFICATES_UNUSABLE).
        """
        self._settings = settings
        self._tokens = tokens
        self._certificates = certificates_for_calls(settings, process)
        self._channels: dict[str, grpc.aio.Channel] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up."""
        for open_channel in self._channels.values():
            await open_channel.close()

    async def ask(self, request: Message, answer: type[A], at: str = "") -> A:
        """Send a request to its service, or to the one named, as several services answer receipts.

        Raises the Fault that the service sent.
        """
        service, rpc = _address_of(request)
        service = at or service
        call = self._channel(service).unary_unary(
            rpc, request_serializer=type(request).SerializeToString, response_deserializer=answer.FromString
        )
        try:
            return await call(request, timeout=CALL_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise await self._fault(service, error) from error

    async def pages(self, request: Message, answer: type[A], at: str = "") -> AsyncIterator[A]:
        """A list page by page; `request` asks for the first one. Raises as `ask` does."""
        while True:
            page = await self.ask(request, answer, at)
            yield page
            token = getattr(page, "next_page_token")  # noqa: B009 - a field that Message does not name
            if not token:
                return
            setattr(request, "page_token", token)  # noqa: B010 - as above

    async def watch(self, request: feed_pb2.WatchEventsRequest) -> AsyncIterator[feed_pb2.WatchEventsResponse]:
        """Follow the feed for ever, with a new token when one expires, and at another instance when one stops.

        Raises the Fault that the feed sent.
        """
        rest = feed_pb2.WatchEventsRequest()
        rest.CopyFrom(request)
        while True:
            has_begun = False
            try:
                async for response in self.stream(rest, feed_pb2.WatchEventsResponse):
                    has_begun, rest.resume_token = True, response.resume_token
                    yield response
            except Fault as fault:
                if not has_begun or not (fault.reason == TOKEN_EXPIRED or fault.kind is Kind.UNAVAILABLE):
                    raise

    async def stream(self, request: Message, answer: type[A], at: str = "") -> AsyncIterator[A]:
        """The parts of a service's streamed answer. Raises as `ask` does."""
        service, rpc = _address_of(request)
        service = at or service
        call = self._channel(service).unary_stream(
            rpc, request_serializer=type(request).SerializeToString, response_deserializer=answer.FromString
        )
        try:
            async for response in call(request):
                yield response
        except grpc.aio.AioRpcError as error:
            raise await self._fault(service, error) from error

    def _channel(self, service: str) -> grpc.aio.Channel:
        if service not in self._channels:
            self._channels[service] = channel(self._settings.address(service), self._tokens, self._certificates)
        return self._channels[service]

    async def _fault(self, service: str, error: grpc.aio.AioRpcError) -> Fault:
        """The fault that the service sent, or that nothing answers, or why encryption keeps the call from it."""
        fault = fault_of(error)
        if fault.reason == grpc.StatusCode.UNAVAILABLE.name:
            at = self._settings.address(service)
            for address in addresses_of(at):
                if detail := await trouble(address, self._certificates):
                    return Fault(Kind.UNAVAILABLE, "NOT_ENCRYPTED", detail)
            detail = f"nothing answers at {at}: is the suite running? `{command('up')}` starts it"
            return Fault(Kind.UNAVAILABLE, "NOTHING_ANSWERS", detail)
        return fault


class PatientCaller(Caller):
    """A caller with one token, who sends the same request again when a service is away for a while."""

    def __init__(self, settings: Settings, token: str) -> None:
        """`token` has to be valid for as long as the caller is used."""
        super().__init__(settings, lambda: token)

    async def ask(self, request: Message, answer: type[A], at: str = "") -> A:
        """See Caller.ask. The request id makes sure that nothing is done twice."""
        deadline = monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await super().ask(request, answer, at)
            except Fault as fault:
                if fault.kind is not Kind.UNAVAILABLE or monotonic() > deadline:
                    raise
            await asyncio.sleep(PAUSE_SECONDS)


def operations(settings: Settings, subject: str = "command-line") -> Caller:
    """Whoever looks after the suite on this machine: may look at every council's cases.

    Who changes something is named: `subject` stands in every record and event of it.
    """
    return _everywhere(settings, subject, Role.OPERATIONS)


def policy_officer(settings: Settings, subject: str) -> Caller:
    """Whoever publishes policy packs from this machine, for every council."""
    return _everywhere(settings, subject, Role.POLICY_OFFICER)


def _everywhere(settings: Settings, subject: str, role: Role) -> Caller:
    return Caller(settings, tokens_of_command_line(settings, subject, role))


def sentence(fault: Fault) -> str:
    """A fault as a person reads it."""
    if fault.reason in OF_THIS_MACHINE:
        return fault.detail
    return f"{fault.reason}: {fault.detail}"


def _address_of(request: Message) -> tuple[str, str]:
    """The service and the RPC of a request: each RPC has a request of its own, named after it."""
    file, rpc = request.DESCRIPTOR.file, request.DESCRIPTOR.name.removesuffix("Request")
    [contract] = file.services_by_name.values()
    return file.package.split(".")[2], f"/{contract.full_name}/{rpc}"
