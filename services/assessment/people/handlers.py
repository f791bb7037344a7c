"""The use cases of the circle of support, one function each."""

from dataclasses import replace
from datetime import date

from services.assessment import people_store, store
from services.assessment.domain.case import Case
from services.assessment.domain.people import (
    CirclePerson,
    Newcomer,
    Permission,
    Resource,
    ShareScope,
    ensure_not_circular,
    in_circle_already,
)
from services.assessment.people import store as circle
from sevensteps.events import (
    CirclePermissionChanged,
    CirclePersonAdded,
    CirclePersonRemoved,
    HelpThroughChanged,
    ResourceEnded,
    ResourceRecorded,
)
from sevensteps.service.work import Work, new_id


def add_person(work: Work, newcomer: Newcomer, *, case_id: str, etag: str) -> tuple[CirclePerson, Case]:
    """Add somebody to the circle, with what may be shared with them."""
    case = _open_case(work, case_id, etag)
    newcomer.ensure_somebody_else(case)
    if known := circle.in_circle(work, case_id, newcomer.reference):
        raise in_circle_already(case_id, known)
    person = CirclePerson(
        person_id=new_id("person"),
        case_id=case_id,
        reference=newcomer.reference,
        role=newcomer.role,
        relation=newcomer.relation,
        known_since=newcomer.known_since,
        added_by=work.actor.subject,
        added_at=work.now_text,
        permissions=(_recorded(work, newcomer.permission),),
    )
    circle.add(work, case, person)
    event = CirclePersonAdded(person.person_id, person.role, *_shared(person.permission))
    return person, store.change_case(work, case, event)


def change_permission(
    work: Work, permission: Permission, *, case_id: str, etag: str, person_id: str
) -> tuple[CirclePerson, Case]:
    """Change what may be shared with somebody of the circle, from this moment on."""
    case = _open_case(work, case_id, etag)
    person = people_store.person_here(work, case_id, person_id).permit(_recorded(work, permission))
    circle.add_permission(work, case, person_id, person.permission)
    event = CirclePermissionChanged(person_id, *_shared(person.permission))
    return person, store.change_case(work, case, event)


def help_through(work: Work, *, case_id: str, etag: str, person_id: str, through: str) -> tuple[CirclePerson, Case]:
    """Say through whom somebody helps; nobody for by themselves. Raises a Fault where that leads back to them."""
    case = _open_case(work, case_id, etag)
    person = replace(people_store.person_here(work, case_id, person_id), helps_through=through)
    if through:
        people_store.person_here(work, case_id, through)
        ensure_not_circular(person_id, through, circle.helps_through(work, case_id))
    circle.change(work, person)
    return person, store.change_case(work, case, HelpThroughChanged(person_id, through))


def remove_person(work: Work, *, case_id: str, etag: str, person_id: str, because: str) -> tuple[CirclePerson, Case]:
    """Take somebody out of the circle: from now on nothing is shared with them."""
    case = _open_case(work, case_id, etag)
    person = people_store.person_here(work, case_id, person_id).remove(work.today, because)
    circle.change(work, person)
    event = CirclePersonRemoved(person_id, work.today.isoformat())
    return person, store.change_case(work, case, event)


def may_share(work: Work, *, case_id: str, person_id: str, scope: ShareScope, on: date | None) -> bool:
    """Whether a part of the case may be shared with somebody on a day, or today."""
    store.case(work, case_id)
    return people_store.may_share(work, case_id, person_id, scope, on or work.today)


def record_resource(work: Work, *, case_id: str, etag: str, kind: str, about: str) -> tuple[Resource, Case]:
    """Record something that the person can count on, other than people (s.9(6))."""
    case = _open_case(work, case_id, etag)
    resource = Resource(new_id("resource"), kind, about, work.actor.subject, work.now_text)
    circle.add_resource(work, case, resource)
    return resource, store.change_case(work, case, ResourceRecorded(resource.resource_id, kind))


def end_resource(work: Work, *, case_id: str, etag: str, resource_id: str, ended_on: date) -> tuple[Resource, Case]:
    """Record that the person cannot count on something any more."""
    case = _open_case(work, case_id, etag)
    resource = circle.end_resource(work, case, resource_id, ended_on)
    return resource, store.change_case(work, case, ResourceEnded(resource_id, ended_on.isoformat()))


def _open_case(work: Work, case_id: str, etag: str) -> Case:
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    return case


def _recorded(work: Work, permission: Permission) -> Permission:
    return replace(permission, recorded_by=work.actor.subject, recorded_at=work.now_text)


def _shared(permission: Permission) -> tuple[list[str], str, str]:
    """What an event says of a permission: which parts of the case, from which day, until which."""
    until = permission.shared_until.isoformat() if permission.shared_until else ""
    return list(permission.may_share), permission.shared_from.isoformat(), until
