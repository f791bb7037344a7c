"""Follows the feed: the rows of cases are as far as the feed is, within a second."""

from dataclasses import replace
from functools import partial
from time import monotonic
from typing import NoReturn

import grpc

from services.operations import store
from services.operations.projecting import VERSION, project
from services.operations.store import Progress
from sevensteps import clock, log
from sevensteps.api.feed.v1 import feed_pb2, feed_pb2_grpc
from sevensteps.background import end_if_cancelled
from sevensteps.errors import Fault, Kind
from sevensteps.identity.claims import TOKEN_EXPIRED
from sevensteps.retrying import Pauses
from sevensteps.rpc.faults import fault_of
from sevensteps.service.store import Store

SUBSCRIPTION = "operations"
"""The name under which the feed knows how far the rows have come: it drops nothing that is not in them."""
FOLLOWING = "following"
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
ACKNOWLEDGE_SECONDS = 5.0
TIMEOUT = 10.0
ANOTHER_FEED = frozenset({"FEED_CHANGED", "CURSOR_AHEAD", "EVENTS_TRIMMED"})
"""Why the feed does not go on from a place: it was restored, or what comes next was dropped."""


class Following:
    """Takes the rows further with every event of the feed. Of several instances one at a time does."""

    def __init__(self, records: Store, channel: grpc.aio.Channel) -> None:
        """`channel` goes to the feed, with the service's token."""
        self._records = records
        self._feed = feed_pb2_grpc.FeedServiceStub(channel)
        self._acknowledged = 0.0
        self._trouble = ""

    async def follow(self) -> NoReturn:
        """Follow for ever, until cancelled. Waits out what is away."""
        pauses = Pauses(FIRST_PAUSE, LONGEST_PAUSE)
        while True:
            try:
                async with self._records.in_turn(FOLLOWING) as is_ours:
                    if is_ours:
                        await self._follow(pauses)
            except Fault as fault:
                if fault.kind is not Kind.UNAVAILABLE:
                    raise
            except grpc.aio.AioRpcError as error:  # it has gone away while the rows were to begin anew
                self._does_not_answer(fault_of(error))
            end_if_cancelled()
            await pauses.pause()

    async def _follow(self, pauses: Pauses) -> None:
        """Follow until the feed ends the stream."""
        at: Progress | None = None
        try:
            at = await self._place()
            request = feed_pb2.WatchEventsRequest(after=at.position, resume_token=at.resume_token)
            async for message in self._feed.WatchEvents(request):
                pauses.begin_anew()
                self._answers()
                at = await self._take_in(at, message)
                if at is None:
                    return
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            if fault.reason in ANOTHER_FEED and at is not None:
                log.get().error("the rows of cases are made anew", reason=fault.reason, detail=fault.detail)
                await self._begin_anew()
            elif fault.reason != TOKEN_EXPIRED:  # a stream lasts no longer than its token
                self._does_not_answer(fault)

    async def _place(self) -> Progress:
        """How far the rows have come. Where another version has made them, they begin anew."""
        at = await self._records.read(store.progress)
        if at is None or at.version != VERSION:
            return await self._begin_anew()
        return at

    async def _begin_anew(self) -> Progress:
        """Forget every row. They are whole again when they have come to where the feed ends now."""
        subscription = await self._feed.GetSubscription(
            feed_pb2.GetSubscriptionRequest(name=SUBSCRIPTION), timeout=TIMEOUT
        )
        head = subscription.head
        back = feed_pb2.AcknowledgeEventsRequest(name=SUBSCRIPTION, position=0, back=True)
        await self._feed.AcknowledgeEvents(back, timeout=TIMEOUT)
        new = Progress(VERSION, head=head, until=head, heard_at=clock.as_text(clock.now()))
        await self._records.write(partial(store.begin_anew, new=new))
        return new

    async def _take_in(self, at: Progress, message: feed_pb2.WatchEventsResponse) -> Progress | None:
        """Take in a part of the stream; None where another instance goes on instead."""
        position = message.bookmark
        reached = replace(
            at,
            position=position,
            resume_token=message.resume_token,
            head=max(position, at.head),
            heard_at=clock.as_text(clock.now()),
            until=at.until if position < at.until else 0,
        )
        unit = partial(project, before=at, events=message.events, reached=reached)
        if not await self._records.write(unit):
            return None
        if monotonic() - self._acknowledged > ACKNOWLEDGE_SECONDS:
            await self._acknowledge(reached)
        return reached

    async def _acknowledge(self, reached: Progress) -> None:
        request = feed_pb2.AcknowledgeEventsRequest(name=SUBSCRIPTION, resume_token=reached.resume_token)
        await self._feed.AcknowledgeEvents(request, timeout=TIMEOUT)
        self._acknowledged = monotonic()

    def _answers(self) -> None:
        if self._trouble:
            self._trouble = ""
            log.get().info("the feed answers again")

    def _does_not_answer(self, fault: Fault) -> None:
        if self._trouble != fault.reason:
            self._trouble = fault.reason
            log.get().warning("the feed does not answer", reason=fault.reason, detail=fault.detail)
