"""Step 5: organising your support."""

from sevensteps.events import SupportOrganised
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenSupport
from workflows.journey.step import Step


async def support_organised(step: Step) -> Stage:
    """Every funded need gets an arrangement. Life with the plan begins on the day on which the first of them starts.

    A direct payment that the person already had goes on, and so do its legal review dates.
    """
    case = step.state
    await step.open(OpenSupport(case.plan_version, step.opened_on))

    support = await step.hear(WaitingFor.SUPPORT, SupportOrganised)
    case.life_since = support.starts_on
    case.life_continues = False
    case.direct_payment_since = (case.direct_payment_since or support.starts_on) if case.direct_payment else ""
    return Stage.LIFE_LIVED
