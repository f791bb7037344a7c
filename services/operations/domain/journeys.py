"""What Temporal has said of the journeys, and what is stuck by that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.whom import Whom
from sevensteps.clock import moment_in_words
from sevensteps.temporal import TELLS_A_DATE, Parked

DISAGREE = "ENGINES_DISAGREE"
"""Why a service refuses what it cannot decide, because its two evaluators differ."""
FROM_TEMPORAL = frozenset(
    {
        StuckKind.WORKER_MISSING,
        StuckKind.ACTIVITY_RETRYING,
        StuckKind.WORKFLOW_TASK_FAILING,
        StuckKind.PARKED,
        StuckKind.ENGINES_DISAGREE,
        StuckKind.JOURNEY_MISSING,
        StuckKind.JOURNEY_STOPPED,
    }
)
"""What only Temporal can tell."""
TASKS: Mapping[str, str] = {
    "OpenAssessment": "open the next assessment",
    "EndCase": "end the case",
    "OpenPlan": "open the plan",
    "OpenMoney": "open the step of the money",
    "OpenSupport": "open the step of the support",
    "ClosePlanning": "close what is planned",
    "OpenApproval": "check the plan",
    "CloseApproval": "close the approval",
    "OpenLife": "open the next round of life",
    "OpenReview": "open the review",
    "CloseReview": "close the reviews",
    TELLS_A_DATE: "note that a date has passed",
}
"""What journeys ask the services to do, in words."""
NOT_TOLD = Parked("A request", "NOT_KNOWN_YET", "no worker says what it was")


@dataclass(frozen=True, slots=True)
class Case:
    """A case as far as a finding names it: since when it has waited, and the position of its last event.

    `opened` is that of the event that opened it, where that is asked for.
    """

    case_id: str
    council: str
    since: datetime
    heard: int
    opened: int = 0


@dataclass(frozen=True, slots=True)
class Retrying:
    """An operation that is asked for again and again: of which service, how often, and how the last attempt ended."""

    operation: str
    service: str
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Failing:
    """Code of a journey that fails, how often in a row, and how."""

    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How and when a journey's last run ended, and the reason that somebody gave, if anybody did."""

    how: str
    at: datetime
    reason: str


def parked(case: Case, why: Parked | None) -> Finding:
    """A case whose journey is parked; `why` is None where it could not be asked."""
    why = why or NOT_TOLD
    kind = StuckKind.ENGINES_DISAGREE if why.reason == DISAGREE else StuckKind.PARKED
    operation = why.operation or "What the journey has heard"
    detail = {"operation": operation, "reason": why.reason, "detail": _sentence(why.detail)}
    return _of_case(case, kind, f"{kind}/{operation}/{why.reason}", detail)


def without_journey(case: Case, ended: Ended | None, found: datetime) -> Finding:
    """An open case that nothing moves: its journey has ended before it, or there is none."""
    if ended is None:
        return _of_case(case, StuckKind.JOURNEY_MISSING, StuckKind.JOURNEY_MISSING, {}, found)
    because = f" ({ended.reason})" if ended.reason else ""
    detail = {"how": ended.how, "at": moment_in_words(ended.at), "because": because}
    cause = f"{StuckKind.JOURNEY_STOPPED}/{ended.how}/{ended.reason}"
    return _of_case(case, StuckKind.JOURNEY_STOPPED, cause, detail, ended.at)


def retrying(case: Case, why: Retrying) -> Finding:
    """A case that waits for a service which does not do what it is asked, or cannot: its two evaluators differ."""
    detail = {
        "operation": why.operation,
        "task": TASKS.get(why.operation, why.operation),
        "service": why.service,
        "attempts": str(why.attempts),
        "reason": why.reason,
    }
    kind = StuckKind.ENGINES_DISAGREE if why.reason == DISAGREE else StuckKind.ACTIVITY_RETRYING
    cause = f"{kind}/{why.operation}/{why.reason}/{why.service}"
    return _of_case(case, kind, cause, detail)


def failing(case: Case, why: Failing) -> Finding:
    """A case whose journey cannot go on, because its code fails."""
    detail = {"attempts": str(why.attempts), "reason": why.reason}
    cause = f"{StuckKind.WORKFLOW_TASK_FAILING}/{why.reason}"
    return _of_case(case, StuckKind.WORKFLOW_TASK_FAILING, cause, detail)


def _of_case(
    case: Case, kind: StuckKind, cause: str, detail: Mapping[str, str], since: datetime | None = None
) -> Finding:
    return Finding.of_case(case, kind, cause, Whom.SYSTEM, since or case.since, detail=detail)


def _sentence(detail: str) -> str:
    return detail.rstrip(".") + "."
