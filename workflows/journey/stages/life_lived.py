"""Step 6: living your life."""

from sevensteps.events import ReviewRequested, ReviewTriggered
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenLife
from workflows.journey.step import Step


async def life_lived(step: Step) -> Stage:
    """The person lives with the plan.

    The step ends when the date of the next review comes, when somebody asks for a review (s.27(1)(b)), or when
    something happens that calls for one.
    """
    case = step.state
    await step.open(
        OpenLife(
            round=case.life_round,
            plan_version=case.plan_version,
            started_on=case.life_since,
            continues=case.life_continues,
            direct_payment_since=case.direct_payment_since,
            review_on=case.review_on,
            needs=case.eligible_needs,
        )
    )

    case.law_due = step.law_due
    await step.hear_or_reach_due_date(WaitingFor.REVIEW_DATE, ReviewRequested, ReviewTriggered)
    return Stage.SEEN_HOW_IT_WORKED
