"""How safeguarding concerns are stored. Statements are built once."""

import json

import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.concern import Concern, ConcernDecision, Raised, concern_not_found
from services.assessment.tables import concern_decisions, concerns
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.work import Work

ADD = concerns.insert()
ADD_DECISION = concern_decisions.insert()
CONCERN = sa.select(concerns).where(*matching(concerns, "case_id", "concern_id")).with_for_update()
DECIDED = (
    concerns.update().where(concerns.c.concern_id == sa.bindparam("the_concern")).values(version=sa.bindparam("now"))
)
OF_CASE = in_part(
    sa.select(concerns).where(*matching(concerns, "case_id")).order_by(concerns.c.raised_at, concerns.c.concern_id)
)
DECISIONS = (
    sa.select(concern_decisions).where(*matching(concern_decisions, "concern_id")).order_by(concern_decisions.c.version)
)


def add(work: Work, concern: Concern) -> None:
    """Store a new concern. It locks nothing that others may hold."""
    row = as_row(concern) | as_row(concern.raised) | {"kinds": json.dumps(concern.raised.kinds)}
    del row["raised"], row["decisions"]
    work.connection.execute(ADD, row)


def decide(work: Work, concern: Concern) -> None:
    """Store what was decided last about a concern."""
    key = {"concern_id": concern.concern_id, "version": concern.version}
    work.connection.execute(ADD_DECISION, as_row(concern.decisions[-1]) | key)
    work.connection.execute(DECIDED, {"the_concern": concern.concern_id, "now": concern.version})


def concern_to_change(work: Work, case: Case, concern_id: str, etag: str) -> Concern:
    """A concern, locked until the transaction ends. Raises a Fault: NOT_FOUND; ABORTED where the etag is stale."""
    key = {"case_id": case.case_id, "concern_id": concern_id}
    row = work.connection.execute(CONCERN, key).mappings().first()
    if row is None:
        raise concern_not_found(case.case_id, concern_id)
    work.check_etag(case.case_id, etag, row["version"])
    return _concern(work, row)


def concerns_of(work: Work, case_id: str, after: int, size: int) -> list[Concern]:
    """The concerns of a case, in the order in which they were raised. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_concern(work, row) for row in rows(work, OF_CASE, case_id, after, size)]


def _concern(work: Work, row: sa.RowMapping) -> Concern:
    raised = {name: row[name] for name in Raised.__dataclass_fields__} | {"kinds": tuple(json.loads(row["kinds"]))}
    decisions = work.connection.execute(DECISIONS, {"concern_id": row["concern_id"]}).mappings()
    return Concern(
        concern_id=row["concern_id"],
        case_id=row["case_id"],
        raised=Raised(**raised),
        raised_by=row["raised_by"],
        raised_at=row["raised_at"],
        version=row["version"],
        decisions=tuple(
            ConcernDecision(**{name: each[name] for name in ConcernDecision.__dataclass_fields__}) for each in decisions
        ),
    )
