"""Step 5: organising your support."""

from sevensteps.events import SupportOrganised
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.asks import OpenSupport
from workflows.journey.step import Step


async def support_organised(step: Step) -> Stage:
    """Every funded need gets an arrangement. Life with the plan begins on the first day of any of them.

    A direct payment that the person has had before goes on, and its legal review dates with it.
    """
    case = step.state
    await step.open(OpenSupport(case.plan_version, step.opened_on))

    support = await step.hear(WaitingFor.SUPPORT, SupportOrganised)
    case.life_since = support.starts_on
    case.life_continues = False
    case.direct_payment_since = (case.direct_payment_since or support.starts_on) if case.direct_payment else ""
    return Stage.LIFE_LIVED
