"""The feed as journeys read it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from time import time

import grpc

from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2, feed_pb2_grpc
from sevensteps.events import HEARD, OPENS, PAYLOADS, CaseEnded, CaseOpened, Fact, Payload, without_words
from sevensteps.rpc.faults import fault_of
from sevensteps.steps import DueKind, Ending, ReviewOutcome
from workflows.delivery.place import Place

SUBSCRIPTION = "journeys"
"""The name under which the feed keeps the place that the journeys have reached."""
CHOICES: Mapping[str, type[StrEnum]] = {"ending": Ending, "outcome": ReviewOutcome, "due_kind": DueKind}
DATES = frozenset(("due_on", "ended_on", "law_due", "review_due", "review_on", "starts_on"))
"""The fields of payloads that are one of some words, and those that are a date or empty."""
PAGE_SIZE = 1000
TIMEOUT = 10.0
TURN_TIMEOUT = 2.0
"""How long a call may take, in seconds, and how long one may about turns, which last three."""
LAG_TIMEOUT = 1.0
"""The same where nothing waits for the answer but whoever asks how the worker is."""


class UnreadableEventError(Exception):
    """An event whose payload does not fit its type. A journey that heard it could not go on."""


def fact_of(event: feed_pb2.Event, feed_id: str) -> Fact:
    """An event of the feed with this identity, as a journey hears it. Raises UnreadableEventError."""
    try:
        _check(PAYLOADS[event.type].of(event.payload))
        payload = without_words(event.payload)
        at = clock.as_text(event.occurred_at.ToDatetime(tzinfo=UTC))
    except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise UnreadableEventError(
            f"event {event.position} is not a {event.type} that this version can read"
        ) from error
    return Fact(event.position, event.type, event.case_id, at, payload, event.event_id, feed_id)


def _check(payload: Payload) -> None:
    """Raise ValueError or TypeError for a date or a choice that a journey could not read."""
    for name in (field.name for field in fields(payload)):
        value = getattr(payload, name)
        if name in CHOICES:
            CHOICES[name](value)
        elif name in DATES and value:
            date.fromisoformat(value)


def is_changed(error: grpc.aio.AioRpcError) -> bool:
    """Whether the feed says that a place is not one of its own: an older copy was restored, or it began anew."""
    return fault_of(error).reason == "FEED_CHANGED"


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the journeys are behind: the place up to which all have their facts, and how many events are after it.

    `oldest` is when the first fact happened that a journey does not have; `ahead` is by how many seconds this machine's
    clock is ahead of the feed's.
    """

    position: int
    events: int
    oldest: datetime | None
    ahead: float


class Feed:
    """The calls of the relay and of a rebuild. Methods raise grpc.aio.AioRpcError if the feed does not answer."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self.feed_id = ""
        """The feed's identity, as it said last."""
        self._stub = feed_pb2_grpc.FeedServiceStub(channel)

    async def place(self) -> Place:
        """The place up to which every event has reached its journey."""
        request = feed_pb2.GetSubscriptionRequest(name=SUBSCRIPTION)
        subscription = await self._stub.GetSubscription(request, timeout=TIMEOUT)
        self.feed_id = subscription.feed_id
        return Place(subscription.position, subscription.resume_token)

    async def lag(self) -> Lag:
        """How far the journeys are behind."""
        request = feed_pb2.GetSubscriptionRequest(name=SUBSCRIPTION)
        began = time()
        at = await self._stub.GetSubscription(request, timeout=LAG_TIMEOUT)
        ahead = (began + time()) / 2 - at.answered_at.ToNanoseconds() / 1e9
        waiting: Sequence[feed_pb2.Event] = ()
        if at.head > at.position:
            heard = feed_pb2.EventFilter(types=sorted(HEARD))
            after = feed_pb2.ListEventsRequest(page_size=1, page_token=at.resume_token, filter=heard)
            waiting = (await self._stub.ListEvents(after, timeout=LAG_TIMEOUT)).events
        oldest = waiting[0].occurred_at.ToDatetime(tzinfo=UTC) if waiting else None
        return Lag(at.position, at.head - at.position, oldest, ahead)

    async def check(self, token: str) -> None:
        """Raise an AioRpcError for which `is_changed` holds unless this is a place in the feed."""
        event_filter = feed_pb2.EventFilter(types=[CaseOpened.TYPE])
        await self._stub.ListEvents(
            feed_pb2.ListEventsRequest(page_size=1, page_token=token, filter=event_filter), timeout=TIMEOUT
        )

    async def acknowledge(self, place: Place) -> None:
        """Record that every event up to this place has reached its journey."""
        request = feed_pb2.AcknowledgeEventsRequest(
            name=SUBSCRIPTION, position=place.position, resume_token=place.token
        )
        await self._stub.AcknowledgeEvents(request, timeout=TIMEOUT)

    async def take_turn(self, reader: str) -> bool:
        """Take the turn to read for the journeys, or keep it. False while another worker has it."""
        request = feed_pb2.TakeTurnRequest(name=SUBSCRIPTION, reader=reader)
        return (await self._stub.TakeTurn(request, timeout=TURN_TIMEOUT)).is_yours

    async def leave_turn(self, reader: str) -> None:
        """Let another worker take the turn at once."""
        request = feed_pb2.TakeTurnRequest(name=SUBSCRIPTION, reader=reader, leave=True)
        await self._stub.TakeTurn(request, timeout=TURN_TIMEOUT)

    async def watch(self, place: Place) -> AsyncIterator[feed_pb2.WatchEventsResponse]:
        """The events after a place that journeys must hear, for ever, with bookmarks."""
        event_filter = feed_pb2.EventFilter(types=sorted(HEARD))
        request = feed_pb2.WatchEventsRequest(after=place.position, resume_token=place.token, filter=event_filter)
        async for message in self._stub.WatchEvents(request):
            self.feed_id = message.feed_id
            yield message

    async def heard_by(self, case_id: str, after: int, most: int) -> Sequence[feed_pb2.Event]:
        """The next events after a position that the journey of a case must hear, at most so many."""
        event_filter = feed_pb2.EventFilter(case_id=case_id, types=sorted(HEARD))
        request = feed_pb2.ListEventsRequest(page_size=most, after=after, filter=event_filter)
        page = await self._stub.ListEvents(request, timeout=TIMEOUT)
        self.feed_id = page.feed_id
        return page.events

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
            self.feed_id = page.feed_id
            request.page_token = page.next_page_token
            more = page.more
        return events
