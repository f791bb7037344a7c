"""Financial assessments over the wire: what a person pays, the three numbers, and which assessment stands."""

import json

import pytest
import sqlalchemy as sa

from integration.assessment.finance_desk import FinanceDesk
from integration.assessment.finance_requests import CARE, ON, amounts, full, light_touch, refused, service, weekly
from integration.assessment.practice import ELIGIBLE, Practice, adult, new_id, today
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import finances_pb2 as pb
from sevensteps.api.documents.v1 import documents_pb2
from sevensteps.api.documents.v1.documents_pb2_grpc import DocumentsServiceStub
from sevensteps.api.money.v1 import money_pb2, services_pb2
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Kind
from sevensteps.events import FinancesAssessed, FinancesJudged
from sevensteps.identity.actor import Role
from sevensteps.service.tables import outbox


@pytest.fixture
def desk(work: Practice) -> FinanceDesk:
    """Frank, before a case is opened."""
    return FinanceDesk(work)


async def told(desk: FinanceDesk, type_: str) -> dict[str, str]:
    """What the newest event of a kind says about the case."""
    query = (
        sa.select(outbox.c.payload)
        .where(outbox.c.case_id == desk.work.case.case_id, outbox.c.type == type_)
        .order_by(outbox.c.seq.desc())
        .limit(1)
    )
    payload = await desk.work.running.store.read(lambda connection: connection.execute(query).scalar_one())
    said: dict[str, str] = json.loads(payload)
    return said


def violations(fault: object) -> list[str]:
    """The fields that a fault names."""
    return [violation.field for violation in getattr(fault, "violations")]  # noqa: B009


async def test_a_full_assessment_says_what_the_person_pays_and_how_that_was_worked_out(desk: FinanceDesk) -> None:
    """The charge, its working, the three numbers of s.26, and whether the means are within the limit."""
    await desk.work.open()
    assessed = await desk.assess(full())
    assert (assessed.weekly_charge, assessed.guaranteed_income, assessed.tariff_income) == ("131.85", "162.15", "4.00")
    assert (assessed.settled, assessed.standing, assessed.means_within_limit) == (True, True, True)
    assert assessed.decision.verdict == decision_pb2.VERDICT_MET
    assert assessed.numbers == pb.BudgetNumbers(
        cost_weekly="400.00", adult_pays_weekly="131.85", council_pays_weekly="268.15"
    )
    assert await desk.stands() == assessed
    event = await told(desk, FinancesAssessed.TYPE)
    assert (event["cost_weekly"], event["adult_pays_weekly"], event["council_pays_weekly"]) == (
        "400.00",
        "131.85",
        "268.15",
    )


async def test_amounts_of_any_frequency_are_added_and_rounded_once(desk: FinanceDesk) -> None:
    """Income is rounded down, because the charge is worked out from it; costs half up."""
    await desk.work.open()
    monthly = pb.Amount(amount="100.00", frequency=money_pb2.FREQUENCY_MONTHLY)
    assessed = await desk.assess(
        full(
            changes=pb.Means(income=amounts(monthly, weekly("300.00")), housing_costs=amounts(monthly), capital="0.00")
        )
    )
    assert (assessed.weekly_income, assessed.weekly_housing_costs) == ("323.07", "23.08")
    assert list(assessed.means.income.parts) == [monthly, weekly("300.00")]


async def test_what_is_not_known_is_asked_for_and_settles_nothing(desk: FinanceDesk) -> None:
    """Nobody is charged by what is not known: what stood before goes on standing."""
    await desk.work.open()
    first = await desk.assess(full())
    request = full()
    request.reason = pb.FINANCES_REASON_CIRCUMSTANCES
    request.means.ClearField("income")
    second = await desk.assess(request)
    assert (second.settled, second.weekly_charge, second.HasField("numbers")) == (False, "", False)
    assert list(second.decision.missing) == ["weekly_income"]
    assert (await desk.stands()).financial_assessment_id == first.financial_assessment_id


