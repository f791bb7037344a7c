"""Asking the parts of the suite: whether each answers, whether events move, and which packs are refused."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import grpc

from sevensteps.addresses import addresses_of
from sevensteps.api.feed.v1.feed_pb2 import ListSubscriptionsRequest, Subscription
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.api.receipts.v1.receipts_pb2 import GetPacksInForceRequest, PackInForce
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.identity.own_tokens import Tokens
from sevensteps.rpc.client import channel, channel_without_token
from sevensteps.rpc.serving import is_serving, says_no
from sevensteps.telemetry.words import READY_PART

OUTBOX = READY_PART.format(part="feed")
"""What is asked of a service that sends events: whether they go out."""
ANSWER_SECONDS = 5.0
FEED = "feed"


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a service; `address` is empty where it is the only one."""

    service: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class PartsSeen:
    """What the parts have told: None, or nothing, where one does not answer.

    `held_back` are the services whose events do not go out.
    """

    silent: frozenset[Process]
    held_back: frozenset[str]
    subscriptions: Sequence[Subscription] | None
    packs: Mapping[str, Sequence[PackInForce]]


class Parts:
    """Asks every process for its health, and some services for what they alone know."""

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        """`tokens` are this service's own."""
        self._certificates = certificates_for_calls(settings, "operations")
        self._addresses = {name: addresses_of(settings.internal_address(name)) for name in (FEED, *DECIDING_SERVICES)}
        self._channels = {
            name: channel(settings.internal_address(name), tokens, self._certificates) for name in self._addresses
        }

    async def look(self) -> PartsSeen:
        """Ask all of them at once."""
        processes = [(name, address) for name, each in self._addresses.items() for address in each]
        health, subscriptions, packs = await asyncio.gather(
            asyncio.gather(*(self._health(name, address) for name, address in processes)),
            self._subscriptions(),
            asyncio.gather(*map(self._packs, DECIDING_SERVICES)),
        )
        answers = dict(zip(processes, health, strict=True))
        return PartsSeen(
            frozenset(self._silent({each for each, (serves, _) in answers.items() if not serves})),
            frozenset(name for (name, _), (_, held_back) in answers.items() if held_back),
            subscriptions,
            dict(zip(DECIDING_SERVICES, packs, strict=True)),
        )

    def _silent(self, silent: set[tuple[str, str]]) -> list[Process]:
        """A service of which no process answers counts once."""
        found = []
        for name, addresses in self._addresses.items():
            those = [address for address in addresses if (name, address) in silent]
            found += [Process(name)] if len(those) == len(addresses) else [Process(name, each) for each in those]
        return found

    async def _health(self, name: str, address: str) -> tuple[bool, bool]:
        """Whether a process serves, and whether it holds events back."""
        async with channel_without_token(address, self._certificates) as to_it:
            serves = await is_serving(to_it)
            return serves, serves and name != FEED and await says_no(to_it, OUTBOX)

    async def _subscriptions(self) -> Sequence[Subscription] | None:
        stub = FeedServiceStub(self._channels[FEED])
        try:
            answer = await stub.ListSubscriptions(ListSubscriptionsRequest(), timeout=ANSWER_SECONDS)
        except grpc.aio.AioRpcError:
            return None
        return list(answer.subscriptions)

    async def _packs(self, service: str) -> Sequence[PackInForce]:
        stub = ReceiptsServiceStub(self._channels[service])
        try:
            answer = await stub.GetPacksInForce(GetPacksInForceRequest(), timeout=ANSWER_SECONDS)
        except grpc.aio.AioRpcError:
            return ()
        return list(answer.packs)

    async def close(self) -> None:
        """Close what is open."""
        for each in self._channels.values():
            await each.close()
