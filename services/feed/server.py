"""The gRPC face of the feed: each call is read, handed to its use case, and answered."""

from collections.abc import AsyncIterator
from functools import partial

from services.feed import handlers, store, wire
from services.feed.arrivals import Arrivals
from services.feed.domain import owner_named, owner_of, scope_of
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1 import feed_pb2_grpc as pb_grpc
from sevensteps.events import PAYLOADS
from sevensteps.fields import Fields
from sevensteps.rpc.interceptor import Context, caller
from sevensteps.service.store import Store

PAGE = 100
LARGEST_PAGE = 1000


class FeedServer(pb_grpc.FeedServiceServicer):
    """Answers the calls of FeedService."""

    def __init__(self, records: Store, arrivals: Arrivals) -> None:
        """`records` holds the events; `arrivals` knows when there are new ones."""
        self._records = records
        self._arrivals = arrivals

    async def ListEvents(self, request: pb.ListEventsRequest, context: Context) -> pb.ListEventsResponse:
        """See FeedService.ListEvents."""
        fields = Fields()
        size = fields.page_size(request.page_size, default=PAGE, largest=LARGEST_PAGE)
        wire.check_after(fields, request.after)
        wanted = wire.wanted_of(fields, request.filter, scope_of(caller()))
        fields.check()
        await self._ensure_types_known(request.filter)
        place = wire.place_of("page_token", request.page_token, request.after, wanted)
        page = await handlers.list_events(self._records, wanted, place=place, size=size)
        return wire.listed(page, wanted)

    async def WatchEvents(
        self, request: pb.WatchEventsRequest, context: Context
    ) -> AsyncIterator[pb.WatchEventsResponse]:
        """See FeedService.WatchEvents."""
        fields = Fields()
        wire.check_after(fields, request.after)
        wanted = wire.wanted_of(fields, request.filter, scope_of(caller()))
        fields.check()
        await self._ensure_types_known(request.filter)
        place = wire.place_of("resume_token", request.resume_token, request.after, wanted)
        async for page in handlers.watch_events(self._records, self._arrivals, wanted, place=place):
            yield wire.watched(page)

    async def GetSubscription(self, request: pb.GetSubscriptionRequest, context: Context) -> pb.GetSubscriptionResponse:
        """See FeedService.GetSubscription."""
        fields = Fields()
        wire.check_subscription(fields, request.name)
        fields.check()
        owner = owner_of(caller())
        found = await self._records.read(partial(handlers.get_subscription, owner=owner, name=request.name))
        return wire.subscribed(*found)

    async def AcknowledgeEvents(
        self, request: pb.AcknowledgeEventsRequest, context: Context
    ) -> pb.AcknowledgeEventsResponse:
        """See FeedService.AcknowledgeEvents."""
        fields = Fields()
        wire.check_subscription(fields, request.name)
        fields.check()
        place = wire.place_of("resume_token", request.resume_token, request.position)
        acknowledging = partial(
            handlers.acknowledge_events,
            owner=owner_of(caller()),
            name=request.name,
            place=place,
            back=request.back,
            at=clock.now(),
        )
        return pb.AcknowledgeEventsResponse(position=await self._records.write(acknowledging))

    async def TakeTurn(self, request: pb.TakeTurnRequest, context: Context) -> pb.TakeTurnResponse:
        """See FeedService.TakeTurn."""
        fields = Fields()
        wire.check_subscription(fields, request.name)
        fields.text("reader", request.reader, limit=wire.LONGEST_WORD)
        fields.check()
        is_yours = await handlers.take_turn(
            self._records, name=request.name, reader=request.reader, leave=request.leave
        )
        return pb.TakeTurnResponse(is_yours=is_yours)

    async def ListSubscriptions(
        self, request: pb.ListSubscriptionsRequest, context: Context
    ) -> pb.ListSubscriptionsResponse:
        """See FeedService.ListSubscriptions."""
        scope = scope_of(caller())
        return wire.subscriptions(*await self._records.read(partial(handlers.list_subscriptions, scope=scope)))

    async def DeleteSubscription(
        self, request: pb.DeleteSubscriptionRequest, context: Context
    ) -> pb.DeleteSubscriptionResponse:
        """See FeedService.DeleteSubscription."""
        fields = Fields()
        wire.check_subscription(fields, request.name)
        fields.check()
        owner = owner_named(caller(), request.council, request.subject)
        await self._records.write(partial(handlers.delete_subscription, owner=owner, name=request.name))
        return pb.DeleteSubscriptionResponse()

    async def TrimEvents(self, request: pb.TrimEventsRequest, context: Context) -> pb.TrimEventsResponse:
        """See FeedService.TrimEvents."""
        earliest = await handlers.trim_events(self._records, scope=scope_of(caller()), up_to=request.up_to)
        return pb.TrimEventsResponse(earliest=earliest)

    async def AppendEvents(self, request: pb.AppendEventsRequest, context: Context) -> pb.AppendEventsResponse:
        """See FeedService.AppendEvents."""
        fields = Fields()
        wire.check_events(fields, request.events)
        fields.check()
        last, is_ours = await self._records.write(partial(handlers.append_events, events=request.events))
        if is_ours:
            self._arrivals.numbered_up_to(last)
        return pb.AppendEventsResponse(head=last)

    async def _ensure_types_known(self, wanted: pb.EventFilter) -> None:
        """Raise a Fault for a type that neither this version knows nor the feed has: it would be waited for in vain."""
        unknown = set(wanted.types) - PAYLOADS.keys()
        if unknown:
            came = await self._records.read(partial(store.types_that_came, types=unknown))
            wire.ensure_types_known(wanted, unknown - came)
