"""The gRPC face of approval: what each call reads, which use case it runs, and what it answers."""

import grpc

from services.approval import budget_store, handlers, store, wire
from services.approval.domain.approval import Approval, ApprovalOpening, PlanReturn, Signature
from services.approval.personal_budgets.messages import personal_budget_message
from services.approval.personal_budgets.server import PersonalBudgetsServer
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.approval.v1 import approval_pb2_grpc as pb_grpc
from sevensteps.api.approval.v1 import personal_budget_pb2_grpc
from sevensteps.service import asks_server
from sevensteps.service.asks_server import Asks
from sevensteps.service.calls import changes, reads
from sevensteps.service.overdue import PassedDate
from sevensteps.service.standing_finances import AskedFinances
from sevensteps.service.use_cases import UseCases
from sevensteps.service.who_may_act import WhoMayAct
from sevensteps.service.work import Work

ASKS = Asks({"OpenApproval": pb.OpenApprovalResponse}, closing="CloseApproval", is_closed=store.is_closed)
"""What journeys ask of it."""


class ApprovalServer(pb_grpc.ApprovalServiceServicer):
    """Answers the calls of ApprovalService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @reads
    def GetApproval(self, work: Work, request: pb.GetApprovalRequest) -> pb.GetApprovalResponse:
        """See ApprovalService.GetApproval."""
        approval = handlers.get_approval(work, case_id=request.case_id, version=request.version)
        return pb.GetApprovalResponse(approval=_message(work, approval))

    @changes(
        pb.ApprovePlanResponse,
        wire.signature_of,
        asking=lambda use_cases, request: use_cases.finances(request.case_id),
    )
    def ApprovePlan(
        self, work: Work, request: pb.ApprovePlanRequest, signature: Signature, finances: AskedFinances
    ) -> pb.ApprovePlanResponse:
        """See ApprovalService.ApprovePlan."""
        authority, approval = handlers.approve_plan(
            work, finances, case_id=request.case_id, etag=request.etag, signature=signature
        )
        return pb.ApprovePlanResponse(authority=authority.as_message(), approval=_message(work, approval))

    @changes(pb.ReturnPlanResponse, wire.return_of)
    def ReturnPlan(self, work: Work, request: pb.ReturnPlanRequest, plan_return: PlanReturn) -> pb.ReturnPlanResponse:
        """See ApprovalService.ReturnPlan."""
        approval = handlers.return_plan(work, case_id=request.case_id, etag=request.etag, plan_return=plan_return)
        return pb.ReturnPlanResponse(approval=_message(work, approval))

    @changes(
        pb.OpenApprovalResponse,
        wire.approval_opening_of,
        asking=lambda use_cases, request: use_cases.who_may_act(request.case_id),
        turn=lambda request: request.plan.version,
    )
    def OpenApproval(
        self, work: Work, request: pb.OpenApprovalRequest, opening: ApprovalOpening, who_may_act: WhoMayAct
    ) -> pb.OpenApprovalResponse:
        """See ApprovalService.OpenApproval."""
        approval = handlers.open_approval(work, opening, who_may_act)
        return pb.OpenApprovalResponse(due_on=approval.due_on.isoformat())

    @changes(pb.CloseCaseResponse)
    def CloseCase(self, work: Work, request: pb.CloseCaseRequest) -> pb.CloseCaseResponse:
        """See ApprovalService.CloseCase."""
        handlers.close_case(work, case_id=request.case_id)
        return pb.CloseCaseResponse()

    @changes(pb.RecordOverdueResponse, wire.passed_date_of)
    def RecordOverdue(
        self, work: Work, request: pb.RecordOverdueRequest, passed: PassedDate
    ) -> pb.RecordOverdueResponse:
        """See ApprovalService.RecordOverdue."""
        handlers.record_overdue(work, case_id=request.case_id, passed=passed)
        return pb.RecordOverdueResponse()


def _message(work: Work, approval: Approval) -> pb.Approval:
    message = wire.approval_message(approval, work.decided(approval.receipt_id), store.judgements_of(work, approval))
    if budget := budget_store.newest(work, approval):
        message.personal_budget.CopyFrom(personal_budget_message(work, budget))
    return message


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the service with a server."""
    pb_grpc.add_ApprovalServiceServicer_to_server(ApprovalServer(use_cases), server)
    budgets = PersonalBudgetsServer(use_cases)
    personal_budget_pb2_grpc.add_PersonalBudgetsServiceServicer_to_server(budgets, server)
    asks_server.add_to(server, use_cases, ASKS)
