"""What a person is owed in writing after a determination: opened with it, closed when it is given."""

from datetime import date

import sqlalchemy as sa

from services.assessment.domain.case import Case
from services.assessment.domain.determination import Determination
from services.assessment.domain.written import Given, Written, WrittenKind, kinds_owed
from services.assessment.tables import written
from sevensteps.errors import Fault
from sevensteps.events import StepOverdue
from sevensteps.service.records import as_row, matching
from sevensteps.service.work import Work
from sevensteps.steps import DueKind, Stage

ADD = written.insert()
OF_ROUND = sa.select(written).where(*matching(written, "case_id", "round")).order_by(written.c.kind.desc())
THE_ONE = (
    written.c.case_id == sa.bindparam("the_case"),
    written.c.round == sa.bindparam("the_round"),
    written.c.kind == sa.bindparam("the_kind"),
)
GIVE = (
    written.update().where(*THE_ONE).values({name: sa.bindparam(name) for name in ("given_on", "recorded_by", "how")})
)
TELL = (
    written.update()
    .where(*THE_ONE, written.c.given_on.is_(None), written.c.overdue_told == sa.false())
    .values(overdue_told=True)
)


def owe(work: Work, case: Case, determination: Determination) -> dict[WrittenKind, date]:
    """Set the clocks of what is owed in writing from today, the day of the determination; answers by when."""
    due = {kind: _due(work, case, kind) for kind in kinds_owed(eligible=determination.eligible)}
    for kind, due_on in due.items():
        work.connection.execute(ADD, as_row(Written(case.case_id, case.round, kind, due_on)))
    return due


def _due(work: Work, case: Case, kind: WrittenKind) -> date:
    """By the pack with which the assessment began; where that does not know the bank holidays yet, by the one in force.

    So no case waits for ever with a pack that nobody can mend any more.
    """
    facts = {"clock": kind.value, "started_on": work.today.isoformat()}
    about = {"case_id": case.case_id, "council": case.council}
    try:
        return work.decide("deadlines", work.today, facts, **about, version=case.pack).day("due")
    except Fault as fault:
        if fault.reason != "PARAMETER_MISSING":
            raise
        return work.decide("deadlines", work.today, facts, **about).day("due")


def owed(work: Work, case_id: str, round_: int) -> list[Written]:
    """What is owed in writing after the determination of a round, the record first."""
    rows = work.connection.execute(OF_ROUND, {"case_id": case_id, "round": round_}).mappings()
    return [Written(**{**row, "kind": WrittenKind(row["kind"])}) for row in rows]


def give(work: Work, case: Case, kind: WrittenKind, given: Given) -> Written:
    """Record that it was given. Raises a Fault where it was given before."""
    so_far = next((each for each in owed(work, case.case_id, case.round) if each.kind is kind), None)
    if so_far is None:  # confirmed by a version that set no clock
        so_far = Written(case.case_id, case.round, kind, None)
        work.connection.execute(ADD, as_row(so_far))
    done = so_far.give(given, by=work.actor.subject, today=work.today)
    changed = {"given_on": done.given_on, "recorded_by": done.recorded_by, "how": done.how}
    work.connection.execute(GIVE, changed | _key(case, case.round, kind))
    return done


def _key(case: Case, round_: int, kind: WrittenKind) -> dict[str, object]:
    return {"the_case": case.case_id, "the_round": round_, "the_kind": kind.value}


def is_given(work: Work, case: Case, kind: WrittenKind) -> bool:
    """Whether it was given in the case's round."""
    return any(each.kind is kind and each.given_on for each in owed(work, case.case_id, case.round))


def record_overdue(work: Work, case: Case, kind: WrittenKind, *, round_: int, due_on: date) -> None:
    """Record that the date has passed and it is not given, and tell it: once."""
    if work.connection.execute(TELL, _key(case, round_, kind)).rowcount:
        event = StepOverdue(Stage.MONEY_FOUND.value, round_, due_on.isoformat(), DueKind.HARD.value, kind.value)
        work.tell(case.case_id, case.council, event)
