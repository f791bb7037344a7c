"""No change is imposed: what the person keeps of the council's services, money and support do not move."""

from dataclasses import replace
from uuid import uuid4

import pytest

from integration.assessment.practice import Practice
from integration.planning.case import WITH_CAPACITY, PlanningCase, in_days, new_request
from servers.services import NOBODY, Running, SuiteOf, refusal_of, run_service
from sevensteps.api.assessment.v1.choices_pb2 import LetServiceGoRequest
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.errors import Fault, Kind

COUNCIL, DIRECT, FUND = (
    pb.MONEY_KIND_COUNCIL_MANAGED,
    pb.MONEY_KIND_DIRECT_PAYMENT,
    pb.MONEY_KIND_INDIVIDUAL_SERVICE_FUND,
)
PROVIDER, ASSISTANT = pb.SUPPORT_KIND_PROVIDER, pb.SUPPORT_KIND_PERSONAL_ASSISTANT


@pytest.fixture
async def at_assessment(case: PlanningCase, planning: Running) -> Practice:
    """The same case where it was opened: the person keeps a day centre for 40 of their 60 pounds a week."""
    practice = Practice(planning.assessment)
    await practice.open()
    await practice.keep_a_service(needs=["community"], weekly="40.00")
    case.case_id = practice.case.case_id
    return practice


async def money(case: PlanningCase, kind: pb.MoneyKind.ValueType, weekly: str) -> pb.ArrangeMoneyRequest:
    """A holder for a part of the budget."""
    direct = kind == DIRECT
    return pb.ArrangeMoneyRequest(
        request_id=new_request(),
        case_id=case.case_id,
        etag=(await case.stands()).etag,
        kind=kind,
        payee=pb.PAYEE_PERSON if direct else pb.PAYEE_UNSPECIFIED,
        weekly=weekly,
        facts=WITH_CAPACITY if direct else None,
    )


async def support(case: PlanningCase, kind: pb.SupportKind.ValueType, *needs: str) -> pb.ArrangeSupportRequest:
    """An arrangement for needs."""
    return pb.ArrangeSupportRequest(
        request_id=str(uuid4()),
        case_id=case.case_id,
        etag=(await case.stands()).etag,
        kind=kind,
        needs=needs,
        starts_on=in_days(1),
    )


async def refused_money(case: PlanningCase, kind: pb.MoneyKind.ValueType, weekly: str) -> Fault:
    """How a holder is refused; nothing is arranged."""
    before = await case.stands()
    fault = await refusal_of(case.fin.ArrangeMoney(await money(case, kind, weekly)))
    assert await case.stands() == before
    return fault


@pytest.mark.item(5)
async def test_the_money_of_what_is_kept_stays_with_the_council(case: PlanningCase, at_assessment: Practice) -> None:
    """The rest is free: 20 of 60 pounds may be a direct payment, in parts too, and not a penny more."""
    await case.open_money()
    fault = await refused_money(case, DIRECT, "60.00")
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "SERVICE_KEPT")
    assert at_assessment.kept_service_id in fault.detail
    assert "LetServiceGo" in fault.detail
    assert (await refused_money(case, FUND, "20.01")).reason == "SERVICE_KEPT"
    await case.fin.ArrangeMoney(await money(case, DIRECT, "12.00"))
    assert (await refused_money(case, FUND, "8.01")).reason == "SERVICE_KEPT"
    await case.fin.ArrangeMoney(await money(case, FUND, "8.00"))
    answer = await case.fin.ArrangeMoney(await money(case, COUNCIL, "40.00"))
    assert answer.left_weekly == "0.00"


@pytest.mark.item(5)
async def test_the_person_may_change_their_mind(case: PlanningCase, at_assessment: Practice) -> None:
    """Once they have let the service go, all of the money may be held as they want."""
    await case.open_money()
    assert (await refused_money(case, DIRECT, "60.00")).reason == "SERVICE_KEPT"
    await at_assessment.do(LetServiceGoRequest(because="I would like to try it myself."))
    answer = await case.fin.ArrangeMoney(await money(case, DIRECT, "60.00"))
    assert answer.left_weekly == "0.00"


@pytest.mark.item(5)
async def test_support_does_not_come_in_the_place_of_what_is_kept(case: PlanningCase, at_assessment: Practice) -> None:
    """Something else may come beside it, once it is arranged itself; needs that it does not meet are free."""
    await case.open_money()
    await case.fin.ArrangeMoney(await money(case, COUNCIL, "60.00"))
    await case.journey.OpenSupport(case.opening_of_support())
    before = await case.stands()
    request = await support(case, ASSISTANT, "nutrition", "community")
    fault = await refusal_of(case.pat.ArrangeSupport(request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "SERVICE_KEPT")
    assert "for community" in fault.detail
    assert await case.stands() == before
    await case.pat.ArrangeSupport(await support(case, PROVIDER, "community"))
    answer = await case.pat.ArrangeSupport(await support(case, ASSISTANT, "nutrition", "community"))
    assert not answer.needs_left
    assert at_assessment.kept_service_id


async def test_what_costs_more_than_the_budget_keeps_all_of_it(case: PlanningCase, planning: Running) -> None:
    """Nothing moves, and council-managed money is arranged as ever."""
    practice = Practice(planning.assessment)
    await practice.open()
    await practice.keep_a_service(weekly="400.00")
    case.case_id = practice.case.case_id
    await case.open_money()
    assert (await refused_money(case, FUND, "0.01")).reason == "SERVICE_KEPT"
    await case.fin.ArrangeMoney(await money(case, COUNCIL, "60.00"))


async def test_nothing_moves_while_nobody_can_say_what_is_kept(suite_of: SuiteOf) -> None:
    """UNAVAILABLE, to be sent again; what stays with the council goes on."""
    async with suite_of("planning") as running:
        case = PlanningCase(running)
        await case.open_money()
        fund = await money(case, FUND, "20.00")
    async with run_service("planning", replace(running.settings, assessment=NOBODY)) as planning:
        alone = PlanningCase(planning)
        alone.case_id = case.case_id
        fault = await refusal_of(alone.fin.ArrangeMoney(fund))
        assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "CHOICES_UNAVAILABLE")
        await alone.fin.ArrangeMoney(await money(alone, COUNCIL, "40.00"))
