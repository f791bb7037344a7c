"""Who is in the circle of support, and what may be shared with them: what other parts of step 1 have to know."""

from datetime import date

import msgspec
import sqlalchemy as sa

from services.assessment.domain.people import CirclePerson, Permission, ShareScope, person_not_found
from services.assessment.tables import circle, permissions
from sevensteps.service.records import matching
from sevensteps.service.statements import Row
from sevensteps.service.work import Work

PERSON = sa.select(circle).where(*matching(circle, "case_id", "person_id"))
PERSON_NAMED = sa.select(circle).where(*matching(circle, "case_id", "reference"), circle.c.removed_on.is_(None))
PERMISSIONS = sa.select(permissions).where(*matching(permissions, "person_id")).order_by(permissions.c.version)


def may_share(work: Work, case_id: str, person_id: str, scope: ShareScope, on: date) -> bool:
    """Whether a part of a case may be shared with somebody of its circle on a day; never with anybody else.

    Asked in the transaction in which something is shared, so that a permission that ends meanwhile counts no more. The
    caller has read the case, and so may see it.
    """
    person = person_of(work, case_id, person_id)
    return person is not None and person.may_be_told(scope, on)


def person_of(work: Work, case_id: str, person_id: str) -> CirclePerson | None:
    """Somebody who is, or was, in the circle of a case; None for anybody else."""
    row = work.connection.execute(PERSON, {"case_id": case_id, "person_id": person_id}).mappings().first()
    return circle_person(work, dict(row)) if row else None


def is_helper(work: Work, case_id: str, reference: str, on: date) -> bool:
    """Whether somebody of this reference is in the circle, and the assessment may be shared with them on a day."""
    row = work.connection.execute(PERSON_NAMED, {"case_id": case_id, "reference": reference}).mappings().first()
    return row is not None and circle_person(work, dict(row)).may_be_told(ShareScope.ASSESSMENT, on)


def person_here(work: Work, case_id: str, person_id: str) -> CirclePerson:
    """Somebody in the circle. Raises a Fault (NOT_FOUND), or (PRECONDITION, LEFT_CIRCLE)."""
    person = person_of(work, case_id, person_id)
    if person is None:
        raise person_not_found(case_id, person_id)
    person.ensure_here()
    return person


def circle_person(work: Work, row: Row) -> CirclePerson:
    """Somebody as they are stored, with every permission that they had."""
    del row["version"]
    found = work.connection.execute(PERMISSIONS, {"person_id": row["person_id"]}).mappings()
    return CirclePerson(**row, permissions=tuple(_permission(dict(each)) for each in found))


def _permission(row: Row) -> Permission:
    values = {name: row[name] for name in Permission.__dataclass_fields__}
    return Permission(**values | {"may_share": msgspec.json.decode(values["may_share"], type=tuple[str, ...])})
