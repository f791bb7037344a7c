"""The names and values on which the worker and whoever looks at journeys agree. No personal data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from temporalio.common import SearchAttributeKey

from sevensteps.steps import STEP_NAMES, DueKind, Ending, Stage

JOURNEY = "Journey"
"""The workflow type: one journey a case."""
RUNNING = f"WorkflowType = '{JOURNEY}' AND ExecutionStatus = 'Running'"
"""What lists the running journeys."""
HEAR = "hear"
"""A signal: a Fact."""
HEAR_ALL = "hear_all"
"""Another: several facts at once, in order."""
STANDS = "stands"
"""A query: a Standing."""
HEARD_EVENTS = "heard_events"
"""Another: a Remembered."""

COUNCIL = SearchAttributeKey.for_keyword("Council")
STAGE = SearchAttributeKey.for_keyword("Stage")
WAITING_FOR = SearchAttributeKey.for_keyword("WaitingFor")
DUE_AT = SearchAttributeKey.for_datetime("DueAt")
DUE_KIND = SearchAttributeKey.for_keyword("DueKind")
SEARCH_ATTRIBUTES = (COUNCIL, STAGE, WAITING_FOR, DUE_AT, DUE_KIND)
"""What journeys can be looked up by. A Temporal server has to know all of them."""


def workflow_id(case_id: str) -> str:
    """The id under which Temporal knows the journey of a case."""
    return f"journey-{case_id}"


class WaitingFor(StrEnum):
    """What a journey waits for."""

    SERVICE = "service"
    DETERMINATION = "determination"
    ADVICE = "advice"
    INDICATIVE_BUDGET = "indicative_budget"
    PLAN = "plan"
    DECISION = "decision"
    MONEY = "money"
    SUPPORT = "support"
    REVIEW_DATE = "review_date"
    REVIEW = "review"
    RELEASE = "release"
    MEND = "mend"
    ENDING = "ending"
    NOTHING = "nothing"


OPEN_STEP_WAITS: Mapping[Stage, WaitingFor] = {
    Stage.MONEY_FOUND: WaitingFor.DETERMINATION,
    Stage.PLAN_MADE: WaitingFor.PLAN,
    Stage.PLAN_AGREED: WaitingFor.DECISION,
    Stage.MONEY_ORGANISED: WaitingFor.MONEY,
    Stage.SUPPORT_ORGANISED: WaitingFor.SUPPORT,
    Stage.LIFE_LIVED: WaitingFor.REVIEW_DATE,
    Stage.SEEN_HOW_IT_WORKED: WaitingFor.REVIEW,
}
"""What a step waits for when it is opened."""
PHRASES: Mapping[WaitingFor, str] = {
    WaitingFor.SERVICE: "a service to answer; it is asked until it does",
    WaitingFor.DETERMINATION: "a practitioner to confirm the determination",
    WaitingFor.ADVICE: "written reasons and advice to be given (s.13(5))",
    WaitingFor.INDICATIVE_BUDGET: "the indicative budget to be given",
    WaitingFor.PLAN: "the plan to be submitted",
    WaitingFor.DECISION: "somebody with authority to approve or return the plan",
    WaitingFor.MONEY: "every pound of the personal budget to have a holder",
    WaitingFor.SUPPORT: "every funded need to have an arrangement",
    WaitingFor.REVIEW_DATE: "the next review: its date, a request, or something that calls for it",
    WaitingFor.REVIEW: "the review to be completed",
    WaitingFor.RELEASE: "the hold to be released",
    WaitingFor.MEND: "operations to put right what stops it",
    WaitingFor.ENDING: "the case to be ended",
    WaitingFor.NOTHING: "nothing: the case has ended",
}
"""The same in words, to follow "waits for"."""

OF_LIFE = frozenset({Stage.LIFE_LIVED, Stage.SEEN_HOW_IT_WORKED})
"""The steps that are counted by rounds of life."""

TELLS_A_DATE = "RecordOverdue"
"""The request by which the service of a step is told that a date has passed. Nothing waits for it."""
ASKED: Mapping[str, str] = {
    "OpenAssessment": "assessment",
    "EndCase": "assessment",
    "OpenPlan": "planning",
    "OpenMoney": "planning",
    "OpenSupport": "planning",
    "ClosePlanning": "planning",
    "OpenApproval": "approval",
    "CloseApproval": "approval",
    "OpenLife": "review",
    "OpenReview": "review",
    "CloseReview": "review",
}
"""The service that each of a journey's requests goes to."""
ALSO_ASKED: Mapping[str, str] = {"OpenApproval": "planning"}
"""The service that is asked for the plan before."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Why a journey is parked: what it asked for, and why the service refuses however often it is asked.

    `operation` is empty where nothing was asked: then the journey cannot go on with what it has heard.
    """

    operation: str
    reason: str
    detail: str

    @property
    def sentence(self) -> str:
        """Why, in plain words."""
        refused = f"{self.operation} was refused ({self.reason}): " if self.operation else ""
        return refused + self.detail


def rebuild_advice(case_id: str) -> str:
    """What operations do with a journey that cannot go on with what it has heard."""
    return f"`sevensteps journeys rebuild {case_id}` starts its journey again from the feed."


@dataclass(frozen=True, slots=True)
class Remembered:
    """Which events a journey has heard: the position of the last, and the positions of those that it remembers.

    It remembers all that it has heard from the position `complete_from` on; None where it remembers none.
    """

    heard: int
    complete_from: int | None = None
    positions: list[int] = field(default_factory=list)

    def has_passed_over(self, position: int) -> bool:
        """Whether it has heard what came after the event at this position, but not that event."""
        is_known = self.complete_from is not None and self.complete_from <= position <= self.heard
        return is_known and position not in self.positions


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a journey stands.

    `due_on` is the present due date (YYYY-MM-DD), None where there is none or a hold has stopped its clock.
    `assessment_round`, `plan_version` and `life_round` count from 1; 0 means not yet. `heard` is the position in
    the feed of the last fact that reached it.
    """

    case_id: str
    stage: Stage
    assessment_round: int
    plan_version: int
    life_round: int
    waiting_for: WaitingFor
    due_on: str | None
    due_kind: DueKind | None
    on_hold: bool
    parked: Parked | None
    ending: Ending | None
    heard: int

    @property
    def turn(self) -> int:
        """The round or plan version of its step."""
        if self.stage is Stage.MONEY_FOUND:
            return self.assessment_round
        return self.life_round if self.stage in OF_LIFE else self.plan_version

    @property
    def step(self) -> str:
        """What the step is called to people."""
        return STEP_NAMES[self.stage]

    @property
    def sentence(self) -> str:
        """Where it stands, in plain words."""
        sentence = f"{self.step}. Waits for {PHRASES[self.waiting_for]}"
        if self.due_on:
            due = date.fromisoformat(self.due_on)
            law = " (law)" if self.due_kind is DueKind.HARD else ""
            sentence += f"; due {due.day} {due:%B %Y}{law}"
        if self.parked:
            sentence += f". {self.parked.sentence}"
        return sentence.rstrip(".") + "."
