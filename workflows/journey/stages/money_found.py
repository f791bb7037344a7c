"""Step 1: finding out how much money."""

from temporalio import workflow

from sevensteps.events import AdviceGiven, DeterminationConfirmed, IndicativeBudgetGiven
from sevensteps.steps import Ending, Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenAssessment
from workflows.journey.step import Step

NOTHING = "0.00"
"""The indicative budget of somebody who is not eligible, in pounds a week."""


async def money_found(step: Step) -> Stage:
    """The person is assessed and a practitioner confirms whether they are eligible (s.13).

    A person who is eligible is told how much money there is likely to be, and goes on to plan. A person who is not
    is given written reasons and advice (s.13(5)), and the case ends: unless they plan with their own money.
    """
    case = step.state
    await step.open(OpenAssessment(case.assessment_round, step.opened_on))

    determination = await step.hear(WaitingFor.DETERMINATION, DeterminationConfirmed)
    if not determination.eligible:
        advice = await step.hear(WaitingFor.ADVICE, AdviceGiven)
        case.own_money = _pays(advice)
        if not case.own_money:
            return await step.end_case(Ending.NOT_ELIGIBLE)
        case.eligible_needs, case.met_by_carer, case.indicative_weekly = [], [], NOTHING
        case.assessed_by = sorted(determination.assessed_by)
        return Stage.PLAN_MADE
    case.eligible_needs, case.met_by_carer = determination.needs, determination.met_by_carer

    budget = await step.hear(WaitingFor.INDICATIVE_BUDGET, IndicativeBudgetGiven)
    case.own_money = _pays(budget)
    case.indicative_weekly = budget.weekly
    case.assessed_by = sorted({*determination.assessed_by, budget.given_by} - {""})
    return Stage.PLAN_MADE


def _pays(heard: AdviceGiven | IndicativeBudgetGiven) -> bool:
    """Whether the person has said, in this round, that they plan with their own money."""
    return heard.own_money and workflow.patched("plans-with-own-money")
