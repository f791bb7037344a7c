"""Financial assessments as they go on the wire."""

import json
from collections.abc import Mapping

from services.assessment.domain.finances import FinancialAssessment, Judged
from services.assessment.domain.means import Amounts, CountedService, Means
from services.assessment.finances.handlers import Due
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import finances_pb2 as pb
from sevensteps.api.money.v1 import money_pb2, services_pb2
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.budget_numbers import BudgetNumbers
from sevensteps.fields import moment, number_of
from sevensteps.money import Money, pounds
from sevensteps.policy.model.verdict import Json
from sevensteps.service.decisions import verdict_number
from sevensteps.service.work import Work

WORKING = ("arrangement_fee", "one_off_cost", "guaranteed_income", "disposable_income", "tariff_income")
"""The values of the decision that show how the charge was worked out, in pounds; empty where they were no question."""
COUNTED = {
    "weekly_income": "weekly_income",
    "housing_costs": "weekly_housing_costs",
    "disability_expenditure": "weekly_disability_expenditure",
}
"""The facts of the decision that are amounts a week, by the fields that have them."""


def financial_assessment_message(work: Work, assessment: FinancialAssessment) -> pb.FinancialAssessment:
    """A financial assessment with its working, as the receipt of its decision has it."""
    assessing = assessment.assessing
    numbers, judged = assessment.numbers, assessment.judged
    message = pb.FinancialAssessment(
        financial_assessment_id=assessment.financial_assessment_id,
        case_id=assessment.case_id,
        kind=number_of(assessment_pb2.CaseKind, assessment.kind),
        number=assessment.number,
        way=number_of(pb.FinancesWay, assessing.way),
        reason=number_of(pb.FinancesReason, assessing.reason),
        assessed_on=assessing.assessed_on.isoformat(),
        consent=assessing.consent,
        means=_means_message(assessing.means) if assessing.means else None,
        answers_id=assessing.answers_id,
        services=[_service_message(service) for service in assessing.services],
        decision=work.decided(assessment.receipt_id),
        settled=assessment.settled,
        standing=assessment.standing,
        weekly_charge="" if assessment.weekly is None else pounds(assessment.weekly),
        means_within_limit=assessment.within_limit,
        numbers=numbers_message(numbers) if numbers else None,
        judged=_judged_message(judged) if judged else None,
        assessed_by=assessment.assessed_by,
        recorded_at=moment(assessment.recorded_at),
    )
    _fill(message, work.decided_values(assessment.receipt_id), dict(zip(WORKING, WORKING, strict=True)))
    _fill(message, work.decided_on(assessment.receipt_id), COUNTED)
    return message


def facts_without_services(work: Work, assessment: FinancialAssessment) -> str:
    """What its decision was asked, as JSON, but for the services: those of the plan take their place."""
    facts = work.decided_on(assessment.receipt_id)
    return json.dumps({name: fact for name, fact in facts.items() if name != "services"})


def _fill(message: pb.FinancialAssessment, values: Mapping[str, Json], fields: Mapping[str, str]) -> None:
    for name, field in fields.items():
        if (value := values.get(name)) is not None:
            setattr(message, field, str(value))


def numbers_message(numbers: BudgetNumbers) -> pb.BudgetNumbers:
    """The three numbers of a personal budget."""
    return pb.BudgetNumbers(
        cost_weekly=pounds(numbers.cost),
        adult_pays_weekly=pounds(numbers.adult_pays),
        council_pays_weekly=pounds(numbers.council_pays),
    )


def _judged_message(judged: Judged) -> pb.JudgedCharge:
    return pb.JudgedCharge(
        weekly_charge=pounds(judged.weekly),
        because=judged.because,
        judged_by=judged.judged_by,
        judged_at=moment(judged.judged_at),
    )


def _means_message(means: Means) -> pb.Means:
    return pb.Means(
        born=means.born.isoformat() if means.born else "",
        partner_born=means.partner_born.isoformat() if means.partner_born else "",
        children=means.children,
        income=_amounts_message(means.income),
        capital="" if means.capital is None else pounds(means.capital),
        housing_costs=_amounts_message(means.housing_costs),
        disability_expenditure=_amounts_message(means.disability_expenditure),
        couple=means.couple,
        disability_benefit=means.disability_benefit,
        disability_premium=means.disability_premium,
        enhanced_disability_premium=means.enhanced_disability_premium,
        carer_premium=means.carer_premium,
        council_arranges=means.council_arranges,
    )


def _amounts_message(amounts: Amounts | None) -> pb.Amounts | None:
    return None if amounts is None else pb.Amounts(parts=[_amount_message(amount) for amount in amounts])


def _amount_message(amount: Money) -> pb.Amount:
    return pb.Amount(amount=pounds(amount.amount), frequency=number_of(money_pb2.Frequency, amount.frequency))


def _service_message(service: CountedService) -> pb.CountedService:
    return pb.CountedService(
        service_id=service.service_id,
        kind=number_of(services_pb2.ServiceKind, service.kind),
        cost=_amount_message(service.cost) if service.cost else None,
        began=service.began.isoformat() if service.began else "",
    )


def due_message(due: Due) -> pb.FinancesDue:
    """An assessment that would say something else."""
    assessment = due.assessment
    return pb.FinancesDue(
        case_id=assessment.case_id,
        financial_assessment_id=assessment.financial_assessment_id,
        assessed_on=assessment.assessing.assessed_on.isoformat(),
        weekly_charge="" if assessment.weekly is None else pounds(assessment.weekly),
        verdict_now=verdict_number(due.verdict) if due.verdict else decision_pb2.VERDICT_UNSPECIFIED,
        weekly_charge_now="" if due.weekly is None else pounds(due.weekly),
    )
