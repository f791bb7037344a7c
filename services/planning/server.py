"""The gRPC face of planning: what each call reads, which use case it runs, and what it answers."""

from datetime import date
from typing import TypeVar

import grpc

from services.planning import handlers, store, wire
from services.planning.arrangement_messages import money_message, support_message
from services.planning.domain.money import Holding
from services.planning.domain.period import Choice, EndReason
from services.planning.domain.plan import Content
from services.planning.domain.planning import MoneyOpening, PlanOpening, SupportOpening
from services.planning.domain.support import Support
from services.planning.handlers import OnRecord
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2_grpc as pb_grpc
from sevensteps.money import pounds
from sevensteps.service import asks_server
from sevensteps.service.asks_server import Asks
from sevensteps.service.calls import changes, reads
from sevensteps.service.kept_services import NOTHING_MOVED, KeptServices
from sevensteps.service.overdue import PassedDate
from sevensteps.service.use_cases import Keeping, UseCases
from sevensteps.service.who_may_act import NOT_ASKED, WhoMayAct
from sevensteps.service.work import Work

A = TypeVar("A", pb.SavePlanResponse, pb.SubmitPlanResponse, pb.ArrangeMoneyResponse, pb.ArrangeSupportResponse)
"""The answers that say where planning stands, with the plan."""


def _without_plan(answer: A) -> A:
    """The answer with only the plan's case and version, which name it: the plan itself is stored once."""
    plan = answer.planning.plan
    kept = type(answer)()
    kept.CopyFrom(answer)
    kept.planning.plan.CopyFrom(pb.Plan(case_id=plan.case_id, version=plan.version))
    return kept


def _with_plan(work: Work, kept: A) -> A:
    """The answer with the plan version that it names, as that stands now."""
    named = kept.planning.plan
    if plan := store.plan(work, named.case_id, named.version):
        named.CopyFrom(wire.plan_message(plan))
    return kept


def _by_version(_: type[A]) -> Keeping[A]:
    """Answers that are kept with the version of the plan in the plan's place."""
    return Keeping(_without_plan, _with_plan)


async def _who_may_act_by_plan(use_cases: UseCases, request: pb.SavePlanRequest) -> WhoMayAct:
    """What is on record, where the plan says something that it may contradict."""
    denied = request.HasField("advocate_considered") and not request.advocate_considered
    return await use_cases.who_may_act(request.case_id) if request.lacks_capacity or denied else NOT_ASKED


async def _on_record_of_money(use_cases: UseCases, request: pb.ArrangeMoneyRequest) -> OnRecord:
    """Who may act, for a direct payment; what the person keeps, for money that the council does not manage."""
    is_direct, moves = request.kind == pb.MONEY_KIND_DIRECT_PAYMENT, request.kind != pb.MONEY_KIND_COUNCIL_MANAGED
    return OnRecord(
        await use_cases.who_may_act(request.case_id) if is_direct else NOT_ASKED,
        await use_cases.kept_services(request.case_id) if moves else NOTHING_MOVED,
    )


async def _kept_by_support(use_cases: UseCases, request: pb.ArrangeSupportRequest) -> KeptServices:
    """What the person keeps, for support that is none of a provider."""
    moves = request.kind != pb.SUPPORT_KIND_PROVIDER
    return await use_cases.kept_services(request.case_id) if moves else NOTHING_MOVED


ASKS = Asks(
    {"OpenPlan": pb.OpenPlanResponse, "OpenMoney": pb.OpenMoneyResponse, "OpenSupport": pb.OpenSupportResponse},
    closing="ClosePlanning",
    is_closed=store.is_closed,
)
"""What journeys ask of it."""


