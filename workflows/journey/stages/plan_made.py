"""Step 2: making your plan."""

from sevensteps.events import PlanSubmitted
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenPlan
from workflows.journey.step import Step


async def plan_made(step: Step) -> Stage:
    """The person makes a plan, with whoever they choose.

    It is submitted when every question of its template is answered.
    """
    case = step.state
    needs, met_by_carer = case.eligible_needs, case.met_by_carer
    await step.open(
        OpenPlan(case.plan_version, needs, case.indicative_weekly, step.opened_on, met_by_carer, case.own_money)
    )

    plan = await step.hear(WaitingFor.PLAN, PlanSubmitted)
    case.review_on = plan.review_on
    return Stage.PLAN_AGREED
