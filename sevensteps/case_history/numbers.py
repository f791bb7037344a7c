"""The three numbers of a personal budget, what is spent once and who pays, as an event tells them."""

from sevensteps import events
from sevensteps.events import Payload
from sevensteps.money import pounds_in_words

TELLING = (
    events.FinancesAssessed,
    events.FinancesJudged,
    events.PlanApproved,
    events.PersonalBudgetRestated,
)
"""The events that say who pays what of the cost of meeting the needs (s.26(1))."""


def numbers_in_words(payload: Payload) -> str:
    """Who pays what of the cost of meeting the needs, to follow the event; empty where it is not known."""
    if not isinstance(payload, TELLING) or not payload.cost_weekly:
        return ""
    cost, adult, council = (
        pounds_in_words(amount)
        for amount in (payload.cost_weekly, payload.adult_pays_weekly, payload.council_pays_weekly)
    )
    return f"; of {cost} a week the person pays {adult} and the council {council} (s.26)"


def once_in_words(payload: Payload) -> str:
    """What is spent once beside what is spent every week, to follow the event; empty where nothing is."""
    once = getattr(payload, "once", "") or getattr(payload, "personal_budget_once", "")
    return f"; and {pounds_in_words(once)} once" if once not in {"", "0.00"} else ""


def pays_in_words(payload: Payload) -> str:
    """That the person pays for the plan, to follow the event; empty where the council does."""
    return "; the person plans with their own money" if getattr(payload, "own_money", False) else ""