@pytest.mark.parametrize(
    ("kind", "cost", "charge", "counted"),
    [
        (services_pb2.SERVICE_KIND_AFTERCARE_117, "50.00", "0.00", "50.00"),
        (services_pb2.SERVICE_KIND_CJD, "50.00", "0.00", "50.00"),
        (services_pb2.SERVICE_KIND_GIVEN_TO_ADULT_FOR_CARER, "50.00", "0.00", "50.00"),
        (services_pb2.SERVICE_KIND_REABLEMENT, "50.00", "0.00", "0.00"),
        (services_pb2.SERVICE_KIND_CARE, "50.00", "50.00", "50.00"),
    ],
)
async def test_what_is_free_is_free_service_by_service(
    desk: FinanceDesk, kind: services_pb2.ServiceKind.ValueType, cost: str, charge: str, counted: str
) -> None:
    """A free service costs the person nothing beside one that is charged for; free reablement is in no budget."""
    await desk.work.open()
    began = ON if kind == services_pb2.SERVICE_KIND_REABLEMENT else ""
    assessed = await desk.assess(full(service("it", kind, weekly(cost), began)))
    assert (assessed.weekly_charge, assessed.numbers.cost_weekly) == (charge, counted)


async def test_a_free_service_beside_one_that_is_charged_for(desk: FinanceDesk) -> None:
    """The charge is for the care alone, and the budget covers both."""
    await desk.work.open()
    aftercare = service("aftercare", services_pb2.SERVICE_KIND_AFTERCARE_117, weekly("70.00"))
    assessed = await desk.assess(full(service(cost=weekly("100.00")), aftercare))
    assert assessed.weekly_charge == "100.00"
    assert assessed.numbers == pb.BudgetNumbers(
        cost_weekly="170.00", adult_pays_weekly="100.00", council_pays_weekly="70.00"
    )


async def test_a_dear_adaptation_is_for_a_person_to_settle_and_the_weekly_charge_stands(desk: FinanceDesk) -> None:
    """What may be charged once is never turned into pounds a week."""
    await desk.work.open()
    once = pb.Amount(amount="1000.01", frequency=money_pb2.FREQUENCY_ONCE)
    ramp = service("ramp", services_pb2.SERVICE_KIND_ADAPTATION, once)
    assessed = await desk.assess(full(CARE, ramp))
    assert assessed.decision.verdict == decision_pb2.VERDICT_NEEDS_JUDGEMENT
    assert (assessed.one_off_cost, assessed.weekly_charge, assessed.numbers.cost_weekly) == (
        "1000.01",
        "131.85",
        "400.00",
    )


async def test_above_the_limit_the_person_pays_the_whole_cost(desk: FinanceDesk) -> None:
    """And may still ask the council to arrange the care (s.18(3))."""
    await desk.work.open()
    assessed = await desk.assess(full(changes=pb.Means(capital="23250.01", council_arranges=True)))
    assert (assessed.weekly_charge, assessed.means_within_limit, assessed.arrangement_fee) == ("400.00", False, "0.00")
    assert assessed.numbers.council_pays_weekly == "0.00"


@pytest.mark.parametrize(
    ("way", "capital", "charge", "within"),
    [
        (pb.FINANCES_WAY_CLEARLY_ABOVE_LIMIT, "60000.00", "400.00", [False]),
        (pb.FINANCES_WAY_NEGLIGIBLE_CHARGE, "0.00", "400.00", []),
        (pb.FINANCES_WAY_CLEARLY_BELOW_LIMIT, "100.00", "0.00", [True]),
    ],
)
async def test_a_light_touch_needs_consent(
    desk: FinanceDesk, way: pb.FinancesWay.ValueType, capital: str, charge: str, within: list[bool]
) -> None:
    """With consent the person is treated as assessed (reg 10(2), (3)); without it a full assessment is due."""
    await desk.work.open()
    without = await desk.assess(light_touch(way, capital, consent=False))
    assert (without.settled, without.decision.verdict) == (False, decision_pb2.VERDICT_NEEDS_JUDGEMENT)
    fault = await refusal_of(desk.frank.JudgeFinances(desk.judgement("10.00")))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "NOTHING_TO_JUDGE")
    request = light_touch(way, capital, consent=True)
    request.reason = pb.FINANCES_REASON_ASKED
    assessed = await desk.assess(request)
    assert (assessed.weekly_charge, assessed.standing, assessed.consent) == (charge, True, True)
    assert [assessed.means_within_limit] * assessed.HasField("means_within_limit") == within


