"""The gRPC face of approval: each call is read, handed to its use case, and answered."""

import grpc

from services.approval import handlers, wire
from services.approval.domain.approval import Approval
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.approval.v1 import approval_pb2_grpc as pb_grpc
from sevensteps.fields import Fields
from sevensteps.identity.tokens import LONGEST_COUNCIL
from sevensteps.rpc.interceptor import Context
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class ApprovalServer(pb_grpc.ApprovalServiceServicer):
    """Answers the calls of ApprovalService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self._use_cases = use_cases

    async def GetApproval(self, request: pb.GetApprovalRequest, context: Context) -> pb.GetApprovalResponse:
        """See ApprovalService.GetApproval."""

        def unit(work: Work) -> pb.GetApprovalResponse:
            found = handlers.get_approval(work, case_id=request.case_id, version=request.version)
            return pb.GetApprovalResponse(approval=_message(work, found))

        return await self._use_cases.look(unit)

    async def ApprovePlan(self, request: pb.ApprovePlanRequest, context: Context) -> pb.ApprovePlanResponse:
        """See ApprovalService.ApprovePlan."""
        fields = Fields()
        fields.request_id(request.request_id)
        version = wire.version_of("version", request.version, fields)
        because = fields.text("because", request.because)
        judgements = wire.judgements_of(request.judgements, fields)
        fields.check()

        def unit(work: Work) -> pb.ApprovePlanResponse:
            authority, signed = handlers.approve_plan(
                work,
                case_id=request.case_id,
                version=version,
                etag=request.etag,
                because=because,
                judgements=judgements,
            )
            return pb.ApprovePlanResponse(authority=authority.as_message(), approval=_message(work, signed))

        return await self._use_cases.change(request, pb.ApprovePlanResponse, unit)

    async def ReturnPlan(self, request: pb.ReturnPlanRequest, context: Context) -> pb.ReturnPlanResponse:
        """See ApprovalService.ReturnPlan."""
        fields = Fields()
        fields.request_id(request.request_id)
        version = wire.version_of("version", request.version, fields)
        because = fields.text("because", request.because)
        fields.check()

        def unit(work: Work) -> pb.ReturnPlanResponse:
            returned = handlers.return_plan(
                work, case_id=request.case_id, version=version, etag=request.etag, because=because
            )
            return pb.ReturnPlanResponse(approval=_message(work, returned))

        return await self._use_cases.change(request, pb.ReturnPlanResponse, unit)

    async def OpenApproval(self, request: pb.OpenApprovalRequest, context: Context) -> pb.OpenApprovalResponse:
        """See ApprovalService.OpenApproval."""
        fields = Fields()
        fields.request_id(request.request_id)
        case_id = fields.id("case_id", request.case_id)
        council = fields.text("council", request.council, limit=LONGEST_COUNCIL)
        plan = wire.plan_of(request.plan, case_id, fields)
        eligible_needs = fields.needs("eligible_needs", request.eligible_needs)
        indicative = fields.money("indicative_weekly", request.indicative_weekly)
        assessed_by = wire.subjects_of("assessed_by", request.assessed_by, fields)
        opened_on = fields.day("opened_on", request.opened_on)
        fields.check()

        def unit(work: Work) -> pb.OpenApprovalResponse:
            opened = handlers.open_approval(
                work,
                case_id=case_id,
                council=council,
                plan=plan,
                eligible_needs=eligible_needs,
                indicative=indicative,
                assessed_by=assessed_by,
                opened_on=opened_on,
            )
            return pb.OpenApprovalResponse(due_on=opened.due_on.isoformat())

        return await self._use_cases.change(request, pb.OpenApprovalResponse, unit)

    async def CloseCase(self, request: pb.CloseCaseRequest, context: Context) -> pb.CloseCaseResponse:
        """See ApprovalService.CloseCase."""
        fields = Fields()
        fields.request_id(request.request_id)
        fields.check()

        def unit(work: Work) -> pb.CloseCaseResponse:
            handlers.close_case(work, case_id=request.case_id)
            return pb.CloseCaseResponse()

        return await self._use_cases.change(request, pb.CloseCaseResponse, unit)


def _message(work: Work, approval: Approval) -> pb.Approval:
    return wire.approval_message(approval, work.decided(approval.receipt_id))


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the service with a server."""
    pb_grpc.add_ApprovalServiceServicer_to_server(ApprovalServer(use_cases), server)
