"""The gRPC face of the feed: each call is read, handed to its use case, and answered."""

from collections.abc import AsyncIterator
from functools import partial

from services.feed import handlers, store, wire
from services.feed.arrivals import Arrivals
from services.feed.domain import scope_of
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1 import feed_pb2_grpc as pb_grpc
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
        place = wire.place_of("resume_token", request.resume_token, request.after, wanted)
        async for page in handlers.watch_events(self._records, self._arrivals, wanted, place=place):
            yield wire.watched(page)

    async def GetSubscription(self, request: pb.GetSubscriptionRequest, context: Context) -> pb.GetSubscriptionResponse:
        """See FeedService.GetSubscription."""
        fields = Fields()
        wire.check_subscription(fields, request.name)
        fields.check()
        return wire.subscribed(await self._records.read(partial(store.subscription, name=request.name)))

    async def AcknowledgeEvents(
        self, request: pb.AcknowledgeEventsRequest, context: Context
    ) -> pb.AcknowledgeEventsResponse:
        """See FeedService.AcknowledgeEvents."""
        fields = Fields()
        wire.check_subscription(fields, request.name)
        fields.check()
        place = wire.place_of("resume_token", request.resume_token, request.position)
        position = await self._records.write(partial(handlers.acknowledge_events, name=request.name, place=place))
        return pb.AcknowledgeEventsResponse(position=position)

    async def TrimEvents(self, request: pb.TrimEventsRequest, context: Context) -> pb.TrimEventsResponse:
        """See FeedService.TrimEvents."""
        earliest = await handlers.trim_events(self._records, scope=scope_of(caller()), up_to=request.up_to)
        return pb.TrimEventsResponse(earliest=earliest)

    async def AppendEvents(self, request: pb.AppendEventsRequest, context: Context) -> pb.AppendEventsResponse:
        """See FeedService.AppendEvents."""
        fields = Fields()
        wire.check_events(fields, request.events)
        fields.check()
        last = await self._records.write(partial(handlers.append_events, events=request.events))
        self._arrivals.grown_to(last)
        return pb.AppendEventsResponse(head=last)
