"""The journeys' subscription to the feed. Facts of one case arrive in order; cases do not wait for one another."""

import asyncio
from collections.abc import Sequence
from typing import NoReturn

import grpc
from temporalio.service import RPCError

from sevensteps import log
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.errors import Kind
from sevensteps.identity.claims import TOKEN_EXPIRED
from sevensteps.retrying import Pauses
from sevensteps.rpc.faults import fault_of
from sevensteps.telemetry import series
from workflows.delivery.delivery import Delivery
from workflows.delivery.feed import Feed, is_changed
from workflows.delivery.lines import ROOM, Line, Lines
from workflows.delivery.place import Place, PlaceFile, Places

CONCURRENCY = 16
"""How many cases have their turn at once."""
RETRYING = 4
"""How many more whose last attempt failed are tried again at once: trouble with some leaves the others their turns."""
WAITING = 1000
"""How many cases may wait for their turn; beyond that, no more is read from the feed. Those in trouble do not count."""
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
"""Seconds between attempts when the feed does not answer."""
LASTING = 6
"""After so many failed attempts for one case, it is told that this case waits."""
ACKNOWLEDGE_EVERY = 0.2
"""Seconds between acknowledgements."""
REFUSALS = frozenset({Kind.INVALID, Kind.OUT_OF_RANGE})
"""What the feed answers to a place that it does not have, however often it is asked."""
FEED_CHANGED = (
    "An older feed was restored, or it began anew, and journeys have heard facts that it does not have. "
    "`sevensteps journeys rebuild --all` starts every journey again from it."
)


