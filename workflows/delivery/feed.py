"""The feed as journeys read it."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import grpc

from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2, feed_pb2_grpc
from sevensteps.events import HEARD, OPENS, PAYLOADS, CaseEnded, CaseOpened, Fact

SUBSCRIPTION = "journeys"
"""The name under which the feed keeps the position that the journeys have reached."""
PAGE_SIZE = 1000
TIMEOUT = 10.0
"""How long a call may take, in seconds."""


class UnreadableEventError(Exception):
    """An event whose payload does not fit its type. A journey that heard it could not go on."""


def fact_of(event: feed_pb2.Event) -> Fact:
    """An event as a journey hears it. Raises UnreadableEventError."""
    try:
        PAYLOADS[event.type].of(event.payload)
        at = clock.as_text(event.occurred_at.ToDatetime(tzinfo=UTC))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise UnreadableEventError(
            f"event {event.position} is not a {event.type} that this version can read"
        ) from error
    return Fact(position=event.position, type=event.type, case_id=event.case_id, at=at, payload=event.payload)


class Feed:
    """The calls of the relay and of a rebuild. Methods raise grpc.aio.AioRpcError if the feed does not answer."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = feed_pb2_grpc.FeedServiceStub(channel)

    async def position(self) -> int:
        """The position up to which every event has reached its journey."""
        request = feed_pb2.GetSubscriptionRequest(name=SUBSCRIPTION)
        return (await self._stub.GetSubscription(request, timeout=TIMEOUT)).position

    async def acknowledge(self, position: int) -> None:
        """Record that every event up to this position has reached its journey."""
        request = feed_pb2.AcknowledgeEventsRequest(name=SUBSCRIPTION, position=position)
        await self._stub.AcknowledgeEvents(request, timeout=TIMEOUT)

    async def watch(self, after: int) -> AsyncIterator[feed_pb2.WatchEventsResponse]:
        """The events after a position that journeys must hear, for ever, with bookmarks."""
        request = feed_pb2.WatchEventsRequest(after=after, filter=feed_pb2.EventFilter(types=sorted(HEARD)))
        async for message in self._stub.WatchEvents(request):
            yield message

    async def heard_by(self, case_id: str, after: int, most: int) -> Sequence[feed_pb2.Event]:
        """The next events after a position that the journey of a case must hear, at most so many."""
        event_filter = feed_pb2.EventFilter(case_id=case_id, types=sorted(HEARD))
        request = feed_pb2.ListEventsRequest(page_size=most, after=after, filter=event_filter)
        return (await self._stub.ListEvents(request, timeout=TIMEOUT)).events

    async def of_case(self, case_id: str) -> Sequence[feed_pb2.Event]:
        """Every event so far from which the journey of a case can be rebuilt."""
        return await self._list(feed_pb2.EventFilter(case_id=case_id, types=sorted(HEARD | OPENS.keys())))

    async def cases(self, ended_since: datetime) -> Sequence[str]:
        """The cases that are open, or that ended at this time or later, oldest first."""
        events = await self._list(feed_pb2.EventFilter(types=[CaseOpened.TYPE, CaseEnded.TYPE]))
        ended_before = {
            event.case_id
            for event in events
            if event.type == CaseEnded.TYPE and event.occurred_at.seconds < ended_since.timestamp()
        }
        return [
            event.case_id for event in events if event.type == CaseOpened.TYPE and event.case_id not in ended_before
        ]

    async def _list(self, event_filter: feed_pb2.EventFilter) -> Sequence[feed_pb2.Event]:
        events: list[feed_pb2.Event] = []
        request = feed_pb2.ListEventsRequest(page_size=PAGE_SIZE, filter=event_filter)
        more = True
        while more:
            page = await self._stub.ListEvents(request, timeout=TIMEOUT)
            events += page.events
            request.page_token = page.next_page_token
            more = page.more
        return events
