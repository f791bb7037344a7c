"""The gRPC face of planning: each call is read, handed to its use case, and answered."""

import grpc

from services.planning import handlers, wire
from sevensteps import clock
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2_grpc as pb_grpc
from sevensteps.fields import Fields
from sevensteps.identity.tokens import LONGEST_COUNCIL
from sevensteps.money import pounds
from sevensteps.rpc.interceptor import Context
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class PlanningServer(pb_grpc.PlanningServiceServicer):
    """Answers the calls of PlanningService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self._use_cases = use_cases

    async def GetPlanning(self, request: pb.GetPlanningRequest, context: Context) -> pb.GetPlanningResponse:
        """See PlanningService.GetPlanning."""
        standing = await self._use_cases.look(lambda work: handlers.get_planning(work, case_id=request.case_id))
        return pb.GetPlanningResponse(planning=wire.planning_message(standing))

    async def GetPlan(self, request: pb.GetPlanRequest, context: Context) -> pb.GetPlanResponse:
        """See PlanningService.GetPlan."""
        fields = Fields()
        if request.version < 0:
            fields.wrong("version", "must be a version of the plan, or 0 for the newest")
        fields.check()
        plan = await self._use_cases.look(
            lambda work: handlers.get_plan(work, case_id=request.case_id, version=request.version)
        )
        return pb.GetPlanResponse(plan=wire.plan_message(plan))

    async def SavePlan(self, request: pb.SavePlanRequest, context: Context) -> pb.SavePlanResponse:
        """See PlanningService.SavePlan."""
        fields = Fields()
        fields.request_id(request.request_id)
        content = wire.content_of(request, fields)
        fields.check()

        def unit(work: Work) -> pb.SavePlanResponse:
            standing = handlers.save_plan(work, case_id=request.case_id, etag=request.etag, content=content)
            return pb.SavePlanResponse(planning=wire.planning_message(standing))

        return await self._use_cases.change(request, pb.SavePlanResponse, unit)

    async def SubmitPlan(self, request: pb.SubmitPlanRequest, context: Context) -> pb.SubmitPlanResponse:
        """See PlanningService.SubmitPlan."""
        fields = Fields()
        fields.request_id(request.request_id)
        fields.check()

        def unit(work: Work) -> pb.SubmitPlanResponse:
            standing = handlers.submit_plan(work, case_id=request.case_id, etag=request.etag)
            return pb.SubmitPlanResponse(planning=wire.planning_message(standing))

        return await self._use_cases.change(request, pb.SubmitPlanResponse, unit)

    async def ArrangeMoney(self, request: pb.ArrangeMoneyRequest, context: Context) -> pb.ArrangeMoneyResponse:
        """See PlanningService.ArrangeMoney."""
        fields = Fields()
        fields.request_id(request.request_id)
        holding = wire.holding_of(request, fields)
        fields.check()

        def unit(work: Work) -> pb.ArrangeMoneyResponse:
            kept, left, standing = handlers.arrange_money(
                work, case_id=request.case_id, etag=request.etag, holding=holding
            )
            return pb.ArrangeMoneyResponse(
                decision=kept.as_message() if kept else None,
                left_weekly=pounds(left),
                planning=wire.planning_message(standing),
            )

        return await self._use_cases.change(request, pb.ArrangeMoneyResponse, unit)

    async def ArrangeSupport(self, request: pb.ArrangeSupportRequest, context: Context) -> pb.ArrangeSupportResponse:
        """See PlanningService.ArrangeSupport."""
        fields = Fields()
        fields.request_id(request.request_id)
        kind = fields.choice("kind", request.kind, pb.SupportKind)
        needs = fields.needs("needs", request.needs)
        starts_on = fields.day("starts_on", request.starts_on, earliest=clock.in_years(-1), latest=clock.in_years(1))
        fields.check()

        def unit(work: Work) -> pb.ArrangeSupportResponse:
            left, standing = handlers.arrange_support(
                work, case_id=request.case_id, etag=request.etag, kind=kind, needs=needs, starts_on=starts_on
            )
            return pb.ArrangeSupportResponse(needs_left=left, planning=wire.planning_message(standing))

        return await self._use_cases.change(request, pb.ArrangeSupportResponse, unit)

    async def OpenPlan(self, request: pb.OpenPlanRequest, context: Context) -> pb.OpenPlanResponse:
        """See PlanningService.OpenPlan."""
        fields = Fields()
        fields.request_id(request.request_id)
        case_id = fields.id("case_id", request.case_id)
        council = fields.text("council", request.council, limit=LONGEST_COUNCIL)
        version = wire.version_of(request.version, fields)
        eligible_needs = fields.needs("eligible_needs", request.eligible_needs)
        indicative = fields.money("indicative_weekly", request.indicative_weekly)
        opened_on = fields.day("opened_on", request.opened_on)
        fields.check()

        def unit(work: Work) -> pb.OpenPlanResponse:
            due = handlers.open_plan(
                work,
                case_id=case_id,
                council=council,
                version=version,
                eligible_needs=eligible_needs,
                indicative=indicative,
                opened_on=opened_on,
            )
            return pb.OpenPlanResponse(due_on=due.isoformat())

        return await self._use_cases.change(request, pb.OpenPlanResponse, unit)

    async def OpenMoney(self, request: pb.OpenMoneyRequest, context: Context) -> pb.OpenMoneyResponse:
        """See PlanningService.OpenMoney."""
        fields = Fields()
        fields.request_id(request.request_id)
        version = wire.version_of(request.version, fields)
        budget = fields.money("personal_budget_weekly", request.personal_budget_weekly)
        opened_on = fields.day("opened_on", request.opened_on)
        fields.check()

        def unit(work: Work) -> pb.OpenMoneyResponse:
            due = handlers.open_money(
                work, case_id=request.case_id, version=version, budget=budget, opened_on=opened_on
            )
            return pb.OpenMoneyResponse(due_on=due.isoformat())

        return await self._use_cases.change(request, pb.OpenMoneyResponse, unit)

    async def OpenSupport(self, request: pb.OpenSupportRequest, context: Context) -> pb.OpenSupportResponse:
        """See PlanningService.OpenSupport."""
        fields = Fields()
        fields.request_id(request.request_id)
        version = wire.version_of(request.version, fields)
        opened_on = fields.day("opened_on", request.opened_on)
        fields.check()

        def unit(work: Work) -> pb.OpenSupportResponse:
            due = handlers.open_support(work, case_id=request.case_id, version=version, opened_on=opened_on)
            return pb.OpenSupportResponse(due_on=due.isoformat())

        return await self._use_cases.change(request, pb.OpenSupportResponse, unit)

    async def CloseCase(self, request: pb.CloseCaseRequest, context: Context) -> pb.CloseCaseResponse:
        """See PlanningService.CloseCase."""
        fields = Fields()
        fields.request_id(request.request_id)
        fields.check()

        def unit(work: Work) -> pb.CloseCaseResponse:
            handlers.close_case(work, case_id=request.case_id)
            return pb.CloseCaseResponse()

        return await self._use_cases.change(request, pb.CloseCaseResponse, unit)


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the service with a server."""
    pb_grpc.add_PlanningServiceServicer_to_server(PlanningServer(use_cases), server)
