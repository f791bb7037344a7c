"""What can happen to a journey at a moment: services answer or do not, dates come, facts are heard."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from replay.beginnings import CASE, Beginning, facts
from replay.journey_run import Activity, Job, JourneyRun, Program, fails, hears, is_answered, is_given_up, timer_fires
from sevensteps import clock
from sevensteps.asks import Ask, AskState, Confirmed
from sevensteps.deadlines import Due
from sevensteps.events import CaseEnded, CaseResumed, Fact, HoldPlaced, HoldReleased, Payload, SelfAssessmentRecorded
from sevensteps.steps import DueKind, Ending
from sevensteps.temporal import Parked, Standing
from workflows.journey.asking import STILL_OWED
from workflows.journey.requests import GetAsk, RecordOverdue

TELLS_A_DATE = RecordOverdue.__name__
GIVES_UP = "case.resumed, giving that up"
MINUTE = timedelta(minutes=1)
TWO_DAYS = timedelta(days=2)
"""Long enough for a run to grow old."""
DUE = Due("2026-06-15")
REVIEW_DUES: Mapping[str, Due] = {
    "a date of practice": Due("2027-06-01"),
    "a date of law": Due("2027-06-01", DueKind.HARD),
    "a date of practice with one of law behind it": Due("2027-06-01", law_on="2027-07-01"),
    "a date within a day": Due("2026-06-02"),
    "a date that has passed": Due("2026-05-01"),
}
"""What the review service may answer when step 6 is opened."""
ENDED = CaseEnded(Ending.MOVED.value)


class Walk:
    """One run on its way."""

    def __init__(self, program: Program, beginning: Beginning, patches: Sequence[str]) -> None:
        """The run has not started."""
        self.run = JourneyRun(program, beginning.state, beginning.shown, patches)
        self.last_fact: Fact | None = None
        self._position = beginning.state.heard

    def fact(self, payload: Payload) -> Fact:
        """A new fact of the case."""
        self._position += 1
        self.last_fact = Fact(self._position, payload.TYPE, CASE, clock.as_text(self.run.now), payload.as_json())
        return self.last_fact


@dataclass(frozen=True)
class Happening:
    """Something that happens within one workflow task.

    `cost` is 1 for a disturbance, of which a path may have few. A happening that `builds_on` another one is left out if
    nothing follows from that one; a variant is also left out if the same follows.
    """

    label: str
    jobs: Callable[[Walk], Sequence[Job]]
    cost: int = 0
    wait: timedelta | datetime = MINUTE
    history_is_full: bool = False
    builds_on: str = ""
    is_variant: bool = False

    def to(self, walk: Walk) -> Sequence[str]:
        """Let it happen, and give the commands that follow."""
        now = walk.run.now
        walk.run.now = now + self.wait if isinstance(self.wait, timedelta) else max(now, self.wait)
        return walk.run.activate(self.jobs(walk), history_is_full=self.history_is_full)


@dataclass(frozen=True)
class Situation:
    """Where a run is: what it says of itself, what it has asked for, and which facts its step waits for at all."""

    standing: Standing
    activities: Mapping[int, Activity]
    timers: Mapping[int, datetime]
    now: datetime
    waited_for: Sequence[str]
    has_heard_a_fact: bool

    @property
    def asked(self) -> Mapping[int, Activity]:
        """What it waits for. It tells a date that has passed beside whatever it does."""
        return {seq: each for seq, each in self.activities.items() if each.operation != TELLS_A_DATE}

    @property
    def is_resting(self) -> bool:
        """Whether it waits for people, not for a service or for operations."""
        return not self.asked and self.standing.parked is None

    @property
    def next_timer(self) -> tuple[int, datetime] | None:
        """The timer that fires first, and when."""
        return min(self.timers.items(), key=lambda timer: timer[1], default=None)

    def is_due_date(self, moment: datetime) -> bool:
        """Whether a timer that fires then is for the date of the step, or soon for something else: it tells no date."""
        due_on = self.standing.due_on
        is_due = due_on is not None and moment == datetime.fromisoformat(due_on).replace(tzinfo=UTC)
        return is_due or moment <= self.now + TWO_DAYS

    def facts(self, turns_ahead: int = 0) -> Mapping[str, Payload]:
        """Every fact that a step may wait for, for the present turn, or one before (-1) or after it (1)."""
        standing = self.standing
        turns = (standing.assessment_round, standing.plan_version, standing.life_round)
        return facts(*(turn + turns_ahead for turn in turns))


def happenings(situation: Situation) -> Iterator[Happening]:
    """All that can happen in a situation."""
    for seq, activity in situation.activities.items():
        yield from _answers(seq, activity)
    if situation.standing.parked is not None:
        yield _heard("case.resumed", CaseResumed())
        yield _when_full(_heard("case.resumed", CaseResumed(), cost=1))
        yield from _of_giving_up(situation.standing, situation.standing.parked)
    if situation.standing.ending is None:
        yield _heard("case.ended", ENDED)
    yield from _of_holds(situation)
    if situation.is_resting:
        yield from _while_resting(situation)
    else:
        for label in situation.waited_for:
            yield _heard(label, situation.facts()[label], cost=1)


def _answers(seq: int, activity: Activity) -> Iterator[Happening]:
    """What may come of an activity."""
    operation = activity.operation
    if operation == TELLS_A_DATE:
        yield _resolved(f"{operation} is answered", is_answered(seq, None))
        return
    if activity.is_cancelled:
        yield _resolved(f"{operation} is given up", is_given_up(seq, activity))
    for what, answer in _answers_to(operation).items():
        yield _resolved(f"{operation} is answered{what}", is_answered(seq, answer))
    if activity.is_local:
        yield _resolved(f"{operation} fails for now", fails(seq, activity, for_good=False), cost=1)
    yield _resolved(f"{operation} is refused", fails(seq, activity, for_good=True), cost=int(activity.is_local))


def _of_giving_up(standing: Standing, parked: Parked) -> Iterator[Happening]:
    """Operations give up what a journey is parked on. Where the service says that it is owed, they do not insist."""
    if parked.operation and parked.reason != STILL_OWED:
        ask = Ask.of(parked, standing)
        gives_up = _heard(GIVES_UP, CaseResumed(skips=ask.operation, turn=ask.turn))
        yield replace(gives_up, builds_on="case.resumed", is_variant=True)


def _answers_to(operation: str) -> Mapping[str, Due | Confirmed | None]:
    if operation == GetAsk.__name__:
        return {f" with what is {state.replace('_', ' ')}": Confirmed(state, "", DUE) for state in AskState}
    if operation == "OpenLife":
        return {f" with {what}": due for what, due in REVIEW_DUES.items()}
    return {"": DUE if operation.startswith("Open") else None}


def _of_holds(situation: Situation) -> Iterator[Happening]:
    placed, released = HoldPlaced("hospital"), HoldReleased()
    if situation.standing.on_hold:
        yield _heard("hold.released", released)
        yield _heard("hold.released + hold.placed", released, placed, cost=1)
    else:
        yield _heard("hold.placed", placed, cost=1)
        yield _when_full(_heard("hold.placed", placed, cost=1))
        yield _heard("hold.placed + hold.released", placed, released, cost=1)


def _while_resting(situation: Situation) -> Iterator[Happening]:
    """What may happen while nothing is asked: the facts, alone and in bursts, and the date."""
    current = situation.facts()
    for label in situation.waited_for:
        yield _heard(label, current[label])
    for label in situation.waited_for:
        yield from _bursts(label, situation)
    if timer := situation.next_timer:
        yield from _date_comes(*timer, situation)
    yield from _without_effect(situation)


def _bursts(label: str, situation: Situation) -> Iterator[Happening]:
    """A fact that the step waits for, late, or together with something else."""
    current = situation.facts()
    payload = current[label]
    late = replace(_heard(label, payload, cost=1), builds_on=label, is_variant=True)
    yield replace(late, label=f"{label}, two days later", wait=TWO_DAYS)
    yield _when_full(_heard(label, payload, cost=1))
    others = {other: current[other] for other in situation.waited_for if current[other].TYPE != payload.TYPE}
    for other, another in {**others, "case.ended": ENDED, **_hold(situation)}.items():
        yield replace(_heard(f"{label} + {other}", payload, another, cost=1), builds_on=label)
    for other, hold in _hold(situation).items():
        yield replace(_heard(f"{other} + {label}", hold, payload, cost=1), builds_on=label)


def _hold(situation: Situation) -> Mapping[str, Payload]:
    """What can change about a hold."""
    return {"hold.released": HoldReleased()} if situation.standing.on_hold else {"hold.placed": HoldPlaced("away")}


def _without_effect(situation: Situation) -> Iterator[Happening]:
    """What a journey should not mind."""
    if situation.has_heard_a_fact:
        yield Happening("the last fact again", _heard_again, cost=1)
    yield _heard("case.resumed", CaseResumed(), cost=1)
    of_others = {label: payload for label, payload in situation.facts().items() if label not in situation.waited_for}
    yield _heard("facts for others", SelfAssessmentRecorded(1, "alone"), *of_others.values(), cost=1)
    for turns_ahead, turn in ((-1, "before"), (1, "after")):
        of_turn = situation.facts(turns_ahead)
        yield _heard(f"facts of the turn {turn}", *(of_turn[label] for label in situation.waited_for), cost=1)


def _date_comes(seq: int, moment: datetime, situation: Situation) -> Iterator[Happening]:
    fires = timer_fires(seq)
    if not situation.is_due_date(moment):
        yield replace(_resolved("a date is to be told", fires, cost=1), wait=moment)
        return
    yield replace(_resolved("the date comes", fires), wait=moment)
    current = situation.facts()
    others = {label: current[label] for label in situation.waited_for}
    for label, payload in {**others, "case.ended": ENDED, **_hold(situation)}.items():
        yield replace(_heard(f"the date comes + {label}", payload, also=[fires], cost=1), wait=moment)


def _heard(label: str, *payloads: Payload, also: Sequence[Job] = (), cost: int = 0) -> Happening:
    return Happening(label, lambda walk: [*(hears(walk.fact(payload)) for payload in payloads), *also], cost)


def _when_full(happening: Happening) -> Happening:
    """The same when the history is full."""
    label = happening.label
    return replace(
        happening, label=f"{label}, when the history is full", history_is_full=True, builds_on=label, is_variant=True
    )


def _heard_again(walk: Walk) -> Sequence[Job]:
    return [hears(walk.last_fact)] if walk.last_fact else []


def _resolved(label: str, job: Job, cost: int = 0) -> Happening:
    return Happening(label, lambda _walk: [job], cost)