async def test_a_light_touch_that_the_known_capital_contradicts_settles_nothing(desk: FinanceDesk) -> None:
    """Nobody is treated as above the limit whose capital is known to be below it."""
    await desk.work.open()
    assessed = await desk.assess(light_touch(pb.FINANCES_WAY_CLEARLY_ABOVE_LIMIT, "100.00", consent=True))
    assert (assessed.settled, assessed.standing) == (False, False)


async def test_whoever_refuses_is_charged_by_nobody_but_a_person(desk: FinanceDesk) -> None:
    """The whole cost may be charged (reg 10(1)), or less: somebody says so, with reasons, and once."""
    await desk.work.open()
    first = await desk.assess(refused())
    assert (first.settled, first.standing) == (False, False)
    fault = await refusal_of(desk.frank.JudgeFinances(desk.judgement("400.01")))
    assert violations(fault) == ["weekly_charge"]
    judged = await desk.judge("400.00")
    assert (judged.weekly_charge, judged.standing, judged.means_within_limit) == ("400.00", True, False)
    assert (judged.judged.judged_by, judged.judged.because) == ("frank", "We have looked at why.")
    event = await told(desk, FinancesJudged.TYPE)
    assert (event["adult_pays_weekly"], event["council_pays_weekly"]) == ("400.00", "0.00")
    again = await refusal_of(desk.frank.JudgeFinances(desk.judgement("100.00")))
    assert again.reason == "STAGE_ORDER"


async def test_a_lower_charge_after_a_refusal_says_nothing_about_the_limit(desk: FinanceDesk) -> None:
    """Only who is charged the whole cost counts as above the limit."""
    await desk.work.open()
    await desk.assess(refused(pb.FINANCES_WAY_NOT_CO_OPERATING))
    judged = await desk.judge("0.00")
    assert (judged.weekly_charge, judged.HasField("means_within_limit")) == ("0.00", False)
    assert judged.numbers.council_pays_weekly == "400.00"


async def test_only_the_newest_is_judged(desk: FinanceDesk) -> None:
    """A judgement does not bring an earlier assessment back."""
    await desk.work.open()
    first = await desk.assess(refused())
    request = full()
    request.reason = pb.FINANCES_REASON_CIRCUMSTANCES
    await desk.assess(request)
    desk.last = first
    fault = await refusal_of(desk.frank.JudgeFinances(desk.judgement("10.00")))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")


async def test_every_assessment_stays_on_record_and_one_stands(desk: FinanceDesk) -> None:
    """A further one says what has changed; the list has all of them in order."""
    await desk.work.open()
    first = await desk.assess(full())
    again = full(changes=pb.Means(income=amounts(weekly("330.00"))))
    fault = await refusal_of(desk.frank.AssessFinances(desk.work.on_case(again)))
    assert violations(fault) == ["reason"]
    again.reason = pb.FINANCES_REASON_CIRCUMSTANCES
    second = await desk.assess(again)
    assert (second.number, second.weekly_charge) == (2, "151.85")
    listed = await desk.frank.ListFinancialAssessments(
        pb.ListFinancialAssessmentsRequest(case_id=desk.work.case.case_id)
    )
    assert [each.standing for each in listed.financial_assessments] == [False, True]
    request = pb.GetFinancialAssessmentRequest(
        case_id=desk.work.case.case_id, financial_assessment_id=first.financial_assessment_id
    )
    assert (await desk.frank.GetFinancialAssessment(request)).financial_assessment.weekly_charge == "131.85"


async def test_the_first_needs_no_other_reason(desk: FinanceDesk) -> None:
    """Nothing can have changed before there was one."""
    await desk.work.open()
    request = full()
    request.reason = pb.FINANCES_REASON_RATES
    assert violations(await refusal_of(desk.frank.AssessFinances(desk.work.on_case(request)))) == ["reason"]


