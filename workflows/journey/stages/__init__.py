"""The seven steps, one coroutine and one file each: what happens in the step, and which step comes next."""

from collections.abc import Awaitable, Callable, Mapping

from sevensteps.steps import Stage
from workflows.journey.stages.life_lived import life_lived
from workflows.journey.stages.money_found import money_found
from workflows.journey.stages.money_organised import money_organised
from workflows.journey.stages.plan_agreed import plan_agreed
from workflows.journey.stages.plan_made import plan_made
from workflows.journey.stages.seen_how_it_worked import seen_how_it_worked
from workflows.journey.stages.support_organised import support_organised
from workflows.journey.step import Step

STEPS: Mapping[Stage, Callable[[Step], Awaitable[Stage]]] = {
    Stage.MONEY_FOUND: money_found,
    Stage.PLAN_MADE: plan_made,
    Stage.PLAN_AGREED: plan_agreed,
    Stage.MONEY_ORGANISED: money_organised,
    Stage.SUPPORT_ORGANISED: support_organised,
    Stage.LIFE_LIVED: life_lived,
    Stage.SEEN_HOW_IT_WORKED: seen_how_it_worked,
}