class PlanningServer(pb_grpc.PlanningServiceServicer):
    """Answers the calls of PlanningService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @reads
    def GetPlanning(self, work: Work, request: pb.GetPlanningRequest) -> pb.GetPlanningResponse:
        """See PlanningService.GetPlanning."""
        standing = handlers.get_planning(work, case_id=request.case_id)
        return pb.GetPlanningResponse(planning=wire.planning_message(standing))

    @reads
    def GetPlan(self, work: Work, request: pb.GetPlanRequest) -> pb.GetPlanResponse:
        """See PlanningService.GetPlan."""
        wire.check_version(request)
        plan, money, support = handlers.get_plan(work, case_id=request.case_id, version=request.version)
        return pb.GetPlanResponse(
            plan=wire.plan_message(plan),
            money=[money_message(arrangement) for arrangement in money],
            support=[support_message(arrangement) for arrangement in support],
        )

    @changes(
        pb.SavePlanResponse,
        wire.content_of,
        asking=_who_may_act_by_plan,
        keeping=_by_version(pb.SavePlanResponse),
    )
    def SavePlan(
        self, work: Work, request: pb.SavePlanRequest, content: Content, who_may_act: WhoMayAct
    ) -> pb.SavePlanResponse:
        """See PlanningService.SavePlan."""
        standing = handlers.save_plan(
            work, case_id=request.case_id, etag=request.etag, content=content, who_may_act=who_may_act
        )
        return pb.SavePlanResponse(planning=wire.planning_message(standing))

    @changes(pb.SubmitPlanResponse, keeping=_by_version(pb.SubmitPlanResponse))
    def SubmitPlan(self, work: Work, request: pb.SubmitPlanRequest) -> pb.SubmitPlanResponse:
        """See PlanningService.SubmitPlan."""
        standing = handlers.submit_plan(work, case_id=request.case_id, etag=request.etag)
        return pb.SubmitPlanResponse(planning=wire.planning_message(standing))

    @changes(
        pb.ArrangeMoneyResponse,
        wire.holding_of,
        asking=_on_record_of_money,
        keeping=_by_version(pb.ArrangeMoneyResponse),
    )
    def ArrangeMoney(
        self, work: Work, request: pb.ArrangeMoneyRequest, holding: Holding, on_record: OnRecord
    ) -> pb.ArrangeMoneyResponse:
        """See PlanningService.ArrangeMoney."""
        decision, left, standing = handlers.arrange_money(
            work, case_id=request.case_id, etag=request.etag, holding=holding, on_record=on_record
        )
        return pb.ArrangeMoneyResponse(
            decision=decision.as_message() if decision else None,
            left_weekly=pounds(left.weekly),
            left_once=pounds(left.once),
            planning=wire.planning_message(standing),
        )

    @changes(
        pb.ArrangeSupportResponse,
        wire.support_of,
        asking=_kept_by_support,
        keeping=_by_version(pb.ArrangeSupportResponse),
    )
    def ArrangeSupport(
        self, work: Work, request: pb.ArrangeSupportRequest, support: Support, kept: KeptServices
    ) -> pb.ArrangeSupportResponse:
        """See PlanningService.ArrangeSupport."""
        left, standing = handlers.arrange_support(
            work, case_id=request.case_id, etag=request.etag, support=support, kept=kept
        )
        return pb.ArrangeSupportResponse(needs_left=left, planning=wire.planning_message(standing))

    @changes(pb.OpenPlanResponse, wire.plan_opening_of, turn=lambda request: request.version)
    def OpenPlan(self, work: Work, request: pb.OpenPlanRequest, opening: PlanOpening) -> pb.OpenPlanResponse:
        """See PlanningService.OpenPlan."""
        due_on = handlers.open_plan(work, opening)
        return pb.OpenPlanResponse(due_on=due_on.isoformat())

    @changes(pb.OpenMoneyResponse, wire.money_opening_of, turn=lambda request: request.version)
    def OpenMoney(self, work: Work, request: pb.OpenMoneyRequest, opening: MoneyOpening) -> pb.OpenMoneyResponse:
        """See PlanningService.OpenMoney."""
        due_on = handlers.open_money(work, opening)
        return pb.OpenMoneyResponse(due_on=due_on.isoformat())

    @changes(pb.OpenSupportResponse, wire.support_opening_of, turn=lambda request: request.version)
    def OpenSupport(
        self, work: Work, request: pb.OpenSupportRequest, opening: SupportOpening
    ) -> pb.OpenSupportResponse:
        """See PlanningService.OpenSupport."""
        due_on = handlers.open_support(work, opening)
        return pb.OpenSupportResponse(due_on=due_on.isoformat())

    @changes(pb.StopArrangementsResponse, wire.stop_of)
    def StopArrangements(
        self, work: Work, request: pb.StopArrangementsRequest, choice: Choice
    ) -> pb.StopArrangementsResponse:
        """See PlanningService.StopArrangements."""
        standing = handlers.stop_arrangements(work, case_id=request.case_id, etag=request.etag, choice=choice)
        return pb.StopArrangementsResponse(planning=wire.planning_message(standing))

    @changes(pb.RestartArrangementsResponse, wire.restart_of)
    def RestartArrangements(
        self, work: Work, request: pb.RestartArrangementsRequest, choice: Choice
    ) -> pb.RestartArrangementsResponse:
        """See PlanningService.RestartArrangements."""
        standing = handlers.restart_arrangements(work, case_id=request.case_id, etag=request.etag, choice=choice)
        return pb.RestartArrangementsResponse(planning=wire.planning_message(standing))

    @changes(pb.CloseCaseResponse, wire.end_of)
    def CloseCase(
        self, work: Work, request: pb.CloseCaseRequest, end: tuple[date | None, EndReason]
    ) -> pb.CloseCaseResponse:
        """See PlanningService.CloseCase."""
        last_day, reason = end
        handlers.close_case(work, case_id=request.case_id, last_day=last_day, reason=reason)
        return pb.CloseCaseResponse()

    @changes(pb.RecordOverdueResponse, wire.passed_date_of)
    def RecordOverdue(
        self, work: Work, request: pb.RecordOverdueRequest, passed: PassedDate
    ) -> pb.RecordOverdueResponse:
        """See PlanningService.RecordOverdue."""
        handlers.record_overdue(work, case_id=request.case_id, passed=passed)
        return pb.RecordOverdueResponse()


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the service with a server."""
    pb_grpc.add_PlanningServiceServicer_to_server(PlanningServer(use_cases), server)
    asks_server.add_to(server, use_cases, ASKS)