async def test_without_one_there_is_none_to_read(desk: FinanceDesk) -> None:
    """The refusal says which call comes first."""
    await desk.work.open()
    fault = await refusal_of(desk.stands())
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "FINANCIAL_ASSESSMENT_NOT_FOUND")
    assert "AssessFinances" in fault.detail


async def test_assessments_that_other_rates_change_are_found(desk: FinanceDesk) -> None:
    """By the amounts of another year somebody pays another charge; who pays nothing either way is not listed."""
    council = f"rates-{new_id()}"
    work = Practice(desk.work.running)
    work.amy = work.caller(Role.PRACTITIONER, subject="amy", council=council)
    of_council = FinanceDesk(work)
    of_council.frank = of_council.caller(Role.FINANCE, subject="frank", council=council)
    await work.open()
    affected = await of_council.assess(full())
    await work.open()
    await of_council.assess(full(changes=pb.Means(income=amounts(weekly("10.00")), capital="0.00")))
    due = await of_council.frank.ListFinancesDue(pb.ListFinancesDueRequest(on="2024-06-01"))
    assert [each.financial_assessment_id for each in due.due] == [affected.financial_assessment_id]
    assert (due.due[0].weekly_charge, due.due[0].weekly_charge_now) == ("131.85", "134.60")
    same_day = await of_council.frank.ListFinancesDue(pb.ListFinancesDueRequest(on=ON))
    assert not same_day.due
    page = await of_council.frank.ListFinancesDue(pb.ListFinancesDueRequest(on="2024-06-01", page_size=1))
    rest = await of_council.frank.ListFinancesDue(
        pb.ListFinancesDueRequest(on="2024-06-01", page_size=1, page_token=page.next_page_token)
    )
    assert (len(page.due), len(rest.due)) == (1, 0)


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (pb.ListFinancesDueRequest(on="2015-03-31"), "on"),
        (pb.ListFinancesDueRequest(on="soon"), "on"),
        (pb.ListFinancesDueRequest(page_size=-1), "page_size"),
        (pb.ListFinancesDueRequest(page_token="of-nothing"), "page_token"),  # noqa: S106 - no password
    ],
)
async def test_a_list_that_cannot_be_is_refused_by_its_field(
    desk: FinanceDesk, request_: pb.ListFinancesDueRequest, path: str
) -> None:
    """Before the Care Act there were no such rates, and a page token is that of an earlier answer."""
    assert violations(await refusal_of(desk.frank.ListFinancesDue(request_))) == [path]


async def test_the_determination_reads_what_the_finances_say(desk: FinanceDesk) -> None:
    """Whether the council charges and whether the means are within the limit is not asked twice (s.18)."""
    await desk.work.open()
    await desk.assess(full())
    facts = adult("nutrition", "hygiene")
    for need in ("nutrition", "hygiene"):
        facts.outcomes[need].met_by_carer = False
    proposed = await desk.work.propose(facts)
    assert (proposed.adult.charged, proposed.adult.means_within_limit) == (True, True)
    assert proposed.duty.verdict == decision_pb2.VERDICT_MET


@pytest.mark.parametrize("field", ["charged", "means_within_limit"])
async def test_a_determination_that_contradicts_the_finances_is_refused_by_field(desk: FinanceDesk, field: str) -> None:
    """The records speak with one voice."""
    await desk.work.open()
    await desk.assess(full())
    facts = assessment_pb2.AdultFacts()
    facts.CopyFrom(ELIGIBLE)
    setattr(facts, field, False)
    request = assessment_pb2.ProposeDeterminationRequest(assessed_on=today(), adult=facts)
    fault = await refusal_of(desk.work.amy.ProposeDetermination(desk.work.on_case(request)))
    assert (fault.kind, violations(fault)) == (Kind.INVALID, [f"adult.{field}"])