class Relay:
    """Reads the feed from the last acknowledged position, delivers, and acknowledges what has been delivered.

    Cases take turns: each has its next facts delivered, at most ROOM at once, and goes to the end of the queue. After a
    crash some facts come twice, which does journeys no harm; none is lost. It waits while Temporal or the feed is down.

    The feed compares the place that was read with what it holds, so that a restored feed is noticed. Then it is told,
    and the relay goes on from where that feed says: every journey compares the facts for itself.
    """

    def __init__(self, feed: Feed, delivery: Delivery, place_file: PlaceFile) -> None:
        """Nothing is read until `run`."""
        self._feed = feed
        self._delivery = delivery
        self._place_file = place_file
        self._lines = Lines()
        self._places = Places()
        self._read_up_to = Place()
        self._waiting: asyncio.Queue[Line] = asyncio.Queue()
        self._in_trouble: asyncio.Queue[Line] = asyncio.Queue()
        self._progress = asyncio.Event()
        self._has_room = asyncio.Event()
        self._silent: set[str] = set()

    async def run(self) -> NoReturn:
        """Deliver for ever, until cancelled."""
        await self._find_place(self._place_file.read())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._acknowledge_deliveries())
            for queue in [self._waiting] * CONCURRENCY + [self._in_trouble] * RETRYING:
                tasks.create_task(self._give_turns(queue))
            pauses = Pauses(FIRST_PAUSE, LONGEST_PAUSE)
            has_begun = False
            while True:
                try:
                    async for message in self._feed.watch(self._read_up_to):
                        has_begun = True
                        pauses.begin_anew()
                        self._log_answer("feed")
                        await self._line_up(message)
                except grpc.aio.AioRpcError as error:
                    fault = fault_of(error)
                    if fault.reason == TOKEN_EXPIRED and has_begun:  # a stream lasts no longer than its token
                        has_begun = False
                        continue
                    if is_changed(error):
                        await self._find_place(self._read_up_to.token)
                    else:
                        self._log_silence("feed", fault.reason)
                has_begun = False
                await pauses.pause()

    async def _find_place(self, known: str) -> None:
        """Begin where the feed says, and tell if a place that is known is not one of its own: it is not the same."""
        pauses = Pauses(FIRST_PAUSE, LONGEST_PAUSE)
        while True:
            try:
                if known:
                    await self._feed.check(known)
                self._read_up_to = await self._feed.place()
            except grpc.aio.AioRpcError as error:
                if known and fault_of(error).kind in REFUSALS:
                    known = ""
                    if is_changed(error):
                        self._begin_again()
                else:
                    self._log_silence("feed", fault_of(error).reason)
                    await pauses.pause()
            else:
                return

    def _begin_again(self) -> None:
        log.get().error("the feed is not the one that was read", detail=FEED_CHANGED)
        self._lines.clear()
        self._places.clear()

    async def _line_up(self, message: feed_pb2.WatchEventsResponse) -> None:
        for event in message.events:
            while self._waiting.qsize() >= WAITING:
                self._has_room.clear()
                await self._has_room.wait()
            if line := self._lines.add(event):
                self._waiting.put_nowait(line)
        self._read_up_to = Place(message.bookmark, message.resume_token)
        self._places.add(self._read_up_to)
        self._progress.set()

    async def _give_turns(self, queue: asyncio.Queue[Line]) -> NoReturn:
        while True:
            line = await queue.get()
            self._has_room.set()
            if not await self._has_taken_turn(line):
                self._try_again_later(line)
            elif self._lines.has(line):
                self._waiting.put_nowait(line)

    def _try_again_later(self, line: Line) -> None:
        if not self._lines.has(line):
            return
        line.failures += 1
        asyncio.get_running_loop().call_later(line.pauses.take(), self._in_trouble.put_nowait, line)

    async def _has_taken_turn(self, line: Line) -> bool:
        """Deliver the next facts of one case. False if it has to be tried again."""
        try:
            if events := await self._next_of(line):
                await self._delivery.deliver(*events)
                series.RELAY_DELIVERED.inc(len(events))
                self._log_answer("temporal")
                self._lines.delivered(line, events[-1].position)
                self._progress.set()
        except RPCError as error:
            self._log_failure(line, "temporal", error.status.name)
        except grpc.aio.AioRpcError as error:
            self._log_failure(line, "feed", fault_of(error).reason)
        except Exception as error:  # noqa: BLE001 - whatever one fact brings, the other cases must not wait for it
            log.get().error("fact cannot be delivered; its case waits", case_id=line.case_id, exc_info=error)
            line.failures = LASTING  # this is told already
        else:
            return True
        return False

    async def _next_of(self, line: Line) -> Sequence[feed_pb2.Event]:
        """The facts of a case that come next: those kept here or, if there are none, those left in the feed."""
        if line.kept:
            return list(line.kept)
        left = await self._feed.heard_by(line.case_id, after=line.done, most=ROOM)
        events = [event for event in left if event.position <= line.last]
        if not events:
            self._lines.delivered(line, line.last)
        return events

    async def _acknowledge_deliveries(self) -> NoReturn:
        delivered: Place | None = None
        while True:
            await self._progress.wait()
            self._progress.clear()
            up_to = self._lines.delivered_up_to(self._read_up_to.position)
            if delivered := self._places.take_last_up_to(up_to) or delivered:
                try:
                    await self._feed.acknowledge(delivered)
                    self._place_file.write(delivered.token)
                    delivered = None
                except grpc.aio.AioRpcError as error:
                    if is_changed(error):  # so says the next watch, which begins again
                        delivered = None
                    else:
                        self._log_silence("feed", fault_of(error).reason)
                        self._progress.set()
            await asyncio.sleep(ACKNOWLEDGE_EVERY)

    def _log_failure(self, line: Line, side: str, reason: str) -> None:
        """Log the first failure, and once more if it does not pass for this case."""
        if line.failures == 0:
            self._log_silence(side, reason)
        elif line.failures == LASTING:
            log.get().warning("a case waits for the relay: no answer", case_id=line.case_id, side=side, reason=reason)

    def _log_silence(self, side: str, reason: str) -> None:
        """Log it once, not at every attempt."""
        if side not in self._silent:
            self._silent.add(side)
            log.get().warning("relay waits: no answer", side=side, reason=reason)

    def _log_answer(self, side: str) -> None:
        if side in self._silent:
            self._silent.discard(side)
            log.get().info("relay goes on: answers again", side=side)
