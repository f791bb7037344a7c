"""Repairs: what is done to many cases at once, what was said would happen, and what has become of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.operations.domain.action import Action
from services.operations.domain.clocks import BETWEEN, OF_THE_CASE
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.given import in_words, role_in_words
from services.operations.domain.prediction import Prediction
from services.operations.domain.standing import Standing
from sevensteps import clock
from sevensteps.steps import STEP_NAMES, Stage
from sevensteps.temporal import PHRASES, WaitingFor
from sevensteps.temporal import Standing as JourneyStanding


class State(StrEnum):
    """How far a repair is."""

    PLANNED = "planned"
    RUNNING = "running"
    WAITING = "waiting"
    STOPPED = "stopped"
    DONE = "done"


class Outcome(StrEnum):
    """What has become of one case."""

    MOVED = "moved"
    CAME_BACK = "came_back"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    LEFT_OUT = "left_out"


ASKED_FOR = frozenset({Action.REPLAY, Action.SKIP, Action.CORRECT})
"""What journeys and services have to be asked about before it can be said what would happen: `foresee` of the hands."""
ALSO_AFTER_THE_END = frozenset({Action.SKIP, Action.CORRECT})
"""What can be done to a case that has ended, too: its journey may be parked while it has everything closed."""
PROVED_BY_SERVICE = frozenset({Action.CORRECT})
"""What the owning service is asked about afterwards, and not the journey, which does not hear of it."""
NOT_ASKED = Prediction(does=False, sentence="It has come to be wanted only now. Plan again for it.")
NOTHING_TWICE = "If that was done already, the same answer comes again: nothing is done or paid twice."


def predict(
    action: Action,
    standing: Standing,
    stuck: Mapping[StuckKind, Finding],
    given: Mapping[str, str],
    asked: Prediction = NOT_ASKED,
) -> Prediction:
    """What an action that is given this would do for a case that stands so, and of which this is stuck.

    `asked` is what journeys and services have said of it, where they have to be asked.
    """
    if standing.ending and action not in ALSO_AFTER_THE_END:
        return Prediction(does=False, sentence="The case has ended.")
    match action:
        case Action.RESUME:
            return _of_resume(stuck)
        case Action.REBUILD:
            return _of_rebuild(standing)
        case Action.RETRY:
            return _of_retry(stuck)
        case Action.REPLAY | Action.SKIP | Action.CORRECT:
            return asked
        case _:
            return _of_act(action, standing, given)


def _of_act(action: Action, standing: Standing, given: Mapping[str, str]) -> Prediction:
    """What would follow an act on the case as a whole, which people do one by one, too."""
    match action:
        case Action.HOLD:
            return _of_hold(standing)
        case Action.RELEASE:
            return _of_release(standing)
        case Action.END:
            return _of_end(standing, given)
        case Action.ASSIGN:
            return _of_assign(standing, given["team"])
        case _:
            return _of_escalate(standing, given["escalate_to"])


def _of_resume(stuck: Mapping[StuckKind, Finding]) -> Prediction:
    parked = stuck.get(StuckKind.PARKED) or stuck.get(StuckKind.ENGINES_DISAGREE)
    if parked is None or _is_asked_again(parked):
        return Prediction(does=False, sentence="Its journey is not parked, so there is nothing to resume.")
    operation = parked.detail.get("operation", "")
    asks = f"The journey asks once more: {operation}." if operation else "The journey goes on."
    return Prediction(does=True, sentence=f"{asks} {NOTHING_TWICE}")


def _of_rebuild(standing: Standing) -> Prediction:
    waiting_for, _ = standing.waits
    due = standing.due_now
    until = f", until {clock.day_in_words(due.day)}" if due else ""
    return Prediction(
        does=True,
        sentence=f"Its journey starts again from the case's events and comes to this: {_step(standing.step)}. It "
        f"waits for {PHRASES[waiting_for]}{until}. No step is opened twice.",
    )


def _of_retry(stuck: Mapping[StuckKind, Finding]) -> Prediction:
    retrying = stuck.get(StuckKind.ACTIVITY_RETRYING) or stuck.get(StuckKind.ENGINES_DISAGREE)
    if retrying is None or not _is_asked_again(retrying):
        return Prediction(does=False, sentence="No service is being asked again for it.")
    operation = retrying.detail.get("operation", "what it needs")
    return Prediction(does=True, sentence=f"The service is asked at once: {operation}. {NOTHING_TWICE}")


def _is_asked_again(finding: Finding) -> bool:
    """Whether a service is asked for it again and again, and the journey is not parked."""
    return "attempts" in finding.detail


def _of_hold(standing: Standing) -> Prediction:
    if standing.on_hold:
        return Prediction(does=False, sentence="The case is on hold already.")
    due = standing.due_now
    stops = f"The date of {_step(standing.step)}, {clock.day_in_words(due.day)}, stops." if due else "No date stops."
    runs = _dates_of_law(standing)
    return Prediction(does=True, sentence=f"{stops} Dates of law run on{': ' + runs if runs else ''}.")


def _of_end(standing: Standing, given: Mapping[str, str]) -> Prediction:
    """What ends with a case, what the law asks for all the same, and that there is no way back."""
    runs = _dates_of_law(standing, but=OF_THE_CASE)
    law = f"Dates of law still run: {runs}." if runs else "No date of law runs on."
    return Prediction(
        does=True,
        sentence=f"The case ends {in_words(Action.END, given)}, with that day as its last. Its journey ends, and so do "
        f"its money and support where any is arranged. {law} This cannot be taken back.",
    )


def _of_assign(standing: Standing, team: str) -> Prediction:
    if standing.team == team:
        return Prediction(does=False, sentence=f"The team {team} looks after it already.")
    before = f"from the team {standing.team}" if standing.team else "from no team"
    return Prediction(does=True, sentence=f"The case goes {before} to the team {team}. Nothing else changes.")


def _of_escalate(standing: Standing, role: str) -> Prediction:
    before = f"brought before {role_in_words(role)}"
    if standing.escalated_to == role:
        return Prediction(does=False, sentence=f"The case has been {before} already, and has not gone on since.")
    return Prediction(
        does=True, sentence=f"The case is {before}, until it goes on. Its step and its dates stay as they are."
    )


def _dates_of_law(standing: Standing, but: Collection[str] = ()) -> str:
    law = sorted((due_on, name) for name, due_on in standing.clocks.items() if name not in but)
    return ", ".join(f"{name.partition(BETWEEN)[0].replace('_', ' ')} ({_day(due_on)})" for due_on, name in law)


def _of_release(standing: Standing) -> Prediction:
    if not standing.on_hold:
        return Prediction(does=False, sentence="The case is not on hold.")
    return Prediction(
        does=True,
        sentence="The case goes on. Its date of practice moves by the days that the hold has lasted.",
    )


def _step(stage: Stage) -> str:
    return STEP_NAMES[stage][0].lower() + STEP_NAMES[stage][1:]


def _day(due_on: str) -> str:
    return clock.day_in_words(date.fromisoformat(due_on))


@dataclass(frozen=True, slots=True)
class Proof:
    """What a case was found to be when it was looked at again."""

    outcome: Outcome
    seen: str


BY_ROWS = frozenset({Action.ASSIGN, Action.ESCALATE})
"""What changes nothing in a journey: it is proved by what the feed says of the case."""


def prove_by_row(action: Action, given: Mapping[str, str], heard: int, now: Standing) -> Proof | None:
    """What has become of a case, by its events; None while they do not say. `heard` is the last one before."""
    if now.ending:
        return Proof(Outcome.MOVED, "The case has ended.")
    if action is Action.ASSIGN:
        return Proof(Outcome.MOVED, f"The team {now.team} looks after it.") if now.team == given["team"] else None
    if now.escalated_to == given["escalate_to"]:
        return Proof(Outcome.MOVED, f"The case has been brought before {role_in_words(now.escalated_to)}.")
    return Proof(Outcome.MOVED, "The case has gone on.") if now.since.position > heard else None


def prove(action: Action, heard: int, now: JourneyStanding) -> Proof | None:
    """What has become of a case, by what its journey says now; None while that cannot be told yet.

    `heard` is the position of its last event before the repair. What a journey asks proves nothing before it is
    answered.
    """
    if now.ending is not None and action is not Action.SKIP:
        return Proof(Outcome.MOVED, "The case has ended.")
    if action is Action.END:
        return None
    if action is Action.HOLD:
        return Proof(Outcome.MOVED, now.sentence) if now.on_hold else None
    if action is Action.RELEASE:
        return Proof(Outcome.MOVED, now.sentence) if not now.on_hold else None
    has_heard = now.heard > heard or action is Action.RETRY
    if not has_heard or now.waiting_for is WaitingFor.SERVICE:
        return None
    if now.parked:
        return Proof(Outcome.CAME_BACK, now.sentence)
    return Proof(Outcome.MOVED, now.sentence)
