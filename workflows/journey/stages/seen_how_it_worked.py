"""Step 7: seeing how it worked."""

from temporalio import workflow

from sevensteps.events import ReviewCompleted
from sevensteps.steps import Ending, ReviewOutcome, Stage
from sevensteps.temporal import WaitingFor
from workflows.journey.requests import OpenReview
from workflows.journey.step import Step


async def seen_how_it_worked(step: Step) -> Stage:
    """The plan is reviewed (s.27).

    It works and life goes on; or the plan is changed; or needs are reassessed; or support ends. While the plan is
    changed or needs are reassessed, life goes on with the plan in force, and so does the law's date of its next review.
    """
    case = step.state
    await step.open(OpenReview(case.life_round, step.opened_on))

    runs_on = workflow.patched("every-date-is-told")
    if runs_on:
        case.law_due, case.life.under_review = step.law_due or case.law_due, case.life_round

    review = await step.hear(WaitingFor.REVIEW, ReviewCompleted)
    outcome = ReviewOutcome(review.outcome)
    if runs_on and outcome in {ReviewOutcome.CHANGE_PLAN, ReviewOutcome.REASSESS}:
        case.life.goes_on, case.law_due = True, review.law_due
    match outcome:
        case ReviewOutcome.CONTINUE:
            case.life_since = case.since.day.isoformat()
            case.life_continues = True
            return Stage.LIFE_LIVED
        case ReviewOutcome.CHANGE_PLAN:
            return Stage.PLAN_MADE
        case ReviewOutcome.REASSESS:
            return Stage.MONEY_FOUND
        case ReviewOutcome.END:
            return await step.end_case(Ending.SUPPORT_ENDED)
