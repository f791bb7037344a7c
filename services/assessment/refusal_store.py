"""How refusals of an assessment are stored. Statements are built once."""

import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.refusal import Refusal, Refusing, Revival, RevivedBy
from services.assessment.tables import refusals
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.work import Work

ADD = refusals.insert()
OF_CASE = in_part(sa.select(refusals).where(*matching(refusals, "case_id")).order_by(refusals.c.version))
NEWEST = sa.select(refusals).where(*matching(refusals, "case_id", "round")).order_by(refusals.c.version.desc()).limit(1)
REVIVAL = ("revived_by", "revived_on", "revived_because", "revival_recorded_by", "revival_recorded_at")
"""The columns of what revived the assessment, in the order of Revival's fields."""
REVIVE = (
    refusals.update()
    .where(refusals.c.refusal_id == sa.bindparam("the_refusal"))
    .values({name: sa.bindparam(name) for name in REVIVAL})
)
NOTHING_REVIVED = dict.fromkeys(REVIVAL, "") | {"revived_on": None}


def add(work: Work, case: Case, refusal: Refusal) -> None:
    """Store a new refusal, before the case is changed by it."""
    row = as_row(refusal) | as_row(refusal.refusing) | NOTHING_REVIVED | {"version": case.version}
    del row["refusing"], row["revival"]
    work.connection.execute(ADD, row)


def revive(work: Work, refusal: Refusal) -> None:
    """Store what revived the assessment."""
    if refusal.revival:
        values = dict(zip(REVIVAL, as_row(refusal.revival).values(), strict=True))
        work.connection.execute(REVIVE, values | {"the_refusal": refusal.refusal_id})


def newest_of_round(work: Work, case: Case) -> Refusal | None:
    """The newest refusal of the case's round."""
    key = {"case_id": case.case_id, "round": case.round}
    row = work.connection.execute(NEWEST, key).mappings().first()
    return _refusal(row) if row else None


def refusals_of(work: Work, case_id: str, after: int, size: int) -> list[Refusal]:
    """The refusals of a case, in the order in which they were recorded. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_refusal(row) for row in rows(work, OF_CASE, case_id, after, size)]


def _refusal(row: sa.RowMapping) -> Refusal:
    by, *rest = (row[name] for name in REVIVAL)
    return Refusal(
        refusal_id=row["refusal_id"],
        case_id=row["case_id"],
        round=row["round"],
        refusing=Refusing(**{name: row[name] for name in Refusing.__dataclass_fields__}),
        recorded_by=row["recorded_by"],
        recorded_at=row["recorded_at"],
        revival=Revival(RevivedBy(by), *rest) if by else None,
    )
