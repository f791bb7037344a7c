"""The three numbers of a personal budget (s.26(1)): stated with the signature, and again when what is paid changes."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from integration.approval.desk import Desk, approving, line, plan, request_id
from integration.assessment.finance_desk import FinanceDesk
from integration.assessment.finance_requests import amounts, full, light_touch, refused, weekly
from integration.assessment.practice import Practice
from servers.services import NOBODY, SuiteOf, refusal_of, run_service
from sevensteps.api.approval.v1 import personal_budget_pb2 as pb
from sevensteps.api.approval.v1.approval_pb2 import Judgement
from sevensteps.api.approval.v1.personal_budget_pb2_grpc import PersonalBudgetsServiceStub
from sevensteps.api.assessment.v1 import assessment_pb2, finances_pb2
from sevensteps.api.money.v1 import money_pb2, services_pb2
from sevensteps.api.planning.v1 import planning_pb2 as planning
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Kind
from sevensteps.events import PersonalBudgetRestated, PlanApproved
from sevensteps.identity.actor import Role

if TYPE_CHECKING:
    from sevensteps.api.approval.v1.personal_budget_pb2_grpc import PersonalBudgetsServiceAsyncStub


@pytest.fixture
async def finances(desk: Desk) -> FinanceDesk:
    """Frank, with the case of the desk open at assessment."""
    return await open_at_assessment(desk)


async def open_at_assessment(
    desk: Desk, kind: assessment_pb2.CaseKind.ValueType = assessment_pb2.CASE_KIND_ADULT
) -> FinanceDesk:
    """Open the case of the desk at assessment."""
    practice = Practice(desk.running.assessment)
    desk.case_id = (await practice.open(kind)).case_id
    return FinanceDesk(practice)


def stub(desk: Desk, *roles: Role, subject: str = "frank", council: str = "example") -> PersonalBudgetsServiceAsyncStub:
    """A caller about personal budgets; of the finance team unless their roles are given."""
    token = desk.running.token(subject, *(roles or (Role.FINANCE,)), council=council)
    return desk.running.stub(PersonalBudgetsServiceStub, token)


async def sign(desk: Desk, of: planning.Plan | None = None, indicative: str = "") -> pb.PersonalBudget:
    """Have a plan checked and signed; answers its personal budget."""
    checked = await desk.open(of, indicative)
    judged = [each for each in checked.checks.findings if each.verdict == decision_pb2.VERDICT_NEEDS_JUDGEMENT]
    request = approving(checked, *(Judgement(rule=each.rule, about=each.about, because="Seen.") for each in judged))
    return (await desk.by("olu").ApprovePlan(request)).approval.personal_budget


def numbers(budget: pb.PersonalBudget) -> tuple[str, str, str]:
    """The three numbers."""
    return budget.cost_weekly, budget.adult_pays_weekly, budget.council_pays_weekly


def restating(desk: Desk, etag: str) -> pb.RestatePersonalBudgetRequest:
    """What has the numbers stated anew."""
    return pb.RestatePersonalBudgetRequest(request_id=request_id(), case_id=desk.case_id, etag=etag)


async def test_the_numbers_come_from_the_plan_and_the_standing_assessment(desk: Desk, finances: FinanceDesk) -> None:
    """The cost is that of the plan, and nobody pays more than that; the event says it too."""
    assessed = await finances.assess(full(changes=finances_pb2.Means(income=amounts(weekly("190.15")))))
    assert assessed.weekly_charge == "12.00"
    budget = await sign(desk)
    assert numbers(budget) == ("40.00", "12.00", "28.00")
    assert (budget.basis, budget.financial_assessment_id) == (
        pb.BUDGET_BASIS_ASSESSED,
        assessed.financial_assessment_id,
    )
    assert budget.decision.decision == "contribution"
    assert (await desk.events())[-1] == PlanApproved(1, "40.00", "L0", "40.00", "12.00", "28.00")
    assert (await desk.read()).personal_budget == budget


async def test_nobody_is_charged_without_a_financial_assessment(desk: Desk, finances: FinanceDesk) -> None:
    """The plan is signed all the same, and the numbers say that the council pays (s.17)."""
    budget = await sign(desk)
    assert numbers(budget) == ("40.00", "0.00", "40.00")
    assert (budget.basis, budget.HasField("decision")) == (pb.BUDGET_BASIS_NOT_ASSESSED, False)


async def test_an_assessment_that_does_not_settle_this_plan_charges_nobody(desk: Desk, finances: FinanceDesk) -> None:
    """Who was assessed for free services alone has said nothing about income."""
    free = full()
    free.services[0].kind = services_pb2.SERVICE_KIND_AFTERCARE_117
    free.means.Clear()
    assert (await finances.assess(free)).standing
    budget = await sign(desk)
    assert (numbers(budget)[1], budget.basis) == ("0.00", pb.BUDGET_BASIS_NOT_ASSESSED)
    assert budget.decision.verdict == decision_pb2.VERDICT_NOT_ENOUGH_INFORMATION


async def test_lines_are_charged_for_service_by_service(desk: Desk, finances: FinanceDesk) -> None:
    """Aftercare is free beside care that is charged for; free reablement is no part of the budget."""
    await finances.assess(full())
    aftercare, reablement = line("l2"), line("l3")
    aftercare.service = services_pb2.SERVICE_KIND_AFTERCARE_117
    reablement.service = services_pb2.SERVICE_KIND_REABLEMENT
    budget = await sign(desk, plan(line("l1"), aftercare, reablement))
    assert numbers(budget) == ("80.00", "40.00", "40.00")


async def test_what_is_bought_once_is_in_no_amount_a_week(desk: Desk, finances: FinanceDesk) -> None:
    """A dear adaptation may be charged for once, which is for a person to settle; each week is for the care."""
    await finances.assess(full())
    ramp = line("l2")
    ramp.service, ramp.weekly = services_pb2.SERVICE_KIND_ADAPTATION, "0.00"
    ramp.amount, ramp.frequency = "1500.00", money_pb2.FREQUENCY_ONCE
    of = plan(line("l1"), ramp)
    of.weekly, of.once = "40.00", "1500.00"
    budget = await sign(desk, of, indicative="70.00")
    assert (numbers(budget), budget.one_off_cost) == (("40.00", "40.00", "0.00"), "1500.00")


async def test_own_money_is_no_personal_budget(desk: Desk, finances: FinanceDesk) -> None:
    """The council pays nothing for such a plan, and asks nothing for it."""
    await finances.assess(full())
    of = plan()
    of.own_money, of.weekly, of.own_weekly = True, "0.00", "40.00"
    assert numbers(await sign(desk, of)) == ("0.00", "0.00", "0.00")


async def test_whoever_is_above_the_limit_pays_the_whole_cost(desk: Desk, finances: FinanceDesk) -> None:
    """The council arranges it, and pays nothing."""
    way = finances_pb2.FINANCES_WAY_CLEARLY_ABOVE_LIMIT
    await finances.assess(light_touch(way, "60000.00", consent=True))
    assert numbers(await sign(desk)) == ("40.00", "40.00", "0.00")


async def test_what_somebody_judged_holds_for_the_plan_too(desk: Desk, finances: FinanceDesk) -> None:
    """After a refusal, what was judged is paid, and no more than the plan costs."""
    await finances.assess(refused())
    await finances.judge("25.00")
    budget = await sign(desk)
    assert (numbers(budget), budget.basis) == (("40.00", "25.00", "15.00"), pb.BUDGET_BASIS_JUDGED)


async def test_a_carer_is_not_charged_unless_the_council_so_chooses(desk: Desk) -> None:
    """Support of a carer is a service of its own kind (s.14(1))."""
    finances = await open_at_assessment(desk, assessment_pb2.CASE_KIND_CARER)
    support = full()
    support.services[0].kind = services_pb2.SERVICE_KIND_CARER_SUPPORT
    await finances.assess(support)
    assert numbers(await sign(desk)) == ("40.00", "0.00", "40.00")


async def test_a_changed_contribution_is_stated_anew(desk: Desk, finances: FinanceDesk) -> None:
    """Once somebody states it: both stay on record, and the feed tells the new numbers."""
    signed = await sign(desk)
    await finances.assess(full())
    request = restating(desk, signed.etag)
    again = (await stub(desk).RestatePersonalBudget(request)).personal_budget
    assert (again.number, numbers(again)) == (2, ("40.00", "40.00", "0.00"))
    assert (await stub(desk).RestatePersonalBudget(request)).personal_budget == again
    listed = await stub(desk).ListPersonalBudgets(pb.ListPersonalBudgetsRequest(case_id=desk.case_id))
    assert list(listed.personal_budgets) == [signed, again]
    assert (await desk.read()).personal_budget == again
    assert (await desk.events())[-1] == PersonalBudgetRestated(1, 2, "assessed", "40.00", "40.00", "0.00")


async def test_restating_takes_the_newest_etag_and_a_signed_plan(desk: Desk, finances: FinanceDesk) -> None:
    """A stale etag is refused, and so is a plan that nobody has signed."""
    await desk.open()
    fault = await refusal_of(stub(desk).RestatePersonalBudget(restating(desk, "0")))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    await desk.by("olu").ApprovePlan(approving(await desk.read()))
    stale = await refusal_of(stub(desk).RestatePersonalBudget(restating(desk, "0")))
    assert (stale.kind, stale.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    empty = await refusal_of(stub(desk).RestatePersonalBudget(restating(desk, "")))
    assert [each.field for each in empty.violations] == ["etag"]


async def test_a_plan_of_before_has_its_numbers_stated_at_the_next_occasion(desk: Desk, finances: FinanceDesk) -> None:
    """A plan that was signed under an earlier version has none, and is restated from 0."""
    await sign(desk)
    await desk.execute("DELETE FROM personal_budgets WHERE case_id = :case", case=desk.case_id)
    assert not (await desk.read()).HasField("personal_budget")
    budget = (await stub(desk).RestatePersonalBudget(restating(desk, "0"))).personal_budget
    assert (budget.number, numbers(budget)) == (1, ("40.00", "0.00", "40.00"))


async def test_an_ended_case_is_not_restated(desk: Desk, finances: FinanceDesk) -> None:
    """What it ended with stays."""
    signed = await sign(desk)
    await desk.journey.CloseCase(desk.closing())
    fault = await refusal_of(stub(desk).RestatePersonalBudget(restating(desk, signed.etag)))
    assert fault.reason == "CASE_ENDED"


async def test_another_council_finds_nothing(desk: Desk, finances: FinanceDesk) -> None:
    """Neither to read nor to change."""
    signed = await sign(desk)
    stranger = stub(desk, council="elsewhere")
    listing = pb.ListPersonalBudgetsRequest(case_id=desk.case_id)
    for call in (stranger.RestatePersonalBudget(restating(desk, signed.etag)), stranger.ListPersonalBudgets(listing)):
        assert (await refusal_of(call)).kind is Kind.NOT_FOUND


async def test_who_signs_plans_states_no_budget_anew(desk: Desk, finances: FinanceDesk) -> None:
    """The finance team does, or a practitioner."""
    signed = await sign(desk)
    fault = await refusal_of(stub(desk, Role.APPROVER).RestatePersonalBudget(restating(desk, signed.etag)))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")


async def test_a_signature_waits_while_nobody_can_say_what_the_person_pays(suite_of: SuiteOf) -> None:
    """It is sent again later; a signature that was given is answered as it was."""
    async with suite_of("approval") as running:
        desk, other = Desk(running), Desk(running)
        request = approving(await desk.open())
        first = await desk.by("olu").ApprovePlan(request)
        checked = await other.open()
    async with run_service("approval", replace(running.settings, assessment=NOBODY)) as alone:
        fault = await refusal_of(Desk(alone).by("olu").ApprovePlan(approving(checked)))
        assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "FINANCES_UNAVAILABLE")
        assert await Desk(alone).by("olu").ApprovePlan(request) == first


@pytest.mark.parametrize("income", ["0.00", "162.16", "200.00", "9999.99"])
async def test_what_the_adult_and_the_council_pay_is_the_cost(desk: Desk, finances: FinanceDesk, income: str) -> None:
    """Whatever comes in, the first number is the sum of the others."""
    await finances.assess(full(changes=finances_pb2.Means(income=amounts(weekly(income)))))
    cost, adult, council = map(Decimal, numbers(await sign(desk)))
    assert cost == adult + council
