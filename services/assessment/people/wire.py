"""The circle of support between the wire and the domain."""

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from services.assessment.domain.people import CirclePerson, Newcomer, Permission, Resource, ShareScope
from services.assessment.facts import LONGEST_REASON
from sevensteps import clock
from sevensteps.api.assessment.v1 import people_pb2 as pb
from sevensteps.fields import Fields, moment, number_of

Permitting: TypeAlias = pb.AddPersonRequest | pb.ChangePermissionRequest
LONGEST_KNOWN = 120
"""Nobody has been around somebody for more years."""
LONGEST_PERMISSION = 20
"""Most years for which something may be shared without being asked anew."""


def newcomer_of(request: pb.AddPersonRequest, fields: Fields) -> Newcomer:
    """Somebody who is added."""
    today = clock.today()
    since = request.known_since
    return Newcomer(
        reference=fields.reference("reference", request.reference),
        role=fields.choice("role", request.role, pb.CircleRole),
        relation=fields.choice("relation", request.relation, pb.Relation),
        known_since=fields.day("known_since", since, earliest=clock.in_years(-LONGEST_KNOWN), latest=today)
        if since
        else today,
        permission=_permission(request, fields),
    )


def permission_of(request: pb.ChangePermissionRequest, fields: Fields) -> Permission:
    """What may be shared with somebody from now on."""
    fields.given("person_id", request.person_id)
    return _permission(request, fields)


def _permission(request: Permitting, fields: Fields) -> Permission:
    scopes = tuple(_scopes(request, fields))
    said = bool(scopes or request.permitted_by)
    by = fields.choice("permitted_by", request.permitted_by, pb.PermittedBy) if said else ""
    latest = clock.in_years(LONGEST_PERMISSION)
    first = fields.day("shared_from", request.shared_from, latest=latest) if request.shared_from else clock.today()
    until = request.shared_until
    return Permission(
        may_share=scopes,
        permitted_by=by,
        shared_from=first,
        shared_until=fields.day("shared_until", until, earliest=first, latest=latest) if until else None,
    )


def _scopes(request: Permitting, fields: Fields) -> Iterator[str]:
    seen: set[str] = set()
    for index, number in enumerate(request.may_share):
        scope = fields.choice(f"may_share[{index}]", number, pb.ShareScope)
        if scope in seen:
            fields.wrong(f"may_share[{index}]", "must not be named twice")
        seen.add(scope)
        yield scope


def helper_of(request: pb.HelpThroughRequest, fields: Fields) -> str:
    """Through whom somebody helps."""
    fields.given("person_id", request.person_id)
    return request.through_person_id


def removal_of(request: pb.RemovePersonRequest, fields: Fields) -> str:
    """Why somebody leaves the circle."""
    fields.given("person_id", request.person_id)
    return fields.text("because", request.because, limit=LONGEST_REASON)


def asked_of(request: pb.GetPermissionRequest) -> tuple[ShareScope, date | None]:
    """What is asked about, and for which day. Raises a Fault (INVALID)."""
    fields = Fields()
    fields.given("case_id", request.case_id)
    fields.given("person_id", request.person_id)
    scope = fields.choice("scope", request.scope, pb.ShareScope)
    on = fields.day("on", request.on) if request.on else None
    fields.check()
    return ShareScope(scope), on


def resource_of(request: pb.RecordResourceRequest, fields: Fields) -> tuple[str, str]:
    """The kind of something that the person can count on, and what it is."""
    kind = fields.choice("kind", request.kind, pb.ResourceKind)
    return kind, fields.text("about", request.about, limit=LONGEST_REASON)


def end_of(request: pb.EndResourceRequest, fields: Fields) -> date:
    """Since when something is not there."""
    fields.given("resource_id", request.resource_id)
    today = clock.today()
    if not request.ended_on:
        return today
    return fields.day("ended_on", request.ended_on, earliest=clock.in_years(-1), latest=today)


def person_message(person: CirclePerson) -> pb.CirclePerson:
    """Somebody of the circle as they go on the wire. With who has left it, nothing is shared."""
    shared = person.permission if person.removed_on is None else None
    return pb.CirclePerson(
        person_id=person.person_id,
        reference=person.reference,
        role=number_of(pb.CircleRole, person.role),
        relation=number_of(pb.Relation, person.relation),
        helps_through=person.helps_through,
        known_since=person.known_since.isoformat(),
        may_share=_scope_numbers(shared) if shared else [],
        permitted_by=number_of(pb.PermittedBy, shared.permitted_by if shared else ""),
        shared_from=shared.shared_from.isoformat() if shared else "",
        shared_until=_written(shared.shared_until if shared else None),
        removed_on=_written(person.removed_on),
        removed_because=person.removed_because,
        added_by=person.added_by,
        added_at=moment(person.added_at),
        permissions=[_permission_message(each) for each in person.permissions],
    )


def _permission_message(permission: Permission) -> pb.Permission:
    return pb.Permission(
        may_share=_scope_numbers(permission),
        permitted_by=number_of(pb.PermittedBy, permission.permitted_by),
        shared_from=permission.shared_from.isoformat(),
        shared_until=_written(permission.shared_until),
        recorded_by=permission.recorded_by,
        recorded_at=moment(permission.recorded_at),
    )


def _scope_numbers(permission: Permission) -> list[pb.ShareScope.ValueType]:
    return [number_of(pb.ShareScope, scope) for scope in permission.may_share]


def _written(day: date | None) -> str:
    return day.isoformat() if day else ""


def resource_message(resource: Resource) -> pb.Resource:
    """Something that the person can count on, as it goes on the wire."""
    return pb.Resource(
        resource_id=resource.resource_id,
        kind=number_of(pb.ResourceKind, resource.kind),
        about=resource.about,
        ended_on=_written(resource.ended_on),
        recorded_by=resource.recorded_by,
        recorded_at=moment(resource.recorded_at),
    )
