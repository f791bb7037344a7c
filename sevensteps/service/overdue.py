"""Dates that have passed, or that the law sets and that are near: each is recorded and told once."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import sqlalchemy as sa

from sevensteps.events import Payload, ReviewOverdue, ReviewWarned, StepOverdue
from sevensteps.fields import Fields
from sevensteps.service.work import Work
from sevensteps.steps import DueKind, Stage

ADD = sa.text(
    "INSERT INTO overdue (case_id, stage, turn, due_on, ahead, told_at)"
    " VALUES (:case_id, :stage, :turn, :due_on, :ahead, :told_at) ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("due_on", type_=sa.Date()))
OF_REVIEW = frozenset({Stage.LIFE_LIVED, Stage.SEEN_HOW_IT_WORKED})


class Request(Protocol):
    """What each service's RecordOverdueRequest holds."""

    stage: str
    turn: int
    due_on: str
    by_law: bool
    ahead: bool


class Record(Protocol):
    """What a service keeps of a case."""

    @property
    def case_id(self) -> str:
        """The case."""

    @property
    def council(self) -> str:
        """The council that holds it."""


@dataclass(frozen=True, slots=True)
class PassedDate:
    """The date of a step in its round or plan version (`turn`). `ahead`: the law sets it, and it is only near."""

    stage: Stage
    turn: int
    due_on: date
    by_law: bool
    ahead: bool

    def event(self) -> Payload:
        """The event that tells it."""
        due_on, kind = self.due_on.isoformat(), (DueKind.HARD if self.by_law else DueKind.SOFT).value
        if self.ahead:
            return ReviewWarned(self.turn, due_on)
        if self.stage in OF_REVIEW:
            return ReviewOverdue(self.turn, due_on, kind)
        return StepOverdue(self.stage.value, self.turn, due_on, kind)


def passed_date_of(request: Request, fields: Fields, *stages: Stage) -> PassedDate:
    """The date in a request of the journey, about one of the steps that a service owns."""
    stage = fields.among("stage", request.stage, stages)
    return PassedDate(
        stage=Stage(stage) if stage in stages else stages[0],
        turn=fields.count("turn", request.turn),
        due_on=fields.day("due_on", request.due_on),
        by_law=request.by_law,
        ahead=request.ahead,
    )


def record(work: Work, about: Record, passed: PassedDate) -> None:
    """Record that a date has passed, and tell it. Asked again about the same date, nothing more is told."""
    row = {
        "case_id": about.case_id,
        "stage": passed.stage.value,
        "turn": passed.turn,
        "due_on": passed.due_on,
        "ahead": passed.ahead,
        "told_at": work.now_text,
    }
    if work.connection.execute(ADD, row).rowcount:
        work.tell(about.case_id, about.council, passed.event())
