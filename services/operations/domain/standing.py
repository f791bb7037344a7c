"""Where a case stands, as its events tell: each event takes it further, and the same events always lead to the same.

A journey folds the same facts for itself. This is another reading of them, so that the two can be compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.operations.domain.clocks import clocks_after
from sevensteps.deadlines import Due, Hold, Moment, compact, due_now, due_of
from sevensteps.events import (
    OPENS,
    AdviceGiven,
    CaseAssigned,
    CaseEnded,
    CaseEscalated,
    CaseOpened,
    DeterminationConfirmed,
    DocumentAdded,
    DocumentUnwritten,
    HoldPlaced,
    HoldReleased,
    IndicativeBudgetGiven,
    MoneyOrganised,
    Payload,
    PlanApproved,
    PlanReturned,
    PlanSubmitted,
    ReviewCompleted,
    ReviewOverdue,
    ReviewRequested,
    ReviewTriggered,
    StepOverdue,
    SupportOrganised,
)
from sevensteps.steps import OPENED_ON_HOLD, DueKind, ReviewOutcome, Stage
from sevensteps.temporal import OPEN_STEP_WAITS, WaitingFor

LEADS: Mapping[type[Payload], tuple[Stage, Stage]] = {
    IndicativeBudgetGiven: (Stage.MONEY_FOUND, Stage.PLAN_MADE),
    PlanSubmitted: (Stage.PLAN_MADE, Stage.PLAN_AGREED),
    PlanApproved: (Stage.PLAN_AGREED, Stage.MONEY_ORGANISED),
    PlanReturned: (Stage.PLAN_AGREED, Stage.PLAN_MADE),
    MoneyOrganised: (Stage.MONEY_ORGANISED, Stage.SUPPORT_ORGANISED),
    SupportOrganised: (Stage.SUPPORT_ORGANISED, Stage.LIFE_LIVED),
    ReviewRequested: (Stage.LIFE_LIVED, Stage.SEEN_HOW_IT_WORKED),
    ReviewTriggered: (Stage.LIFE_LIVED, Stage.SEEN_HOW_IT_WORKED),
}
"""The events that end a step: which, and the step that comes next."""

AFTER_REVIEW: Mapping[ReviewOutcome, Stage | None] = {
    ReviewOutcome.CONTINUE: Stage.LIFE_LIVED,
    ReviewOutcome.CHANGE_PLAN: Stage.PLAN_MADE,
    ReviewOutcome.REASSESS: Stage.MONEY_FOUND,
    ReviewOutcome.END: None,
}
"""The step that comes after a review; none where the case is to be ended."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A document that could not be written, on a day (YYYY-MM-DD), because a line of its letter is wrong."""

    document_id: str
    letter: str
    line: int
    on: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands.

    `opened` is when the case was opened, and `heard` the position of its last event. `waiting_for` is what it would
    wait for if it were not on hold, since `since`. `next_stage` is the step that is to be opened, where the case waits
    for that: None where it is to be ended. `led` is what led to the present step: from there a hold moves its date,
    which is `due`. `clocks` are the last days that the law sets for other things (YYYY-MM-DD), by name; `told` is the
    date of the step that was told to have passed. `team` looks after it, and `escalated_to` is the role before which it
    was brought, until it goes on. `missing` is what the person was not told in writing.
    """

    case_id: str
    council: str
    kind: str
    opened: Moment
    heard: int
    stage: Stage
    turn: int
    waiting_for: WaitingFor
    since: Moment
    led: Moment
    next_stage: Stage | None = None
    due: Due | None = None
    holds: tuple[Hold, ...] = ()
    hold_reason: str = ""
    clocks: Mapping[str, str] = field(default_factory=dict)
    told: str = ""
    ending: str = ""
    team: str = ""
    escalated_to: str = ""
    missing: tuple["Missing", ...] = ()

    @classmethod
    def begin(cls, case_id: str, council: str, moment: Moment, opened: CaseOpened) -> "Standing":
        """A case that has just been opened."""
        return cls(
            case_id,
            council,
            opened.kind,
            opened=moment,
            heard=moment.position,
            stage=Stage.MONEY_FOUND,
            turn=1,
            waiting_for=WaitingFor.DETERMINATION,
            since=moment,
            led=moment,
            due=Due(opened.due_on),
        )

    @property
    def on_hold(self) -> bool:
        """Whether the case is on hold now."""
        return bool(self.holds) and self.holds[-1].released is None

    @property
    def waits(self) -> tuple[WaitingFor, Moment]:
        """What it waits for now, and since when. A hold keeps back people and steps 1 to 5, never a review."""
        if self.on_hold and not self.ending and (self.waiting_for is not WaitingFor.SERVICE or self._is_held_back):
            return WaitingFor.RELEASE, self.holds[-1].placed
        return self.waiting_for, self.since

    @property
    def _is_held_back(self) -> bool:
        """Whether the hold keeps the next step from being opened: only where it was on when the last one was done."""
        has_next = self.next_stage is not None and self.next_stage not in OPENED_ON_HOLD
        return has_next and self.holds[-1].covers(self.since)

    @property
    def step(self) -> Stage:
        """The step that it is in, or that is to be opened."""
        return self.next_stage or self.stage

    @property
    def due_now(self) -> Due | None:
        """When its step is due; None where there is no date, or a hold has stopped its clock."""
        if self.due is None or self.ending or self.waiting_for is WaitingFor.SERVICE:
            return None
        return due_now(self.due, self.led.day, self.holds)

    @property
    def first_due(self) -> Due | None:
        """What is due first: the step, or anything else that the law sets a day for."""
        by_law = [Due(on, DueKind.HARD) for on in self.clocks.values()]
        step = self.due_now
        owed = [Due(each.on) for each in self.missing]
        return min([*by_law, *owed, *([step] if step else [])], key=lambda due: (due.on, due.kind), default=None)

    def after(self, moment: Moment, payload: Payload) -> "Standing":
        """Where it stands after an event. One that was taken in before changes nothing."""
        if moment.position <= self.heard:
            return self
        further = self._taken_further(moment, payload)
        escalated_to = further.escalated_to if further.place == self.place else ""
        clocks = clocks_after(self.clocks, payload)
        missing = missing_after(self.missing, moment, payload)
        return replace(further, heard=moment.position, clocks=clocks, escalated_to=escalated_to, missing=missing)

    @property
    def place(self) -> tuple[Stage, int, WaitingFor]:
        """What changes when a case goes on. A hold and its release change nothing of it."""
        return self.stage, self.turn, self.waiting_for

    def _taken_further(self, moment: Moment, payload: Payload) -> "Standing":
        match payload:
            case CaseEnded():
                return replace(
                    self, ending=payload.ending, waiting_for=WaitingFor.NOTHING, since=moment, due=None, hold_reason=""
                )
            case _ if self.ending:
                return self
            case CaseAssigned():
                return replace(self, team=payload.team)
            case CaseEscalated():
                return replace(self, escalated_to=payload.role)
            case HoldPlaced() if not self.on_hold:
                return replace(self, holds=(*self.holds, Hold(moment)), hold_reason=payload.reason)
            case HoldReleased() if self.on_hold:
                return self._released(moment)
            case StepOverdue(clock="") if self.stage == payload.stage and self.turn == payload.turn:
                return replace(self, told=payload.due_on)
            case ReviewOverdue() if self.turn == payload.round:
                return replace(self, told=payload.due_on)
            case _ if payload.TYPE in OPENS:
                return self._opened(moment, payload)
            case _:
                return self._moved_on(moment, payload)

    def _released(self, moment: Moment) -> "Standing":
        """A step that the hold has kept back is led to by its release."""
        held_back = self.waiting_for is WaitingFor.SERVICE and self._is_held_back
        holds = (*self.holds[:-1], replace(self.holds[-1], released=moment))
        led = moment if held_back else self.led
        since = moment if held_back else self.since
        return replace(self, holds=holds, hold_reason="", led=led, since=since)

    def _opened(self, moment: Moment, payload: Payload) -> "Standing":
        stage, turn, due = OPENS[payload.TYPE], turn_of(payload), due_of(payload)
        led = self._led_to_review(moment) if stage is Stage.SEEN_HOW_IT_WORKED else self.led
        lasting = [hold for hold in self.holds if hold.released is None or hold.released.at > self.led.at]
        return replace(
            self,
            stage=stage,
            turn=turn,
            waiting_for=OPEN_STEP_WAITS[stage],
            since=moment,
            led=led,
            next_stage=None,
            due=due,
            holds=tuple(compact(lasting, [])),
            told="",
        )

    def _led_to_review(self, opened: Moment) -> Moment:
        """What led to a review: its date, where nobody has asked for it, and nothing has called for it."""
        if self.waiting_for is not WaitingFor.REVIEW_DATE:
            return self.led
        due = self.due_now
        return Moment(0, f"{due.on}T00:00:00+00:00") if due else Moment(0, opened.at)

    def _moved_on(self, moment: Moment, payload: Payload) -> "Standing":
        """What is done within a step, or ends it."""
        own, next_stage = LEADS.get(type(payload), (self.stage, None))
        if self.stage is not own or self.turn != turn_of(payload):
            return self
        match payload:
            case DeterminationConfirmed() if own is Stage.MONEY_FOUND:
                waiting = WaitingFor.INDICATIVE_BUDGET if payload.eligible else WaitingFor.ADVICE
                return replace(self, waiting_for=waiting, since=moment)
            case AdviceGiven() if self.waiting_for is WaitingFor.ADVICE:
                return self._leads_to(Stage.PLAN_MADE if payload.own_money else None, moment)
            case ReviewCompleted():
                return self._leads_to(AFTER_REVIEW[ReviewOutcome(payload.outcome)], moment)
            case _:
                return self._leads_to(next_stage, moment) if next_stage else self

    def _leads_to(self, stage: Stage | None, moment: Moment) -> "Standing":
        """The first fact that ends a step leads on; one that says the same again does not."""
        if self.waiting_for is WaitingFor.SERVICE:
            return self
        return replace(self, waiting_for=WaitingFor.SERVICE, next_stage=stage, since=moment, led=moment)


def missing_after(missing: tuple[Missing, ...], moment: Moment, payload: Payload) -> tuple[Missing, ...]:
    """What the person was not told in writing, after an event. A document that corrects a missing one tells it."""
    match payload:
        case DocumentUnwritten():
            day = moment.at[: len("2026-06-01")]
            return (*missing, Missing(payload.document_id, payload.letter, payload.line, day))
        case DocumentAdded(corrects=corrected) if corrected:
            return tuple(each for each in missing if each.document_id != corrected)
        case _:
            return missing


def turn_of(payload: Payload) -> int:
    """The round or the version of the plan that an event belongs to; 1 where it names none."""
    return int(getattr(payload, "round", 0) or getattr(payload, "version", 1))
