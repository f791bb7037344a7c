"""The feed, as journeys read it."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import grpc

from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2, feed_pb2_grpc
from sevensteps.events import HEARD, OPENS, PAYLOADS, CaseEnded, CaseOpened, Fact

SUBSCRIPTION = "journeys"
"""The name under which the feed keeps how far the journeys have heard."""
PAGE = 1000
PATIENCE = 10.0
"""Seconds that a call may take."""


class UnreadableEventError(Exception):
    """An event whose payload is not what its type says. A journey must not hear it: it could not go on."""


def fact_of(event: feed_pb2.Event) -> Fact:
    """An event as a journey hears it. Raises UnreadableEventError."""
    try:
        PAYLOADS[event.type].of(event.payload)
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableEventError(f"event {event.position} is no {event.type} as this version knows it") from error
    at = clock.as_text(event.occurred_at.ToDatetime(tzinfo=UTC))
    return Fact(position=event.position, type=event.type, case_id=event.case_id, at=at, payload=event.payload)


class Feed:
    """What the relay and a rebuild ask of the feed. Methods raise grpc.aio.AioRpcError when it does not answer."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = feed_pb2_grpc.FeedServiceStub(channel)

    async def position(self) -> int:
        """Everything up to here has reached its journey."""
        request = feed_pb2.GetSubscriptionRequest(name=SUBSCRIPTION)
        return (await self._stub.GetSubscription(request, timeout=PATIENCE)).position

    async def acknowledge(self, position: int) -> None:
        """Say that everything up to here has reached its journey."""
        request = feed_pb2.AcknowledgeEventsRequest(name=SUBSCRIPTION, position=position)
        await self._stub.AcknowledgeEvents(request, timeout=PATIENCE)

    async def watch(self, after: int) -> AsyncIterator[feed_pb2.WatchEventsResponse]:
        """What journeys must hear after a position, for ever, with bookmarks."""
        request = feed_pb2.WatchEventsRequest(after=after, filter=feed_pb2.EventFilter(types=sorted(HEARD)))
        async for message in self._stub.WatchEvents(request):
            yield message

    async def of_case(self, case_id: str) -> Sequence[feed_pb2.Event]:
        """Every event so far by which the journey of a case can be made again."""
        return await self._list(feed_pb2.EventFilter(case_id=case_id, types=sorted(HEARD | OPENS.keys())))

    async def cases(self, ended_since: datetime) -> Sequence[str]:
        """The cases that are open or have ended since a moment, oldest first."""
        events = await self._list(feed_pb2.EventFilter(types=[CaseOpened.TYPE, CaseEnded.TYPE]))
        over = {
            event.case_id
            for event in events
            if event.type == CaseEnded.TYPE and event.occurred_at.ToDatetime(tzinfo=UTC) < ended_since
        }
        return [event.case_id for event in events if event.type == CaseOpened.TYPE and event.case_id not in over]

    async def _list(self, wanted: feed_pb2.EventFilter) -> Sequence[feed_pb2.Event]:
        events: list[feed_pb2.Event] = []
        request = feed_pb2.ListEventsRequest(page_size=PAGE, filter=wanted)
        more = True
        while more:
            page = await self._stub.ListEvents(request, timeout=PATIENCE)
            events += page.events
            request.page_token = page.next_page_token
            more = page.more
        return events
