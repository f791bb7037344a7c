"""The gRPC face of operations: each call is read, handed to its use case, and answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.operations import forecast_wire, handlers, wire
from services.operations.describing.describing import Asking, Describing
from services.operations.describing.who_can_act import who_can_act
from services.operations.repairs import agreeing, auditing, planning, repair_store, repair_wire
from services.operations.repairs.auditing import Entry, Signer
from services.operations.repairs.repair_store import Progress, Repair
from services.operations.repairs.repairing import Going, Repairing
from services.operations.rows import milliseconds
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1 import operations_pb2_grpc as pb_grpc
from sevensteps.councils import Councils
from sevensteps.errors import Fault
from sevensteps.fields import Fields
from sevensteps.rpc.interceptor import Context, caller
from sevensteps.service.store import Store


class OperationsServer(pb_grpc.OperationsServiceServicer):
    """Answers the calls of OperationsService."""

    def __init__(
        self, records: Store, describing: Describing, repairing: Repairing, councils: Councils, signer: Signer
    ) -> None:
        """`records` holds the rows, and `describing` asks others of a case; `repairing` carries out repairs.

        `councils` say for which repairs they want a second person, and `signer` signs what is on record of them.
        """
        self._records = records
        self._describing = describing
        self._repairing = repairing
        self._councils = councils
        self._signer = signer

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
            after=wire.place_in(request.page_token, request),
            size=size,
            with_total=request.with_total,
        )
        return wire.listed(*await self._records.read(listing), request)

    async def CountCases(self, request: pb.CountCasesRequest, context: Context) -> pb.CountCasesResponse:
        """See OperationsService.CountCases."""
        fields = Fields()
        wanted = wire.wanted_of(fields, request.filter, caller())
        fields.check()
        counting = partial(handlers.count_cases, wanted=wanted, today=clock.today())
        return wire.counted(*await self._records.read(counting))

    async def ForecastBreaches(
        self, request: pb.ForecastBreachesRequest, context: Context
    ) -> pb.ForecastBreachesResponse:
        """See OperationsService.ForecastBreaches."""
        fields = Fields()
        wanted = wire.wanted_of(fields, request.filter, caller())
        fields.check()
        forecasting = partial(handlers.forecast_breaches, wanted=wanted, today=clock.today())
        return forecast_wire.forecast_message(*await self._records.read(forecasting))

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
        after = wire.place_in(request.page_token, request)
        listing = partial(handlers.list_stuck, wanted=wanted, cause=cause, today=clock.today(), after=after, size=size)
        return wire.stuck_message(*await self._records.read(listing), request)

    async def DescribeCase(self, request: pb.DescribeCaseRequest, context: Context) -> pb.DescribeCaseResponse:
        """See OperationsService.DescribeCase."""
        events = wire.events_wanted(request)
        reading = partial(
            handlers.describe_case, case_id=request.case_id, scope=wire.scope_of(caller()), today=clock.today()
        )
        standing, found, view = await self._records.read(reading)
        told = wire.described(standing, found, view)
        told.who_can_act.extend(who_can_act(standing.waits[0]))
        await self._describing.describe(told, Asking(caller(), repair_wire.token_of_caller(context), events))
        return told

    async def PlanRepair(self, request: pb.PlanRepairRequest, context: Context) -> pb.PlanRepairResponse:
        """See OperationsService.PlanRepair."""
        planned = repair_wire.planned_of(request, caller())
        async with self._refusals("repair.planned", planned.repair_id, planned.because):
            cases = await self._records.read(partial(planning.to_ask_about, planned=planned, today=clock.today()))
            token = repair_wire.token_of_caller(context)
            foreseen = await self._repairing.foresee(planned.action, planned.given, cases, token)
            planning_it = partial(
                planning.plan,
                planned=planned,
                councils=self._councils,
                foreseen=foreseen,
                actor=caller(),
                signer=self._signer,
                today=clock.today(),
                now=milliseconds(clock.now()),
            )
            repair = await self._records.write(planning_it)
        return pb.PlanRepairResponse(repair=await self._told(repair.repair_id))

    async def AgreeRepair(self, request: pb.AgreeRepairRequest, context: Context) -> pb.AgreeRepairResponse:
        """See OperationsService.AgreeRepair."""
        because = repair_wire.because_of(request)
        async with self._refusals("repair.agreed", request.repair_id, because):
            repair, _ = await self._own(request.repair_id)
            now = milliseconds(clock.now())
            agreeing_to = partial(
                agreeing.agree, repair=repair, because=because, actor=caller(), signer=self._signer, now=now
            )
            await self._records.write(agreeing_to)
        return pb.AgreeRepairResponse(repair=await self._told(request.repair_id))

    async def ContinueRepair(self, request: pb.ContinueRepairRequest, context: Context) -> pb.ContinueRepairResponse:
        """See OperationsService.ContinueRepair."""
        cases, pace, left = repair_wire.extent_of(request)
        async with self._refusals("repair.continued", request.repair_id, ""):
            repair, _ = await self._own(request.repair_id)
            going = Going(caller(), repair_wire.token_of_caller(context), cases, pace, left)
            await self._repairing.go_on(repair, going)
        return pb.ContinueRepairResponse(repair=await self._told(request.repair_id))

    async def StopRepair(self, request: pb.StopRepairRequest, context: Context) -> pb.StopRepairResponse:
        """See OperationsService.StopRepair."""
        because = repair_wire.because_of(request)
        async with self._refusals("repair.stopped", request.repair_id, because):
            repair, _ = await self._own(request.repair_id)
            await self._repairing.stop(repair, caller(), because)
        return pb.StopRepairResponse(repair=await self._told(request.repair_id))

    async def GetRepair(self, request: pb.GetRepairRequest, context: Context) -> pb.GetRepairResponse:
        """See OperationsService.GetRepair."""
        return pb.GetRepairResponse(repair=await self._told(request.repair_id))

    async def ListRepairs(self, request: pb.ListRepairsRequest, context: Context) -> pb.ListRepairsResponse:
        """See OperationsService.ListRepairs."""
        size, before = repair_wire.page_of(request)
        scope = wire.scope_of(caller())
        listing = partial(repair_store.list_repairs, scope=scope, before=before, size=size)
        return repair_wire.repairs_message(await self._records.read(listing), request, size)

    async def ListRepairCases(self, request: pb.ListRepairCasesRequest, context: Context) -> pb.ListRepairCasesResponse:
        """See OperationsService.ListRepairCases."""
        size, after = repair_wire.page_of(request)
        outcomes = repair_wire.outcomes_of(request)
        await self._own(request.repair_id)
        listing = partial(
            repair_store.cases_of, repair_id=request.repair_id, outcomes=outcomes, after=after, size=size + 1
        )
        return repair_wire.cases_message(await self._records.read(listing), request, size)

    async def ListAudit(self, request: pb.ListAuditRequest, context: Context) -> pb.ListAuditResponse:
        """See OperationsService.ListAudit."""
        size, after = repair_wire.page_of(request)
        scope = wire.scope_of(caller())
        listing = partial(
            auditing.page,
            scope=scope,
            about=request.about,
            after=after,
            size=size + 1,
            newest_first=request.newest_first,
        )
        return repair_wire.audit_message(await self._records.read(listing), request, size)

    async def _own(self, repair_id: str) -> tuple[Repair, Progress]:
        """A repair of the caller's, and how far it is. Raises a Fault (NOT_FOUND) where there is none."""
        own = partial(repair_store.own_repair, repair_id=repair_id, scope=wire.scope_of(caller()))
        return await self._records.read(own)

    async def _told(self, repair_id: str) -> pb.Repair:
        return repair_wire.repair_message(*await self._own(repair_id))

    @asynccontextmanager
    async def _refusals(self, act: str, about: str, because: str) -> AsyncIterator[None]:
        """Put on record what is refused."""
        try:
            yield
        except Fault as fault:
            entry = Entry(act, about, because, refused=fault.reason)
            await self._records.write(partial(auditing.add, actor=caller(), entry=entry, signer=self._signer))
            raise
