"""The gRPC face of operations: each call is read, handed to its use case, and answered."""

from functools import partial

from services.operations import handlers, wire
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1 import operations_pb2_grpc as pb_grpc
from sevensteps.fields import Fields
from sevensteps.rpc.interceptor import Context, caller
from sevensteps.service.store import Store


class OperationsServer(pb_grpc.OperationsServiceServicer):
    """Answers the calls of OperationsService."""

    def __init__(self, records: Store) -> None:
        """`records` holds the rows."""
        self._records = records

    async def ListCases(self, request: pb.ListCasesRequest, context: Context) -> pb.ListCasesResponse:
        """See OperationsService.ListCases."""
        fields = Fields()
        size = fields.page_size(request.page_size, default=wire.PAGE, largest=wire.LARGEST_PAGE)
        wanted = wire.wanted_of(fields, request.filter, caller())
        sorting = wire.sorting_of(fields, request)
        fields.check()
        listing = partial(
            handlers.list_cases,
            wanted=wanted,
            today=clock.today(),
            sorting=sorting,
            after=wire.place_of(request.page_token, request),
            size=size,
        )
        return wire.listed(*await self._records.read(listing), request)

    async def CountCases(self, request: pb.CountCasesRequest, context: Context) -> pb.CountCasesResponse:
        """See OperationsService.CountCases."""
        fields = Fields()
        wanted = wire.wanted_of(fields, request.filter, caller())
        fields.check()
        counting = partial(handlers.count_cases, wanted=wanted, today=clock.today())
        return wire.counted(*await self._records.read(counting))

    async def ListCauses(self, request: pb.ListCausesRequest, context: Context) -> pb.ListCausesResponse:
        """See OperationsService.ListCauses."""
        fields = Fields()
        wanted = wire.wanted_of(fields, request.filter, caller())
        fields.check()
        listing = partial(handlers.list_causes, wanted=wanted, today=clock.today())
        return wire.causes_message(*await self._records.read(listing))

    async def ListStuck(self, request: pb.ListStuckRequest, context: Context) -> pb.ListStuckResponse:
        """See OperationsService.ListStuck."""
        fields = Fields()
        size = fields.page_size(request.page_size, default=wire.PAGE, largest=wire.LARGEST_PAGE)
        wanted = wire.wanted_of(fields, request.filter, caller())
        cause = fields.text("cause_id", request.cause_id, limit=wire.LONGEST_CAUSE, may_be_empty=True)
        fields.check()
        after = wire.place_of(request.page_token, request)
        listing = partial(handlers.list_stuck, wanted=wanted, cause=cause, today=clock.today(), after=after, size=size)
        return wire.stuck_message(*await self._records.read(listing), request)
