"""What a journey knows. All of it comes from the facts of the case, so that it can be rebuilt from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

from sevensteps.deadlines import Due, Hold, Moment, compact
from sevensteps.events import (
    HEARD,
    OPENS,
    PAYLOADS,
    AdviceGiven,
    AssessmentOpened,
    CaseEnded,
    CaseOpened,
    CaseResumed,
    DeterminationConfirmed,
    Fact,
    HoldPlaced,
    HoldReleased,
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
from sevensteps.steps import Ending, Stage
from sevensteps.temporal import OF_LIFE, Parked, rebuild_advice
from workflows.journey.given_up import GivenUp
from workflows.journey.memory import Memory
from workflows.journey.ongoing_life import OngoingLife
from workflows.journey.written import Written

P = TypeVar("P", bound=Payload)

OPENINGS: dict[Stage, tuple[type[Payload], ...]] = {
    stage: tuple(PAYLOADS[type_] for type_, opened in OPENS.items() if opened is stage) for stage in Stage
}
"""By step, the events that say that it is open."""


class _Payloads:
    """What the facts in the inbox say, each read once. No field of the state: the next run reads them for itself."""

    __slots__ = ("_payloads",)
    _payloads: dict[int, Payload]

    def __post_init__(self) -> None:
        self._payloads = {}

    def _payload_of(self, fact: Fact) -> Payload:
        if fact.position not in self._payloads:
            self._payloads[fact.position] = PAYLOADS[fact.type].of(fact.payload)
        return self._payloads[fact.position]


@dataclass(slots=True)
class StepSoFar:
    """How far a step has come: what the next run needs to go on with it.

    `opened` is the moment of the fact that led to the step, `due` the answer to its opening, and `used` are the facts
    that it has used up.
    """

    opened: Moment
    is_open: bool = False
    due: Due | None = None
    used: list[Fact] = field(default_factory=list)


@dataclass(slots=True)
class JourneyState(_Payloads):
    """Where a journey is, and what it carries: what a run hands to the next. It grows with neither years nor facts.

    `since` is the moment of the fact that brought it to where it is: dates are counted from there, not from the clock.
    `inbox` holds facts until their step uses them, or until their round or version is past. `law_due` is the day by
    which the law wants the next review (YYYY-MM-DD), `written` what is owed in writing after the last determination,
    `told` the dates of both that a service has recorded, and `given_up` what operations give up. `stopped_by` says why
    the journey cannot go on with what it has heard: then it waits to be started again.
    """

    case_id: str
    council: str
    since: Moment
    stage: Stage = Stage.MONEY_FOUND
    heard: int = 0
    inbox: list[Fact] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    resumed: int = 0
    ending: Ending | None = None
    ended_on: str = ""
    assessment_round: int = 0
    eligible_needs: list[str] = field(default_factory=list)
    met_by_carer: list[str] = field(default_factory=list)
    assessed_by: list[str] = field(default_factory=list)
    indicative_weekly: str = ""
    own_money: bool = False
    plan_version: int = 0
    review_on: str = ""
    personal_budget_weekly: str = ""
    direct_payment: bool = False
    direct_payment_since: str = ""
    life_round: int = 0
    life_since: str = ""
    life_continues: bool = False
    life: OngoingLife = field(default_factory=OngoingLife)
    law_due: str = ""
    written: Written = field(default_factory=Written)
    told: list[str] = field(default_factory=list)
    given_up: GivenUp = field(default_factory=GivenUp)
    step: StepSoFar | None = None
    memory: Memory = field(default_factory=Memory)
    stopped_by: Parked | None = None

    @classmethod
    def begin(cls, case_id: str, council: str, facts: Sequence[Fact]) -> Self:
        """The state with which a journey starts: `facts` in the order of the feed, the opening of the case first.

        For a new case that is one fact; for a journey that is rebuilt, every fact of the case so far.
        """
        state = cls(case_id, council, since=_moment(facts[0]), memory=Memory(complete_from=0))
        for fact in facts:
            state.hear(fact)
        return state

    @classmethod
    def parked_for_good(cls, case_id: str, council: str, stage: Stage, why: Parked) -> Self:
        """The state of a journey that waits to be started again, because it cannot be given the facts of its case."""
        return cls(case_id, council, since=Moment(0, ""), stage=stage, stopped_by=why)

    @property
    def turn(self) -> int:
        """Which round (steps 1, 6, 7) or plan version (steps 2 to 5) the present step belongs to."""
        if self.stage is Stage.MONEY_FOUND:
            return self.assessment_round
        return self.life_round if self.stage in OF_LIFE else self.plan_version

    @property
    def on_hold(self) -> bool:
        """Whether the case is on hold now."""
        return bool(self.holds) and self.holds[-1].released is None

    def is_over(self, hold: Hold) -> bool:
        """Whether this hold has been released, even if another has been placed since."""
        return all(other.released is not None for other in self.holds if other.placed == hold.placed)

    def hear(self, fact: Fact) -> None:
        """Take in a fact. One that was heard before is dropped, and so is one that no step waits for.

        A fact that contradicts what was heard stops the journey: the feed is not the same any more.
        """
        if self.memory.contradicts(fact, self.heard):
            self.stopped_by = self.stopped_by or _feed_changed(fact)
        elif fact.position > self.heard:
            self.heard = fact.position
            self.memory.keep(fact)
            self._take_in(fact)

    def _take_in(self, fact: Fact) -> None:
        if fact.type == CaseEnded.TYPE:
            ended = CaseEnded.of(fact.payload)
            self.ending = Ending(ended.ending)
            self.ended_on = ended.ended_on or _moment(fact).day.isoformat()
        elif self.stopped_by is not None:
            return
        elif fact.type == HoldPlaced.TYPE:
            if not self.on_hold:
                self.holds.append(Hold(_moment(fact)))
        elif fact.type == HoldReleased.TYPE:
            if self.on_hold:
                self.holds[-1] = replace(self.holds[-1], released=_moment(fact))
                self.holds[-2:] = compact(self.holds[-2:], self._positions())
        elif fact.type == CaseResumed.TYPE:
            self.resumed = fact.position
            self.given_up.hear(fact)
        elif fact.type in HEARD or fact.type in OPENS:
            self.written.hear(fact)
            if fact.type != WrittenRecordGiven.TYPE:
                self._put_in_inbox(fact)

    def _put_in_inbox(self, fact: Fact) -> None:
        """Keep a fact unless it is past, or the same has been said of this turn: steps use the first that says it."""
        payload = PAYLOADS[fact.type].of(fact.payload)
        self.life.note(payload)
        ahead = self._turns_ahead(payload)
        said = [(other.type, self._turns_ahead(self._payload_of(other))) for other in self.inbox]
        if ahead >= 0 and (fact.type, ahead) not in said:
            self.inbox.append(fact)
            self._payloads[fact.position] = payload

    def _positions(self) -> list[int]:
        """The positions of the facts from which a step may yet begin: a hold that covered one of them keeps it back."""
        return [self.since.position, *(fact.position for fact in self.inbox)]

    def find(self, *kinds: type[P]) -> tuple[Fact, P] | None:
        """The first fact of these kinds that belongs to this turn, and its payload."""
        for fact in self.inbox:
            payload = self._payload_of(fact)
            if isinstance(payload, kinds) and self._turns_ahead(payload) == 0:
                return fact, payload
        return None

    def take(self, *kinds: type[P]) -> P | None:
        """Use up the first fact of these kinds that belongs to this turn. The journey now stands at its moment."""
        match = self.find(*kinds)
        if match is None:
            return None
        fact, payload = match
        self._drop(fact)
        if self.step:
            self.step.used.append(fact)
        if fact.position > self.since.position:
            self.since = _moment(fact)
        return payload

    def take_opening(self) -> Payload | None:
        """Use up the event that says that this step is open already. Only a journey that is rebuilt finds one."""
        match = self.find(*OPENINGS[self.stage])
        if match is None:
            return None
        fact, payload = match
        self._drop(fact)
        return payload

    def enter(self) -> None:
        """Enter the step. Steps 1, 2 and 6 begin a new round or plan version; what belongs to the last one goes."""
        if self.stage is Stage.MONEY_FOUND:
            self.assessment_round += 1
        elif self.stage is Stage.PLAN_MADE:
            self.plan_version += 1
        elif self.stage is Stage.LIFE_LIVED:
            self.life_round += 1
            self.life.goes_on = False
        self.told = [detail for detail in self.told if detail.partition("/")[0] in self.written.due]
        for fact in list(self.inbox):
            self._drop_if_past(fact)
        lasting = [hold for hold in self.holds if hold.released is None or hold.released.at > self.since.at]
        self.holds = compact(lasting, self._positions())
        self.step = StepSoFar(self.since)

    def hand_over(self) -> None:
        """Put back what the step has used up: the next run goes through the step from its beginning."""
        if self.step:
            self.inbox[:0] = self.step.used
            self.step.used.clear()

    def _drop_if_past(self, fact: Fact) -> None:
        if self._turns_ahead(self._payload_of(fact)) < 0:
            self._drop(fact)

    def _drop(self, fact: Fact) -> None:
        self.inbox.remove(fact)
        del self._payloads[fact.position]

    def _turns_ahead(self, payload: Payload) -> int:
        """How many rounds or versions a fact is ahead: 0 belongs to the present one, a negative number is past."""
        match payload:
            case CaseOpened():
                return 1 - self.assessment_round
            case AssessmentOpened() | DeterminationConfirmed() | IndicativeBudgetGiven() | AdviceGiven():
                return payload.round - self.assessment_round
            case PlanOpened() | PlanSubmitted() | PlanChecked() | PlanApproved() | PlanReturned():
                return payload.version - self.plan_version
            case MoneyOpened() | MoneyOrganised() | SupportOpened() | SupportOrganised():
                return payload.version - self.plan_version
            case LifeOpened() | ReviewRequested() | ReviewTriggered() | ReviewOpened() | ReviewCompleted():
                return payload.round - self.life_round
            case _:
                raise ValueError(f"No step waits for {payload.TYPE}.")


def _moment(fact: Fact) -> Moment:
    return Moment(fact.position, fact.at)


def _feed_changed(fact: Fact) -> Parked:
    return Parked(
        "",
        "FEED_CHANGED",
        f"The feed is not the one that this journey has heard: it has another event at position {fact.position}. "
        "An older feed was restored, or the feed began anew. "
        f"{rebuild_advice(fact.case_id)} After a restore, `sevensteps journeys rebuild --all` does so for every case.",
    )
