"""A line of the list of cases: where a case stands, what it waits for and until when, and what is special about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date

from sevensteps import clock
from sevensteps.api.assessment.v1.assessment_pb2 import Case
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_words import Stuck
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import plain
from sevensteps.policy.model.verdict import Json
from sevensteps.steps import STEP_NAMES, Stage

OVERDUE: Mapping[str, str] = {
    "review_by_law": "review",
    "complaint_acknowledged": "complaint",
    "complaint_answered": "complaint",
}
"""What is overdue where the date of a clock has passed; otherwise it has the clock's own name."""
TOLD_BY_DATES = frozenset({Stuck.PERSON_PAST_DUE, Stuck.OUTSIDE_PARTY_PAST_DUE, Stuck.CLOCK_BREACHED})
"""Ways to be stuck that the dates of a line tell already."""
STANDING = ("stage", "waiting_for", "whom", "since", "due_on", "due_kind", "overdue", "parked")
"""What a program reads of where a case stands."""


def stuck_word(kind: pb.StuckKind.ValueType) -> Stuck:
    """A way to be stuck in words."""
    return Stuck[short_name(pb.StuckKind, kind).upper()]


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list. `case` is what assessment has of it, where the person's reference is wanted."""

    row: pb.CaseRow
    case: Case
    today: date

    @property
    def stuck(self) -> list[Stuck]:
        """In which ways it is stuck; that a date of law is near is among them."""
        return [stuck_word(kind) for kind in self.row.stuck]

    @property
    def is_stuck(self) -> bool:
        """Whether something has to be done, so that the case goes on."""
        return any(way is not Stuck.CLOCK_NEAR for way in self.stuck)

    @property
    def marks(self) -> list[str]:
        """What is special about it, in words, each once."""
        row = self.row
        own = {
            f"ended: {plain(row.ending)}": bool(row.ending),
            "overdue": self._has_passed(row.due_on),
            "on hold": bool(row.hold_reason),
            f"before the {plain(row.escalated_to)}": bool(row.escalated_to),
        }
        ways = [way.words for way in self.stuck if way not in TOLD_BY_DATES]
        by_law = [_overdue(each) for each in row.clocks if self._has_passed(each.due_on) and not self._is_of_step(each)]
        whose = [f"team {row.team}"] if row.team else []
        return list(dict.fromkeys([*(mark for mark, holds in own.items() if holds), *ways, *by_law, *whose]))

    def _is_of_step(self, running: pb.Clock) -> bool:
        """Whether it is the law's date of the step itself."""
        return not running.about and running.due_on == self.row.due_on

    def _has_passed(self, due_on: str) -> bool:
        """The day itself still counts."""
        return bool(due_on) and due_on < self.today.isoformat()

    def cells(self) -> dict[str, str]:
        """What each column has, by its name."""
        row = self.row
        return {
            "case": row.case_id,
            "reference": self.case.person_reference,
            "kind": row.case_kind,
            "council": row.council,
            "step": "" if row.ending else step_name(row.step),
            "waits for": "" if row.ending else plain(short_name(pb.WaitingFor, row.waiting_for)),
            "until": _date_in_words(row) if row.due_on else "",
            "": ", ".join(self.marks),
        }

    def as_json(self) -> dict[str, Json]:
        """The case for programs."""
        row = self.row
        return {
            "case_id": row.case_id,
            "council": row.council,
            "kind": row.case_kind,
            **self._person(),
            "opened_at": _moment(row, "opened_at"),
            "ending": row.ending,
            "on_hold": bool(row.hold_reason),
            "team": row.team or None,
            "escalated_to": row.escalated_to or None,
            **self._standing(),
            "waiting": [self._clock(each) for each in row.clocks if each.about],
            "clocks": [self._clock(each) for each in row.clocks if not each.about],
            "stuck": self.is_stuck,
            "stuck_by": [way.value for way in self.stuck],
        }

    def _person(self) -> dict[str, Json]:
        """What is known to assessment alone."""
        return {
            "person_reference": self.case.person_reference,
            "another_because": self.case.another_because,
            "linked_case_id": self.case.linked_case_id or None,
        }

    def _standing(self) -> dict[str, Json]:
        """Where it stands; null where it has ended, or there is no date."""
        row = self.row
        if row.ending:
            return dict.fromkeys(STANDING)
        return {
            "stage": short_name(pb.Step, row.step),
            "waiting_for": short_name(pb.WaitingFor, row.waiting_for),
            "whom": short_name(pb.Whom, row.whom) or None,
            "since": _moment(row, "since"),
            "due_on": row.due_on or None,
            "due_kind": short_name(pb.DueKind, row.due_kind) or None,
            "overdue": self._has_passed(row.due_on),
            "parked": Stuck.PARKED.words if Stuck.PARKED in self.stuck else None,
        }

    def _clock(self, running: pb.Clock) -> Json:
        own: dict[str, Json] = {"id": running.about} if running.about else {}
        return {
            **own, "clock": running.name, "due_on": running.due_on, "overdue": self._has_passed(running.due_on)
        }  # fmt: skip


def step_name(step: pb.Step.ValueType) -> str:
    """A step by its number and name."""
    return STEP_NAMES[Stage(short_name(pb.Step, step))].removeprefix("Step ")


def _overdue(running: pb.Clock) -> str:
    return f"{OVERDUE.get(running.name, plain(running.name))} overdue"


def _date_in_words(row: pb.CaseRow) -> str:
    law = " (law)" if row.due_kind == pb.DUE_KIND_HARD else ""
    return clock.day_in_words(date.fromisoformat(row.due_on)) + law


def _moment(row: pb.CaseRow, name: str) -> str:
    return clock.as_text(getattr(row, name).ToDatetime(tzinfo=UTC))
