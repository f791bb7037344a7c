"""What is stuck, and in which way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from services.operations.domain.whom import Whom


class StuckKind(StrEnum):
    """How a case can be stuck."""

    WORKER_MISSING = "worker_missing"
    ACTIVITY_RETRYING = "activity_retrying"
    WORKFLOW_TASK_FAILING = "workflow_task_failing"
    PERSON_PAST_DUE = "person_past_due"
    OUTSIDE_PARTY_PAST_DUE = "outside_party_past_due"
    CLOCK_BREACHED = "clock_breached"
    CLOCK_NEAR = "clock_near"
    EFFECT_MISSING = "effect_missing"
    PARKED = "parked"
    ENGINES_DISAGREE = "engines_disagree"
    PACK_REFUSED = "pack_refused"
    EVENTS_NOT_MOVING = "events_not_moving"
    JOURNEY_MISSING = "journey_missing"
    JOURNEY_STOPPED = "journey_stopped"
    PART_NOT_ANSWERING = "part_not_answering"
    DOCUMENT_MISSING = "document_missing"


NOT_STUCK = frozenset({StuckKind.CLOCK_NEAR})
"""What is told before anything is wrong."""


class CaseNamed(Protocol):
    """Whatever says which case it is about."""

    @property
    def case_id(self) -> str:
        """Its id."""

    @property
    def council(self) -> str:
        """The council that holds it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is stuck: of a case, or of a part of the suite, which then `about` names and `case_id` does not.

    `cause` is the same for all that have one: two cases parked by the same refusal, or past the same kind of date.
    `detail` has what the sentence about it says: ids, names of parts, dates and numbers, never what people wrote.
    """

    about: str
    kind: StuckKind
    cause: str
    whom: Whom
    since: datetime
    case_id: str = ""
    council: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_case(
        cls, case: CaseNamed, kind: StuckKind, cause: str, whom: Whom, since: datetime, *, detail: Mapping[str, str]
    ) -> Self:
        """Something that is stuck of a case."""
        return cls(case.case_id, kind, cause, whom, since, case.case_id, case.council, detail)
