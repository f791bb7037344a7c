"""Planning goes by what is on record of capacity and authority, and not by what a caller says."""

from dataclasses import replace

import pytest
from google.protobuf.message import Message

from integration.assessment.speaking import GOOD, PAYMENT, PLAN, attorney, having, lacking
from integration.planning.acting import deputy, known_to_assessment, without_capacity
from integration.planning.case import PlanningCase
from integration.planning.test_money import CHECKED, WITHOUT_CAPACITY
from servers.services import NOBODY, SuiteOf, refusal_of, run_service
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import representation_pb2 as records
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.errors import Kind


async def paid_to(
    case: PlanningCase, payee: pb.Payee.ValueType, reference: str = "", *, has_capacity: bool | None = None
) -> pb.ArrangeMoneyRequest:
    """A direct payment without a word about capacity, unless one is given."""
    request = await case.direct_payment(facts=WITHOUT_CAPACITY)
    request.payee, request.payee_reference = payee, reference
    request.facts.ClearField("has_capacity")
    if has_capacity is not None:
        request.facts.has_capacity = has_capacity
    return request


async def wrong(case: PlanningCase, request: pb.ArrangeMoneyRequest) -> list[str]:
    """The fields for which it is refused; nothing is arranged."""
    fault = await refusal_of(case.fin.ArrangeMoney(request))
    assert fault.kind is Kind.INVALID
    assert not (await case.stands()).money
    return [violation.field for violation in fault.violations]


async def test_without_a_record_capacity_is_presumed(case: PlanningCase) -> None:
    """Mental Capacity Act s.1(2): the person is paid, and nobody for them without an assessment."""
    await case.open_money()
    assert await wrong(case, await paid_to(case, pb.PAYEE_ATTORNEY, has_capacity=False)) == ["facts.has_capacity"]
    assert await wrong(case, await paid_to(case, pb.PAYEE_ATTORNEY)) == ["payee"]
    answer = await case.fin.ArrangeMoney(await paid_to(case, pb.PAYEE_PERSON))
    assert answer.planning.money[0].capacity_id == ""


@pytest.mark.item(61)
async def test_the_record_wins_over_the_caller(case: PlanningCase) -> None:
    """Whoever says otherwise is told of the record by field, in both directions."""
    work = await without_capacity(case)
    await case.open_money()
    assert await wrong(case, await paid_to(case, pb.PAYEE_PERSON, has_capacity=True)) == ["facts.has_capacity"]
    assert await wrong(case, await paid_to(case, pb.PAYEE_PERSON)) == ["payee"]
    await work.do(having(PAYMENT))
    suitable = pb.PAYEE_SUITABLE_PERSON_NOBODY_AUTHORISED
    assert await wrong(case, await paid_to(case, suitable, has_capacity=False)) == ["facts.has_capacity"]
    answer = await case.fin.ArrangeMoney(await paid_to(case, pb.PAYEE_PERSON))
    assert answer.planning.money[0].capacity_id == work.ids["capacity_id"]


def for_money_alone() -> records.RecordAuthorityRequest:
    """An attorney for property and financial affairs."""
    request = attorney(records.OWN_DECISION_CHOOSE_MANAGER)
    request.kind = records.AUTHORITY_KIND_ATTORNEY_FINANCE
    return request


@pytest.mark.item(58)
@pytest.mark.parametrize(
    "on_record",
    [
        (),
        (attorney(),),
        (attorney(PLAN), CHECKED),
        (deputy(), CHECKED),
        (for_money_alone(), CHECKED),
        (attorney(), CHECKED, GOOD["RevokeAuthority"]),
    ],
    ids=["none", "not checked", "of another decision", "of another kind", "for money alone", "revoked"],
)
async def test_an_attorney_needs_an_authority_that_counts(case: PlanningCase, on_record: tuple[Message, ...]) -> None:
    """Section 32(4)(a): one for care decisions, checked, in date, and for this decision."""
    await without_capacity(case, *on_record)
    await case.open_money()
    assert await wrong(case, await paid_to(case, pb.PAYEE_ATTORNEY)) == ["payee"]


