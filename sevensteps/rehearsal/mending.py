"""Whether an exercise is mended: as operations see it now, whatever anybody says that they have done."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.rehearsal.exercises import Exercise, Harm, Rehearsal

OF_TIME = frozenset(
    {
        pb.STUCK_KIND_CLOCK_NEAR,
        pb.STUCK_KIND_CLOCK_BREACHED,
        pb.STUCK_KIND_PERSON_PAST_DUE,
        pb.STUCK_KIND_OUTSIDE_PARTY_PAST_DUE,
    }
)
"""What comes with time in any case, and was not done to it."""


class Mended(StrEnum):
    """How far an exercise has come."""

    YES = "mended"
    NO = "not mended yet"
    ENDED = "ended"
    """The case was ended while it was stuck. Nobody has mended it."""
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Seen:
    """What operations say of the cases and parts that were hurt. `is_known` where they have looked just now."""

    stuck: Collection[pb.Stuck]
    causes: Collection[pb.Cause]
    rows: Collection[pb.CaseRow]
    is_known: bool

    def state_of(self, exercise: Exercise) -> Mended:
        """How far an exercise has come."""
        if self.is_stuck(exercise):
            return Mended.NO
        row = next((each for each in self.rows if each.case_id == exercise.case_id), None)
        if row is None or not self.is_known:
            return Mended.UNKNOWN
        return Mended.ENDED if row.ending else Mended.YES

    def is_stuck(self, exercise: Exercise) -> bool:
        """Whether the part that was stopped is still away, or anything keeps the case, though not what did at first."""
        held = any(each.case_id == exercise.case_id and each.kind not in OF_TIME for each in self.stuck)
        return held or self._is_away(exercise.harm)

    def is_found(self, exercise: Exercise) -> bool:
        """Whether they find what was done to it."""
        kind = pb.StuckKind.Value(f"STUCK_KIND_{exercise.harm.stuck.name}")
        of_case = any((each.case_id, each.kind) == (exercise.case_id, kind) for each in self.stuck)
        return of_case or self._is_away(exercise.harm)

    def _is_away(self, harm: Harm) -> bool:
        cause_id = f"{harm.stuck.name.lower()}/{harm.part}"
        return bool(harm.part) and any(each.cause_id == cause_id for each in self.causes)


def stuck_request(rehearsal: Rehearsal) -> pb.ListStuckRequest:
    """What to ask for of the cases that were hurt."""
    return pb.ListStuckRequest(page_size=1000, filter=_cases(rehearsal))


def rows_request(rehearsal: Rehearsal) -> pb.ListCasesRequest:
    """The same for their rows."""
    return pb.ListCasesRequest(page_size=1000, filter=_cases(rehearsal))


def _cases(rehearsal: Rehearsal) -> pb.CaseFilter:
    return pb.CaseFilter(case_ids=[each.case_id for each in rehearsal.exercises])
