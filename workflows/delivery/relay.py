"""The journeys' subscription to the feed: each fact reaches its journey, in order within a case, cases side by side."""

import asyncio
from collections import deque
from typing import NoReturn

import grpc
from temporalio.service import RPCError

from sevensteps import log
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.rpc.faults import fault_of
from workflows.delivery.delivery import Delivery
from workflows.delivery.feed import Feed

ROOM = 1000
"""How many facts may be on their way at once; the feed waits when there are more."""
HANDS = 16
"""How many of them are handed to Temporal at once."""
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts when a side does not answer; the last one again and again."""
ACKNOWLEDGE_EVERY = 0.2
"""Seconds between two acknowledgements."""


class Relay:
    """Reads the feed from where it was acknowledged, and delivers; acknowledges what is delivered, with all before it.

    After a crash some facts come twice, which journeys bear; none is lost. When a side is down, it waits.
    """

    def __init__(self, feed: Feed, delivery: Delivery) -> None:
        """Nothing is read before `run`."""
        self._feed = feed
        self._delivery = delivery
        self._lanes: dict[str, deque[feed_pb2.Event]] = {}
        self._on_their_way: dict[int, None] = {}  # positions, in the order of the feed
        self._read_up_to = 0
        self._room = asyncio.Semaphore(ROOM)
        self._hands = asyncio.Semaphore(HANDS)
        self._moved = asyncio.Event()
        self._silent: set[str] = set()

    async def run(self) -> NoReturn:
        """Deliver for ever; cancel to stop."""
        self._read_up_to = await self._last_acknowledged()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._acknowledge_as_it_goes())
            attempt = 0
            while True:
                try:
                    async for message in self._feed.watch(self._read_up_to):
                        attempt = 0
                        self._answers("feed")
                        await self._take_in(message, tasks)
                except grpc.aio.AioRpcError as error:
                    self._is_silent("feed", fault_of(error).reason)
                await _pause(attempt)
                attempt += 1

    async def _last_acknowledged(self) -> int:
        attempt = 0
        while True:
            try:
                return await self._feed.position()
            except grpc.aio.AioRpcError as error:
                self._is_silent("feed", fault_of(error).reason)
                await _pause(attempt)
                attempt += 1

    async def _take_in(self, message: feed_pb2.WatchEventsResponse, tasks: asyncio.TaskGroup) -> None:
        for event in message.events:
            await self._room.acquire()
            self._on_their_way[event.position] = None
            self._read_up_to = event.position
            if event.case_id in self._lanes:
                self._lanes[event.case_id].append(event)
            else:
                self._lanes[event.case_id] = deque([event])
                tasks.create_task(self._empty_lane(event.case_id))
        self._read_up_to = max(self._read_up_to, message.bookmark)
        self._moved.set()

    async def _empty_lane(self, case_id: str) -> None:
        """Deliver the facts of one case, one after the other."""
        lane = self._lanes[case_id]
        while lane:
            await self._deliver(lane[0])
            del self._on_their_way[lane.popleft().position]
            self._room.release()
            self._moved.set()
        del self._lanes[case_id]

    async def _deliver(self, event: feed_pb2.Event) -> None:
        attempt = 0
        while True:
            try:
                async with self._hands:
                    await self._delivery.deliver(event)
            except RPCError as error:
                self._is_silent("temporal", error.status.name)
            except grpc.aio.AioRpcError as error:
                self._is_silent("feed", fault_of(error).reason)
            except Exception as error:  # noqa: BLE001 - whatever one fact brings, the other cases must not wait for it
                log.get().error(
                    "fact cannot be delivered; its case waits",
                    case_id=event.case_id,
                    position=event.position,
                    type=event.type,
                    exc_info=error,
                )
                attempt = len(PAUSES)
            else:
                self._answers("temporal")
                return
            await _pause(attempt)
            attempt += 1

    async def _acknowledge_as_it_goes(self) -> NoReturn:
        acknowledged = self._read_up_to
        while True:
            await self._moved.wait()
            self._moved.clear()
            delivered = min(self._on_their_way, default=self._read_up_to + 1) - 1
            if delivered > acknowledged:
                try:
                    await self._feed.acknowledge(delivered)
                    acknowledged = delivered
                except grpc.aio.AioRpcError as error:
                    self._is_silent("feed", fault_of(error).reason)
                    self._moved.set()
            await asyncio.sleep(ACKNOWLEDGE_EVERY)

    def _is_silent(self, side: str, reason: str) -> None:
        """Say so once, not at every attempt."""
        if side not in self._silent:
            self._silent.add(side)
            log.get().warning("relay waits: no answer", side=side, reason=reason)

    def _answers(self, side: str) -> None:
        if side in self._silent:
            self._silent.discard(side)
            log.get().info("relay goes on: answers again", side=side)


async def _pause(attempt: int) -> None:
    await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
