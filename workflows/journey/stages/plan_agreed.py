"""Step 3: getting your plan agreed."""

from sevensteps.events import PlanApproved, PlanReturned
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenApproval
from workflows.journey.step import Step


async def plan_agreed(step: Step) -> Stage:
    """The plan is checked: is it safe and legal, does it meet the needs, is the money sufficient?

    Somebody with authority signs it, which sets the personal budget (ss.25, 26). Or they return it with reasons, and
    the person changes it.
    """
    case = step.state
    needs, met_by_carer = case.eligible_needs, case.met_by_carer
    await step.open(
        OpenApproval(case.plan_version, needs, case.indicative_weekly, case.assessed_by, step.opened_on, met_by_carer)
    )

    decision = await step.hear(WaitingFor.DECISION, PlanApproved, PlanReturned)
    if isinstance(decision, PlanApproved):
        case.personal_budget_weekly = decision.personal_budget_weekly
        return Stage.MONEY_ORGANISED
    return Stage.PLAN_MADE
