"""How the circle of support is stored. Statements are built once."""

from datetime import date

import msgspec
import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.people import CirclePerson, Permission, Resource, resource_gone
from services.assessment.people_store import circle_person
from services.assessment.tables import circle, permissions, resources
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.work import Work

ADD = circle.insert()
ADD_PERMISSION = permissions.insert()
ADD_RESOURCE = resources.insert()
CHANGE = (
    circle.update()
    .where(circle.c.person_id == sa.bindparam("the_person"))
    .values({name: sa.bindparam(name) for name in ("helps_through", "removed_on", "removed_because")})
)
END_RESOURCE = (
    resources.update()
    .where(resources.c.resource_id == sa.bindparam("the_resource"))
    .values(ended_on=sa.bindparam("last_day"))
)
HERE = sa.select(circle.c.person_id).where(*matching(circle, "case_id", "reference"), circle.c.removed_on.is_(None))
THROUGH = sa.select(circle.c.person_id, circle.c.helps_through).where(
    *matching(circle, "case_id"), circle.c.helps_through != ""
)
OF_CASE = in_part(sa.select(circle).where(*matching(circle, "case_id")).order_by(circle.c.version))
RESOURCE = sa.select(resources).where(*matching(resources, "case_id", "resource_id"))
RESOURCES = in_part(sa.select(resources).where(*matching(resources, "case_id")).order_by(resources.c.version))


def add(work: Work, case: Case, person: CirclePerson) -> None:
    """Store somebody new with their permission, before the case is changed by it."""
    row = as_row(person)
    del row["permissions"]
    work.connection.execute(ADD, row | {"version": case.version})
    add_permission(work, case, person.person_id, person.permission)


def add_permission(work: Work, case: Case, person_id: str, permission: Permission) -> None:
    """Store another permission of somebody."""
    scopes = msgspec.json.encode(permission.may_share).decode()
    key = {"person_id": person_id, "version": case.version}
    work.connection.execute(ADD_PERMISSION, as_row(permission) | key | {"may_share": scopes})


def change(work: Work, person: CirclePerson) -> None:
    """Store through whom somebody helps, or that they were removed."""
    changed = {name: getattr(person, name) for name in ("helps_through", "removed_on", "removed_because")}
    work.connection.execute(CHANGE, changed | {"the_person": person.person_id})


def in_circle(work: Work, case_id: str, reference: str) -> str | None:
    """The id of somebody in the circle by their reference; None for nobody."""
    row = work.connection.execute(HERE, {"case_id": case_id, "reference": reference}).first()
    return row.person_id if row else None


def helps_through(work: Work, case_id: str) -> dict[str, str]:
    """Through whom those of the circle help who help through somebody."""
    return {row.person_id: row.helps_through for row in work.connection.execute(THROUGH, {"case_id": case_id})}


def people_of(work: Work, case_id: str, after: int, size: int) -> list[CirclePerson]:
    """The circle of a case, in the order in which they were added. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [circle_person(work, dict(row)) for row in rows(work, OF_CASE, case_id, after, size)]


def add_resource(work: Work, case: Case, resource: Resource) -> None:
    """Store something that the person can count on."""
    work.connection.execute(ADD_RESOURCE, as_row(resource) | {"case_id": case.case_id, "version": case.version})


def end_resource(work: Work, case: Case, resource_id: str, ended_on: date) -> Resource:
    """Store since when it is not there. Raises a Fault where it was never there, or has ended before."""
    row = work.connection.execute(RESOURCE, {"case_id": case.case_id, "resource_id": resource_id}).mappings().first()
    if row is None or row["ended_on"]:
        raise resource_gone(case.case_id, row["ended_on"] if row else None)
    work.connection.execute(END_RESOURCE, {"the_resource": resource_id, "last_day": ended_on})
    return _resource({**row, "ended_on": ended_on})


def resources_of(work: Work, case_id: str, after: int, size: int) -> list[Resource]:
    """What the person can count on, in the order in which it was recorded. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_resource({**row}) for row in rows(work, RESOURCES, case_id, after, size)]


def _resource(row: dict[str, object]) -> Resource:
    return Resource(**{name: row[name] for name in Resource.__dataclass_fields__})  # type: ignore[arg-type]
