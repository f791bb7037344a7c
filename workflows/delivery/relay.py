"""The journeys' subscription to the feed. Facts of one case arrive in order; cases do not wait for one another."""

import asyncio
from collections import deque
from typing import NoReturn

import grpc
from temporalio.service import RPCError

from sevensteps import log
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.identity.tokens import TOKEN_EXPIRED
from sevensteps.rpc.faults import fault_of
from workflows.delivery.delivery import Delivery
from workflows.delivery.feed import Feed

CAPACITY = 1000
"""How many facts may be undelivered at once; beyond that, no more are read from the feed."""
CONCURRENCY = 16
"""How many of them are handed to Temporal at once."""
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts when Temporal or the feed does not answer; the last one is repeated."""
ACKNOWLEDGE_EVERY = 0.2
"""Seconds between acknowledgements."""


class Relay:
    """Reads the feed from the last acknowledged position, delivers, and acknowledges what has been delivered.

    After a crash some facts come twice, which does journeys no harm; none is lost. It waits while Temporal or the feed
    is down.
    """

    def __init__(self, feed: Feed, delivery: Delivery) -> None:
        """Nothing is read until `run`."""
        self._feed = feed
        self._delivery = delivery
        self._queues: dict[str, deque[feed_pb2.Event]] = {}
        self._undelivered: dict[int, None] = {}  # positions, in the order of the feed
        self._read_up_to = 0
        self._capacity = asyncio.Semaphore(CAPACITY)
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._progress = asyncio.Event()
        self._silent: set[str] = set()

    async def run(self) -> NoReturn:
        """Deliver for ever, until cancelled."""
        self._read_up_to = await self._last_acknowledged()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._acknowledge_deliveries())
            attempt = 0
            while True:
                try:
                    async for message in self._feed.watch(self._read_up_to):
                        attempt = 0
                        self._log_answer("feed")
                        await self._queue(message, tasks)
                except grpc.aio.AioRpcError as error:
                    fault = fault_of(error)
                    if fault.reason == TOKEN_EXPIRED and attempt == 0:  # a stream lasts no longer than its token
                        attempt = 1
                        continue
                    self._log_silence("feed", fault.reason)
                await _pause(attempt)
                attempt += 1

    async def _last_acknowledged(self) -> int:
        attempt = 0
        while True:
            try:
                return await self._feed.position()
            except grpc.aio.AioRpcError as error:
                self._log_silence("feed", fault_of(error).reason)
                await _pause(attempt)
                attempt += 1

    async def _queue(self, message: feed_pb2.WatchEventsResponse, tasks: asyncio.TaskGroup) -> None:
        for event in message.events:
            await self._capacity.acquire()
            self._undelivered[event.position] = None
            self._read_up_to = event.position
            if event.case_id in self._queues:
                self._queues[event.case_id].append(event)
            else:
                self._queues[event.case_id] = deque([event])
                tasks.create_task(self._deliver_in_order(event.case_id))
        self._read_up_to = max(self._read_up_to, message.bookmark)
        self._progress.set()

    async def _deliver_in_order(self, case_id: str) -> None:
        """Deliver the queued facts of one case, one after another."""
        queue = self._queues[case_id]
        while queue:
            await self._deliver(queue[0])
            del self._undelivered[queue.popleft().position]
            self._capacity.release()
            self._progress.set()
        del self._queues[case_id]

    async def _deliver(self, event: feed_pb2.Event) -> None:
        attempt = 0
        while True:
            try:
                async with self._slots:
                    await self._delivery.deliver(event)
            except RPCError as error:
                self._log_silence("temporal", error.status.name)
            except grpc.aio.AioRpcError as error:
                self._log_silence("feed", fault_of(error).reason)
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
                self._log_answer("temporal")
                return
            await _pause(attempt)
            attempt += 1

    async def _acknowledge_deliveries(self) -> NoReturn:
        acknowledged = self._read_up_to
        while True:
            await self._progress.wait()
            self._progress.clear()
            delivered = min(self._undelivered, default=self._read_up_to + 1) - 1
            if delivered > acknowledged:
                try:
                    await self._feed.acknowledge(delivered)
                    acknowledged = delivered
                except grpc.aio.AioRpcError as error:
                    self._log_silence("feed", fault_of(error).reason)
                    self._progress.set()
            await asyncio.sleep(ACKNOWLEDGE_EVERY)

    def _log_silence(self, side: str, reason: str) -> None:
        """Log it once, not at every attempt."""
        if side not in self._silent:
            self._silent.add(side)
            log.get().warning("relay waits: no answer", side=side, reason=reason)

    def _log_answer(self, side: str) -> None:
        if side in self._silent:
            self._silent.discard(side)
            log.get().info("relay goes on: answers again", side=side)


async def _pause(attempt: int) -> None:
    await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
