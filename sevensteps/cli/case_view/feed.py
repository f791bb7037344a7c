"""Reading the feed: the events that it has now, or also those that come."""

import asyncio
from collections.abc import AsyncIterator

from sevensteps.api.feed.v1.feed_pb2 import (
    Event,
    EventFilter,
    ListEventsRequest,
    ListEventsResponse,
    WatchEventsRequest,
)
from sevensteps.errors import Fault, Kind
from sevensteps.rpc.caller import Caller

PAGE_SIZE = 1000
PAUSE_SECONDS = 2.0
"""How long the feed is given to start again."""


async def list_events(caller: Caller, after: int, event_filter: EventFilter) -> AsyncIterator[Event]:
    """The events after a position that are in the feed now."""
    request = ListEventsRequest(page_size=PAGE_SIZE, after=after, filter=event_filter)
    while True:
        page = await caller.ask(request, ListEventsResponse)
        for event in page.events:
            yield event
        if not page.more:
            return
        request = ListEventsRequest(page_size=PAGE_SIZE, page_token=page.next_page_token, filter=event_filter)


async def follow_events(caller: Caller, after: int, event_filter: EventFilter) -> AsyncIterator[Event]:
    """The events after a position, and every new one; never ends.

    When the feed goes away or the caller's token expires, it goes on from there. Raises the Fault that the feed sent.
    """
    request = WatchEventsRequest(after=after, filter=event_filter)
    while True:
        heard = False
        try:
            async for response in caller.watch(request):
                heard = True
                request = WatchEventsRequest(resume_token=response.resume_token, filter=event_filter)
                for event in response.events:
                    yield event
        except Fault as fault:
            if not heard or fault.kind not in {Kind.UNAVAILABLE, Kind.UNAUTHENTICATED}:
                raise
        await asyncio.sleep(PAUSE_SECONDS)
