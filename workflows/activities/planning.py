"""What journeys ask of the planning service."""

import grpc
from temporalio import activity

from sevensteps.api.planning.v1 import planning_pb2, planning_pb2_grpc
from sevensteps.deadlines import Due
from workflows.activities.calls import due, timeout, translating_errors
from workflows.journey.requests import ClosePlanning, OpenMoney, OpenPlan, OpenSupport, RequestHeader


class Planning:
    """Requests to the planning service: steps 2, 4 and 5."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = planning_pb2_grpc.PlanningServiceStub(channel)

    @activity.defn(name=OpenPlan.__name__)
    async def open_plan(self, header: RequestHeader, opening: OpenPlan) -> Due:
        """Open step 2."""
        request = planning_pb2.OpenPlanRequest(
            request_id=header.request_id,
            case_id=header.case_id,
            council=header.council,
            version=opening.version,
            eligible_needs=opening.eligible_needs,
            indicative_weekly=opening.indicative_weekly,
            opened_on=opening.opened_on,
            met_by_carer=opening.met_by_carer,
            own_money=opening.own_money,
        )
        with translating_errors():
            answer = await self._stub.OpenPlan(request, timeout=timeout())
        return due(answer.due_on)

    @activity.defn(name=OpenMoney.__name__)
    async def open_money(self, header: RequestHeader, opening: OpenMoney) -> Due:
        """Open step 4."""
        request = planning_pb2.OpenMoneyRequest(
            request_id=header.request_id,
            case_id=header.case_id,
            version=opening.version,
            personal_budget_weekly=opening.personal_budget_weekly,
            opened_on=opening.opened_on,
        )
        with translating_errors():
            answer = await self._stub.OpenMoney(request, timeout=timeout())
        return due(answer.due_on)

    @activity.defn(name=OpenSupport.__name__)
    async def open_support(self, header: RequestHeader, opening: OpenSupport) -> Due:
        """Open step 5."""
        request = planning_pb2.OpenSupportRequest(
            request_id=header.request_id, case_id=header.case_id, version=opening.version, opened_on=opening.opened_on
        )
        with translating_errors():
            answer = await self._stub.OpenSupport(request, timeout=timeout())
        return due(answer.due_on)

    @activity.defn(name=ClosePlanning.__name__)
    async def close(self, header: RequestHeader, closing: ClosePlanning) -> None:
        """Close what is open, and end what runs."""
        request = planning_pb2.CloseCaseRequest(
            request_id=header.request_id, case_id=header.case_id, ended_on=closing.ended_on, died=closing.died
        )
        with translating_errors(ignore_not_found=True):
            await self._stub.CloseCase(request, timeout=timeout())