def changed(path: str, value: object) -> pb.AssessFinancesRequest:
    """A good request with one thing in it that is not."""
    request = full()
    match path:
        case "services":
            request.ClearField("services")
        case "services[1].service_id":
            request.services.append(CARE)
        case "services[0].began":
            request.services[0].began = str(value)
        case "services[0].kind":
            request.services[0].ClearField("kind")
        case "services[0].cost.amount":
            request.services[0].cost.amount = str(value)
        case "means.income.parts[0].frequency":
            request.means.income.parts[0].frequency = money_pb2.FREQUENCY_ONCE
        case "means.income.parts[0].amount":
            request.means.income.parts[0].amount = str(value)
        case "source":
            request.ClearField("means")
        case _:
            *above, name = path.split(".")
            target = request.means if above else request
            setattr(target, name, value)
    return request


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("way", 0),
        ("reason", 0),
        ("assessed_on", "2999-01-01"),
        ("assessed_on", "2014-01-01"),
        ("consent", True),
        ("source", None),
        ("means.born", "1899-01-01"),
        ("means.partner_born", "yesterday"),
        ("means.children", 31),
        ("means.capital", "-1.00"),
        ("means.capital", "1000000000.00"),
        ("means.income.parts[0].frequency", None),
        ("means.income.parts[0].amount", "lots"),
        ("services", None),
        ("services[1].service_id", None),
        ("services[0].began", "2025-05-01"),
        ("services[0].kind", None),
        ("services[0].cost.amount", "1,000"),
    ],
)
async def test_a_wrong_field_is_refused_by_its_path(desk: FinanceDesk, path: str, value: object) -> None:
    """And nothing is recorded."""
    case = await desk.work.open()
    fault = await refusal_of(desk.frank.AssessFinances(desk.work.on_case(changed(path, value))))
    assert (fault.kind, violations(fault)) == (Kind.INVALID, [path])
    assert await desk.work.read() == case


async def test_answers_that_the_case_does_not_have_assess_nothing(desk: FinanceDesk) -> None:
    """The refusal says so, and names no other case."""
    await desk.work.open()
    request = full()
    request.answers_id = "answers-of-nobody"
    fault = await refusal_of(desk.frank.AssessFinances(desk.work.on_case(request)))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "ANSWERS_NOT_FOUND")


async def test_the_services_of_the_suite_may_read_what_stands_and_programs_may_not(desk: FinanceDesk) -> None:
    """Approval asks for the standing assessment; an integrator has the feed, and no income of anybody."""
    await desk.work.open()
    assessed = await desk.assess(full())
    request = pb.GetFinancialAssessmentRequest(case_id=desk.work.case.case_id)
    approval = desk.caller(Role.SERVICE, subject="approval", council="*")
    assert (await approval.GetFinancialAssessment(request)).financial_assessment == assessed
    fault = await refusal_of(desk.caller(Role.INTEGRATOR).GetFinancialAssessment(request))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")


async def test_the_person_is_told_in_writing_what_they_pay_and_how_it_was_worked_out(desk: FinanceDesk) -> None:
    """With the three numbers (s.17(6), s.26); of an assessment that settles nothing there is nothing to tell."""
    await desk.work.open()
    unsettled = full()
    unsettled.means.ClearField("income")
    await desk.assess(unsettled)
    token = desk.work.running.token("rita", Role.PRACTITIONER)
    documents = desk.work.running.stub(DocumentsServiceStub, token)
    listing = documents_pb2.ListDocumentsRequest(case_id=desk.work.case.case_id)
    assert not (await documents.ListDocuments(listing)).documents
    request = full()
    request.reason = pb.FINANCES_REASON_ASKED
    assessed = await desk.assess(request)
    [document] = (await documents.ListDocuments(listing)).documents
    assert document.kind == documents_pb2.DOCUMENT_KIND_FINANCIAL_ASSESSMENT
    assert document.about == assessed.financial_assessment_id
    asked = documents_pb2.GetDocumentRequest(
        case_id=document.case_id, document_id=document.document_id, format=documents_pb2.DOCUMENT_FORMAT_PLAIN
    )
    text = (await documents.GetDocument(asked)).content
    for amount in ("You pay 131 pounds and 85 pence", "We pay 268 pounds and 15 pence", "310 pounds", "162 pounds"):
        assert amount in text
