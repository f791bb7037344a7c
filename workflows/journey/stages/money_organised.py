"""Step 4: organising your money."""

from sevensteps.events import MoneyOrganised
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenMoney
from workflows.journey.step import Step


async def money_organised(step: Step) -> Stage:
    """Every pound of the personal budget gets a holder.

    The holder is the person or somebody for them (a direct payment), the council, or a provider (an individual
    service fund).
    """
    case = step.state
    await step.open(OpenMoney(case.plan_version, case.personal_budget_weekly, step.opened_on))

    money = await step.hear(WaitingFor.MONEY, MoneyOrganised)
    case.direct_payment = money.direct_payment
    return Stage.SUPPORT_ORGANISED
