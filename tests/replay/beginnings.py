"""The situations in which a run of a journey can begin, step by step, each a fixed state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from replay.journey_run import BEGINNING
from sevensteps import clock
from sevensteps.deadlines import Due, Hold, Moment
from sevensteps.events import (
    AdviceGiven,
    AssessmentOpened,
    CaseOpened,
    DeterminationConfirmed,
    Fact,
    IndicativeBudgetGiven,
    LifeOpened,
    MoneyOpened,
    MoneyOrganised,
    Payload,
    PlanApproved,
    PlanChecked,
    PlanOpened,
    PlanReturned,
    PlanSubmitted,
    ReviewCompleted,
    ReviewOpened,
    ReviewRequested,
    ReviewTriggered,
    SupportOpened,
    SupportOrganised,
    WrittenRecordGiven,
)
from sevensteps.steps import DueKind, Ending, ReviewOutcome, Stage
from sevensteps.temporal import DUE_AT, DUE_KIND, STAGE, WAITING_FOR, WaitingFor
from workflows.journey.ongoing_life import OngoingLife
from workflows.journey.state import JourneyState, StepSoFar

CASE = "case-a"
NOW = clock.as_text(BEGINNING)
HEARD = 10
"""The position of the fact that brought the case to the step."""
CLOSING = "closing"
"""What a journey does once its case has ended: explored like a step of its own."""
SECTIONS = (*(stage.value for stage in Stage), CLOSING)
"""The parts of a journey that are explored, each on its own."""

TURN_BEFORE: Mapping[Stage, tuple[int, int, int]] = {
    Stage.MONEY_FOUND: (1, 1, 1),
    Stage.PLAN_MADE: (1, 0, 0),
    Stage.PLAN_AGREED: (1, 1, 0),
    Stage.MONEY_ORGANISED: (1, 1, 0),
    Stage.SUPPORT_ORGANISED: (1, 1, 0),
    Stage.LIFE_LIVED: (1, 1, 0),
    Stage.SEEN_HOW_IT_WORKED: (1, 1, 1),
}
"""The assessment round, plan version and life round before the step is entered."""
WAITED_FOR_LAST: Mapping[Stage, WaitingFor] = {
    Stage.MONEY_FOUND: WaitingFor.REVIEW,
    Stage.PLAN_MADE: WaitingFor.INDICATIVE_BUDGET,
    Stage.PLAN_AGREED: WaitingFor.PLAN,
    Stage.MONEY_ORGANISED: WaitingFor.DECISION,
    Stage.SUPPORT_ORGANISED: WaitingFor.MONEY,
    Stage.LIFE_LIVED: WaitingFor.SUPPORT,
    Stage.SEEN_HOW_IT_WORKED: WaitingFor.REVIEW_DATE,
}
OPENED: Mapping[Stage, Payload] = {
    Stage.MONEY_FOUND: AssessmentOpened(2, "2026-06-15"),
    Stage.PLAN_MADE: PlanOpened(1, "2026-06-15"),
    Stage.PLAN_AGREED: PlanChecked(1, "met", "met", "met", "met", "met", "L0", "2026-06-15"),
    Stage.MONEY_ORGANISED: MoneyOpened(1, "2026-06-15"),
    Stage.SUPPORT_ORGANISED: SupportOpened(1, "2026-06-15"),
    Stage.LIFE_LIVED: LifeOpened(1, 1, "2027-06-01", "soft", "R4"),
    Stage.SEEN_HOW_IT_WORKED: ReviewOpened(1, "planned", "2026-06-15"),
}
"""The events that say that a step is open already."""


@dataclass(frozen=True)
class Beginning:
    """How a run begins: `shown` are the search attributes that it inherits. `cost` is 1 for an unusual beginning."""

    label: str
    section: str
    state: JourneyState
    shown: TypedSearchAttributes
    cost: int = 0


def facts(assessment_round: int, plan_version: int, life_round: int) -> Mapping[str, Payload]:
    """Every fact that a step may wait for, in each of its branches, for these turns.

    Only the round with which step 1 begins here sets dates for what is owed in writing: else every step waits for it.
    """
    needs, by = ["nutrition"], ["ann"]
    due = "2026-06-08" if assessment_round > TURN_BEFORE[Stage.MONEY_FOUND][0] else ""
    return {
        "determination.confirmed (eligible)": DeterminationConfirmed(
            assessment_round, "d", True, needs, by, record_due=due
        ),
        "determination.confirmed (not eligible)": DeterminationConfirmed(
            assessment_round, "d", False, [], by, record_due=due, advice_due=due
        ),
        "written_record.given": WrittenRecordGiven(assessment_round, "2026-06-02", "post"),
        "advice.given": AdviceGiven(assessment_round),
        "indicative_budget.given": IndicativeBudgetGiven(assessment_round, "82.91", "bea"),
        "plan.submitted": PlanSubmitted(plan_version, "80.00", ""),
        "plan.approved": PlanApproved(plan_version, "80.00", "L0"),
        "plan.returned": PlanReturned(plan_version, ["LEGAL-1"]),
        "money.organised (direct payment)": MoneyOrganised(plan_version, direct_payment=True),
        "money.organised (no direct payment)": MoneyOrganised(plan_version, direct_payment=False),
        "support.organised": SupportOrganised(plan_version, "2026-06-01"),
        "review.requested": ReviewRequested(life_round),
        "review.triggered": ReviewTriggered(life_round, "hospital"),
        **{f"review.completed ({outcome})": ReviewCompleted(life_round, outcome.value) for outcome in ReviewOutcome},
    }


def beginnings(section: str, waited_for: Sequence[str]) -> Sequence[Beginning]:
    """Every way in which a run can begin in a section; `waited_for` are the facts that its step waits for."""
    if section == CLOSING:
        ended = replace(_state(Stage.PLAN_AGREED), ending=Ending.MOVED)
        return [Beginning("the case has ended", section, ended, _shown(Stage.PLAN_AGREED))]
    stage = Stage(section)
    state = _state(stage)
    on_hold = Hold(Moment(HEARD - 2, NOW))
    over = replace(on_hold, released=Moment(HEARD + 2, NOW))
    states = {
        "opened already": _having_heard(state, OPENED[stage]),
        "on hold": replace(state, holds=[on_hold]),
        "after a hold": replace(state, holds=[over], heard=HEARD + 2),
        "opened by the run before": _opened_by_the_run_before(stage),
        "the case has ended": replace(state, ending=Ending.MOVED),
        **_special(stage),
        **{f"{label} heard early": _having_heard(state, _facts_of(stage)[label]) for label in waited_for},
    }
    shown = _shown(stage)
    return [
        Beginning("the step begins", section, state, shown),
        *(Beginning(f"the step begins, {how}", section, state, shown, cost=1) for how, state in states.items()),
    ]


def _special(stage: Stage) -> Mapping[str, JourneyState]:
    """The ways in which only one step can begin."""
    match stage:
        case Stage.MONEY_FOUND:
            opened = replace(_state(stage), assessment_round=0, plan_version=0, life_round=0)
            return {"with a new case": _having_heard(opened, CaseOpened("adult", "2026-07-13"))}
        case Stage.PLAN_MADE:
            return {"while life goes on": replace(_state(stage), life=OngoingLife(goes_on=True), law_due="2026-06-20")}
        case Stage.LIFE_LIVED:
            opened = _having_heard(_state(stage), OPENED[stage])
            passed = _having_heard(_state(stage), LifeOpened(1, 1, "2026-05-01", "soft", "R4"))
            review = ReviewOpened(1, "planned", "2026-06-15")
            return {
                "opened already, and its review too": _having_heard(opened, review),
                "opened already, its date passed": passed,
                "opened already, its date passed, and its review too": _having_heard(passed, review),
            }
        case _:
            return {}


def _state(stage: Stage) -> JourneyState:
    assessment_round, plan_version, life_round = TURN_BEFORE[stage]
    return JourneyState(
        CASE,
        "example",
        since=Moment(HEARD, NOW),
        stage=stage,
        heard=HEARD,
        assessment_round=assessment_round,
        eligible_needs=["nutrition"],
        assessed_by=["ann"],
        indicative_weekly="82.91",
        plan_version=plan_version,
        personal_budget_weekly="80.00",
        life_round=life_round,
        life_since="2026-06-01",
    )


def _opened_by_the_run_before(stage: Stage) -> JourneyState:
    """The state that a run hands over within a step."""
    state = _state(stage)
    state.enter()
    due = Due("2027-06-01" if stage is Stage.LIFE_LIVED else "2026-06-15")
    return replace(state, step=StepSoFar(state.since, is_open=True, due=due))


def _facts_of(stage: Stage) -> Mapping[str, Payload]:
    """The facts of the turn that the step is in once it has begun."""
    assessment_round, plan_version, life_round = TURN_BEFORE[stage]
    return facts(
        assessment_round + (stage is Stage.MONEY_FOUND),
        plan_version + (stage is Stage.PLAN_MADE),
        life_round + (stage is Stage.LIFE_LIVED),
    )


def _having_heard(state: JourneyState, payload: Payload) -> JourneyState:
    position = state.heard + 1
    fact = Fact(position, payload.TYPE, CASE, NOW, payload.as_json())
    return replace(state, heard=position, inbox=[*state.inbox, fact])


def _shown(stage: Stage) -> TypedSearchAttributes:
    """The search attributes that a run inherits from the one before."""
    stages = list(Stage)
    before = stages[stages.index(stage) - 1]
    return TypedSearchAttributes(
        [
            SearchAttributePair(STAGE, before.value),
            SearchAttributePair(WAITING_FOR, WAITED_FOR_LAST[stage].value),
            SearchAttributePair(DUE_AT, BEGINNING),
            SearchAttributePair(DUE_KIND, DueKind.SOFT.value),
        ]
    )
