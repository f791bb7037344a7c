"""What journeys ask of the approval service."""

import grpc
from temporalio import activity

from sevensteps.api.approval.v1 import approval_pb2, approval_pb2_grpc
from sevensteps.api.planning.v1 import planning_pb2, planning_pb2_grpc
from sevensteps.deadlines import Due
from workflows.activities.calls import due, timeout, translating_errors
from workflows.journey.requests import CloseApproval, OpenApproval, RequestHeader


class Approval:
    """Requests to the approval service: step 3. The plan is fetched from planning on the way."""

    def __init__(self, channel: grpc.aio.Channel, planning: grpc.aio.Channel) -> None:
        """Both channels carry the journey's token."""
        self._stub = approval_pb2_grpc.ApprovalServiceStub(channel)
        self._planning = planning_pb2_grpc.PlanningServiceStub(planning)

    @activity.defn(name=OpenApproval.__name__)
    async def open_approval(self, header: RequestHeader, opening: OpenApproval) -> Due:
        """Open step 3 with the plan as it was submitted."""
        plan_request = planning_pb2.GetPlanRequest(case_id=header.case_id, version=opening.version)
        with translating_errors():
            submitted = await self._planning.GetPlan(plan_request, timeout=timeout() / 2)
            request = approval_pb2.OpenApprovalRequest(
                request_id=header.request_id,
                case_id=header.case_id,
                council=header.council,
                plan=submitted.plan,
                eligible_needs=opening.eligible_needs,
                indicative_weekly=opening.indicative_weekly,
                assessed_by=opening.assessed_by,
                opened_on=opening.opened_on,
                met_by_carer=opening.met_by_carer,
            )
            answer = await self._stub.OpenApproval(request, timeout=timeout() / 2)
        return due(answer.due_on)

    @activity.defn(name=CloseApproval.__name__)
    async def close(self, header: RequestHeader, _closing: CloseApproval) -> None:
        """Close what is open."""
        request = approval_pb2.CloseCaseRequest(request_id=header.request_id, case_id=header.case_id)
        with translating_errors(ignore_not_found=True):
            await self._stub.CloseCase(request, timeout=timeout())