async def test_of_several_attorneys_one_is_named(case: PlanningCase) -> None:
    """And nobody who is not on record."""
    await without_capacity(case, attorney(), CHECKED, attorney(reference="P-78"), CHECKED)
    await case.open_money()
    assert await wrong(case, await paid_to(case, pb.PAYEE_ATTORNEY)) == ["payee_reference"]
    assert await wrong(case, await paid_to(case, pb.PAYEE_ATTORNEY, "P-79")) == ["payee_reference"]
    answer = await case.fin.ArrangeMoney(await paid_to(case, pb.PAYEE_ATTORNEY, "P-78"))
    assert answer.planning.money[0].payee_reference == "P-78"


async def test_whether_somebody_is_authorised_is_not_the_callers_to_say(case: PlanningCase) -> None:
    """Section 32(4)(b) and (c): the suitable person is the one or the other by what is on record."""
    work = await without_capacity(case)
    await case.open_money()
    assert await wrong(case, await paid_to(case, pb.PAYEE_SUITABLE_PERSON)) == ["payee"]
    await work.appoint_attorney()
    assert await wrong(case, await paid_to(case, pb.PAYEE_SUITABLE_PERSON_NOBODY_AUTHORISED)) == ["payee"]
    await case.fin.ArrangeMoney(await paid_to(case, pb.PAYEE_SUITABLE_PERSON, "P-5"))


async def test_whoever_decided_in_their_best_interests_is_not_paid(case: PlanningCase) -> None:
    """The decision is nobody's own to profit from: S-3 decided that somebody receives the payment."""
    work = await without_capacity(case)
    await work.do(lacking(PAYMENT))
    await work.do(GOOD["RecordBestInterests"])
    await case.open_money()
    nobody = pb.PAYEE_SUITABLE_PERSON_NOBODY_AUTHORISED
    assert await wrong(case, await paid_to(case, nobody, "S-3")) == ["payee_reference"]
    await case.fin.ArrangeMoney(await paid_to(case, nobody, "P-2"))


async def test_a_plan_says_nothing_against_the_record(case: PlanningCase) -> None:
    """That the person lacks the capacity to ask for others needs an assessment; so does its opposite go by record."""
    work = await known_to_assessment(case)
    await case.open_plan()
    draft = await case.draft()
    draft.lacks_capacity = True
    assert (await refusal_of(case.pat.SavePlan(draft))).violations[0].field == "lacks_capacity"
    await work.do(lacking(PLAN))
    await case.pat.SavePlan(draft)
    await work.do(having(PLAN))
    again = await case.draft()
    again.lacks_capacity, again.advocate_considered = True, False
    assert (await refusal_of(case.pat.SavePlan(again))).violations[0].field == "lacks_capacity"
    again.lacks_capacity = False
    again.etag = (await case.pat.SavePlan(again)).planning.etag
    await work.amy.ConsiderAdvocacy(work.on_case(assessment_pb2.ConsiderAdvocacyRequest(understanding=False)))
    again.request_id = (await case.draft()).request_id
    assert (await refusal_of(case.pat.SavePlan(again))).violations[0].field == "advocate_considered"


async def test_a_payment_waits_while_nobody_can_say_who_may_act(suite_of: SuiteOf) -> None:
    """UNAVAILABLE, for either answer might be wrong; what turns on no record goes on; what was answered is answered."""
    async with suite_of("planning") as running:
        case = PlanningCase(running)
        await case.open_money()
        paid = await case.direct_payment("20.00")
        first = await case.fin.ArrangeMoney(paid)
        payment = await case.direct_payment("40.00")
    async with run_service("planning", replace(running.settings, assessment=NOBODY)) as planning:
        case_alone = PlanningCase(planning)
        fault = await refusal_of(case_alone.fin.ArrangeMoney(payment))
        assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "REPRESENTATION_UNAVAILABLE")
        assert await case_alone.fin.ArrangeMoney(paid) == first
        case_alone.case_id = case.case_id
        await case_alone.fin.ArrangeMoney(await case_alone.holding("40.00"))
