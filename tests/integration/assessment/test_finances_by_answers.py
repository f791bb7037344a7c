"""Finances assessed from answers to the questionnaire about money, as the person and the finance team gave them."""

import pytest

from integration.assessment.answering import NO, YES, Answering, option
from integration.assessment.finance_desk import FinanceDesk
from integration.assessment.finance_requests import CARE, ON
from integration.assessment.practice import Practice
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import finances_pb2, questionnaires_pb2
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role


def pounds(amount: str, frequency: str = "") -> pb.Answer:
    """An amount, and how often it comes where that is asked."""
    return pb.Answer(money=pb.MoneyAnswer(amount=amount, frequency=frequency))


def several(*options: str) -> pb.Answer:
    """Options that were chosen."""
    return pb.Answer(chosen=pb.ChosenOptions(options=options))


OF_THE_PERSON = {
    "way": option("tell"),
    "born": pb.Answer(day="1985-03-01"),
    "couple": NO,
    "children": pb.Answer(number=0),
    "income": several("esa", "pip_daily_living"),
    "esa": pounds("400.00", "fortnightly"),
    "pip_daily_living": pounds("440.00", "four_weekly"),
    "savings": several("accounts"),
    "accounts": pounds("15001.00"),
    "given_away": NO,
    "housing": several("none"),
    "extra": several("heating"),
    "heating": pounds("20.00", "weekly"),
}
OF_THE_FINANCE_TEAM = {
    "assessment": option("full"),
    "disability_premium": YES,
    "enhanced_disability_premium": NO,
    "carer_premium": NO,
}


@pytest.fixture
async def answering(work: Practice) -> Answering:
    """Answers to the questionnaire about finances that are begun, by somebody who also works with money."""
    answering = Answering(work)
    answering.amy = answering.caller(Role.PRACTITIONER, Role.FINANCE, subject="amy")
    await answering.begin("finances", questionnaires_pb2.ASSESSMENT_WAY_FINANCIAL)
    return answering


async def answer(answering: Answering) -> None:
    """Answer all of it."""
    await answering.save(OF_THE_PERSON)
    await answering.save(OF_THE_FINANCE_TEAM, pb.ANSWERER_FINANCE)


def by(
    answering: Answering, way: finances_pb2.FinancesWay.ValueType = finances_pb2.FINANCES_WAY_FULL
) -> finances_pb2.AssessFinancesRequest:
    """An assessment from these answers."""
    return finances_pb2.AssessFinancesRequest(
        way=way,
        reason=finances_pb2.FINANCES_REASON_FIRST,
        assessed_on=ON,
        answers_id=answering.summary.answers_id,
        services=[CARE],
    )


async def test_finances_are_assessed_from_what_was_answered(answering: Answering) -> None:
    """By the same rules, to the same charge as from the facts; it says from which answers."""
    desk = FinanceDesk(answering.work)
    await answer(answering)
    await answering.submit()
    await answering.work.read()
    assessed = await desk.assess(by(answering))
    assert (assessed.weekly_charge, assessed.weekly_income, assessed.tariff_income) == ("131.85", "310.00", "4.00")
    assert (assessed.answers_id, assessed.HasField("means")) == (answering.summary.answers_id, False)
    assert await desk.stands() == assessed


async def test_what_was_not_answered_is_unknown(answering: Answering) -> None:
    """It is asked for, and nobody is charged by it."""
    desk = FinanceDesk(answering.work)
    await answering.save({name: given for name, given in OF_THE_PERSON.items() if name != "pip_daily_living"})
    await answering.save(OF_THE_FINANCE_TEAM, pb.ANSWERER_FINANCE)
    await answering.submit()
    await answering.work.read()
    assessed = await desk.assess(by(answering))
    assert (assessed.settled, list(assessed.decision.missing)) == (False, ["weekly_income"])


async def test_answers_that_are_still_being_given_assess_nothing(answering: Answering) -> None:
    """They are submitted first."""
    desk = FinanceDesk(answering.work)
    await answer(answering)
    await answering.work.read()
    fault = await refusal_of(desk.frank.AssessFinances(answering.work.on_case(by(answering))))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert "SubmitAnswers" in fault.detail


async def test_answers_about_needs_say_nothing_about_money(work: Practice) -> None:
    """They are refused by the field that names them."""
    answering = Answering(work)
    await answering.begin("needs")
    await answering.work.read()
    fault = await refusal_of(FinanceDesk(work).frank.AssessFinances(work.on_case(by(answering))))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["answers_id"])


async def test_a_way_that_contradicts_the_answers_is_refused(answering: Answering) -> None:
    """The form says that the means are known in full, so nobody is treated as if they had refused."""
    desk = FinanceDesk(answering.work)
    await answer(answering)
    await answering.submit()
    await answering.work.read()
    request = by(answering, finances_pb2.FINANCES_WAY_REFUSED)
    fault = await refusal_of(desk.frank.AssessFinances(answering.work.on_case(request)))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["way"])
