"""The words for where cases stand and what is stuck, as people type and read them; the glossary explains them.

Each member has the name that the contract of operations gives it.
"""

from collections.abc import Mapping
from enum import StrEnum

LAW_DATES: Mapping[str, str] = {
    "written_record": "the written record of the assessment",
    "advice": "the written reasons and advice",
    "review_by_law": "the review of the plan",
    "complaint_acknowledged": "the first reply to a complaint",
    "complaint_answered": "the answer to a complaint",
    "access_request": "the answer to a person who asked for their own data",
}
"""What the law sets a last day for, by the name of its clock."""


class WordFor(StrEnum):
    """A word that is typed with hyphens, and read with spaces."""

    @property
    def words(self) -> str:
        """As people read it."""
        return self.value.replace("-", " ")


class Stuck(WordFor):
    """How a case can be stuck."""

    WORKER_MISSING = "no-worker"
    ACTIVITY_RETRYING = "no-answer"
    WORKFLOW_TASK_FAILING = "journey-fails"
    PERSON_PAST_DUE = "late"
    OUTSIDE_PARTY_PAST_DUE = "others-late"
    CLOCK_BREACHED = "law-date-passed"
    CLOCK_NEAR = "law-date-near"
    EFFECT_MISSING = "no-effect"
    PARKED = "parked"
    ENGINES_DISAGREE = "engines-disagree"
    PACK_REFUSED = "pack-refused"
    EVENTS_NOT_MOVING = "events-held-up"
    JOURNEY_MISSING = "no-journey"
    JOURNEY_STOPPED = "journey-stopped"
    PART_NOT_ANSWERING = "part-silent"
    DOCUMENT_MISSING = "no-letter"


class Turn(WordFor):
    """Whose turn it is."""

    PERSON = "person"
    PRACTITIONER = "practitioner"
    APPROVER = "approver"
    PROVIDER = "provider"
    FINANCE = "finance"
    CLOCK = "clock"
    SYSTEM = "system"


class Waits(WordFor):
    """What a case waits for."""

    SERVICE = "service"
    DETERMINATION = "determination"
    ADVICE = "advice"
    INDICATIVE_BUDGET = "indicative-budget"
    PLAN = "plan"
    DECISION = "decision"
    MONEY = "money"
    SUPPORT = "support"
    REVIEW_DATE = "review-date"
    REVIEW = "review"
    RELEASE = "release"
    NOTHING = "nothing"


class SortedBy(WordFor):
    """What a list of cases is sorted by."""

    OPENED = "opened"
    DUE = "due"
    SINCE = "since"
    STEP = "step"


class CaseKind(WordFor):
    """Whose needs a case is about."""

    ADULT = "adult"
    CARER = "carer"


class Repairs(WordFor):
    """What a repair does to each of its cases."""

    RESUME = "resume"
    REBUILD = "rebuild"
    RETRY = "retry"
    HOLD = "hold"
    RELEASE = "release"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    END = "end"
    REPLAY = "replay"
    SKIP = "skip"
    CORRECT = "correct"


class RepairStands(WordFor):
    """How far a repair is."""

    PLANNED = "planned"
    RUNNING = "running"
    WAITING = "waiting"
    STOPPED = "stopped"
    DONE = "done"


class Became(WordFor):
    """What has become of one case of a repair."""

    MOVED = "moved"
    CAME_BACK = "came-back"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    LEFT_OUT = "left-out"
