"""How it is stored how each step felt. Statements are built once."""

from datetime import date

import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.feeling import Feeling, FeltCount, RecordedFeeling, counts_of
from services.assessment.tables import cases, feelings
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.work import Work

ADD = feelings.insert()
OF_CASE = in_part(sa.select(feelings).where(*matching(feelings, "case_id")).order_by(feelings.c.version))
ANSWERED = (feelings.c.step, feelings.c.listened_to, feelings.c.in_charge)


def add(work: Work, case: Case, recorded: RecordedFeeling) -> None:
    """Store how a step felt, before the case is changed by it."""
    row = as_row(recorded) | as_row(recorded.feeling) | {"case_id": case.case_id, "version": case.version}
    del row["feeling"]
    work.connection.execute(ADD, row)


def feelings_of(work: Work, case_id: str, after: int, size: int) -> list[RecordedFeeling]:
    """How the steps of a case felt, in the order of recording. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [
        RecordedFeeling(
            Feeling(**{name: row[name] for name in Feeling.__dataclass_fields__}),
            row["recorded_by"],
            row["recorded_at"],
        )
        for row in rows(work, OF_CASE, case_id, after, size)
    ]


def count(work: Work, first: date, last: date) -> list[FeltCount]:
    """How many of the actor's council gave which answer, from one day to another."""
    query = (
        sa.select(*ANSWERED, sa.func.count())
        .join_from(feelings, cases)
        .where(*work.own(cases.c.council), feelings.c.answered_on.between(first, last))
        .group_by(*ANSWERED)
    )
    return counts_of((row[0], row[1], row[2], row[3]) for row in work.connection.execute(query))
