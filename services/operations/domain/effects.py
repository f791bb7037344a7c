"""What the suite itself owes a case: the next step, its end, a review, or word that a date has passed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.operations.domain.dates import begin_of
from services.operations.domain.standing import Standing
from sevensteps.steps import STEP_NAMES, Stage
from sevensteps.temporal import WaitingFor

LOOKED_INTO = timedelta(seconds=20)
"""How long a case has waited for the suite before it is asked why."""
LATE = timedelta(seconds=45)
"""How long, before it is told that something is missing although no reason was found."""
REVIEW_LATE = timedelta(hours=1)
"""The same after the date on which a review opens by itself."""
TOLD_LATE = timedelta(days=1, hours=1)
"""The same after a date that has passed, of which the day itself still counts."""
OWNERS = {
    Stage.MONEY_FOUND: "assessment",
    Stage.PLAN_MADE: "planning",
    Stage.PLAN_AGREED: "approval",
    Stage.MONEY_ORGANISED: "planning",
    Stage.SUPPORT_ORGANISED: "planning",
    Stage.LIFE_LIVED: "review",
    Stage.SEEN_HOW_IT_WORKED: "review",
}
"""The service that owns each step."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What has not followed by itself: of which case, since when, in words, and `key` for all that miss the same.

    `sender` is the service that has told of what led to it, `heard` the position of the case's last event: what has
    moved since then owes something else.
    """

    case_id: str
    council: str
    key: str
    effect: str
    since: datetime
    sender: str
    heard: int

    def is_late(self, now: datetime) -> bool:
        """Whether it is told to be missing even where nobody knows why."""
        return now - self.since >= LATE


def owed(standing: Standing, now: datetime) -> Owed | None:
    """What the suite owes a case for so long that it is asked why; None where it owes nothing yet."""
    if standing.ending:
        return None
    waiting_for, since = standing.waits
    due = standing.due_now
    midnight = begin_of(due.day) if due else None
    if waiting_for is WaitingFor.SERVICE:
        began = datetime.fromisoformat(since.at)
        return _next_step(standing, began) if now - began >= LOOKED_INTO else None
    if midnight is None or due is None:
        return None
    if waiting_for is WaitingFor.REVIEW_DATE:
        is_late = now - midnight >= REVIEW_LATE
        return _owed(standing, "review", "The review", midnight) if is_late else None
    if now - midnight >= TOLD_LATE and standing.told < due.on:
        return _owed(standing, "told", "Word that its date has passed", midnight + timedelta(days=1))
    return None


def _next_step(standing: Standing, since: datetime) -> Owed:
    if standing.next_stage is None:
        return _owed(standing, "end", "The end of the case", since)
    number, _, name = STEP_NAMES[standing.next_stage].partition(": ")
    return _owed(standing, standing.next_stage, f"{number} ({name})", since)


def _owed(standing: Standing, key: str, effect: str, since: datetime) -> Owed:
    return Owed(
        standing.case_id,
        standing.council,
        key,
        effect,
        since,
        OWNERS[standing.stage],
        standing.heard,
    )
