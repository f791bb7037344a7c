"""The circle of support: roles, relations, what may be shared with whom, and what else the person can count on."""

from datetime import timedelta
from typing import cast

import pytest
from google.protobuf.message import Message

from integration.assessment.practice import Practice, call, days_ago, new_reference, newcomer, today
from servers.services import reason_of, refusal_of
from services.assessment import people_store
from services.assessment.domain.people import ShareScope
from sevensteps import clock
from sevensteps.api.assessment.v1 import people_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role

PLAN, REVIEWS, MONEY = pb.SHARE_SCOPE_PLAN, pb.SHARE_SCOPE_REVIEWS, pb.SHARE_SCOPE_MONEY
BY_PERSON = pb.PERMITTED_BY_PERSON


def in_days(days: int) -> str:
    """A day so many days ahead."""
    return days_ago(-days)


async def listed(work: Practice) -> list[pb.CirclePerson]:
    """The circle."""
    answer = await call(work.amy, "ListPeople", pb.ListPeopleRequest(case_id=work.case.case_id))
    return list(cast("pb.ListPeopleResponse", answer).people)


async def may_share(work: Practice, scope: pb.ShareScope.ValueType, on: str = "") -> bool:
    """Whether something may be shared with the one who was added last."""
    request = pb.GetPermissionRequest(case_id=work.case.case_id, person_id=work.person_id, scope=scope, on=on)
    return cast("pb.GetPermissionResponse", await call(work.amy, "GetPermission", request)).may_share


async def refused(work: Practice, request: Message) -> tuple[Kind, str, list[str]]:
    """How a change is refused: its kind, its reason and the fields that it names; the case stays as it is."""
    rpc, etag = request.DESCRIPTOR.name.removesuffix("Request"), (await work.read()).etag
    fault = await refusal_of(call(work.amy, rpc, work.on_case(request)))
    assert (await work.read()).etag == etag
    return fault.kind, fault.reason, [violation.field for violation in fault.violations]


@pytest.mark.item(6, 7)
async def test_the_circle_is_read_back_with_roles_and_permissions(work: Practice) -> None:
    """Family, friends, an advocate, a broker and an organisation; each with what may be shared, and on whose word."""
    await work.open()
    roles = ["FAMILY", "FRIEND", "ADVOCATE", "BROKER", "ORGANISATION"]
    for role in roles:
        await work.add_person(role=pb.CircleRole.Value(f"CIRCLE_ROLE_{role}"), known_since=days_ago(700))
    people = await listed(work)
    assert [pb.CircleRole.Name(person.role).removeprefix("CIRCLE_ROLE_") for person in people] == roles
    sister = people[0]
    assert (sister.relation, list(sister.may_share), sister.permitted_by) == (pb.RELATION_SIBLING, [PLAN], BY_PERSON)
    assert (sister.known_since, sister.shared_from, sister.shared_until) == (days_ago(700), today(), "")
    assert (sister.added_by, len(sister.permissions)) == ("amy", 1)


@pytest.mark.item(6)
async def test_what_may_be_shared_follows_the_permission(work: Practice) -> None:
    """Nothing but what is named, within its days; a change counts at once, and what was permitted stays on record."""
    await work.open()
    await work.add_person(shared_from=today(), shared_until=in_days(10))
    assert await may_share(work, PLAN)
    assert not await may_share(work, MONEY)
    assert await may_share(work, PLAN, in_days(10))
    assert not await may_share(work, PLAN, in_days(11))
    assert not await may_share(work, PLAN, days_ago(1))
    change = pb.ChangePermissionRequest(may_share=[REVIEWS], permitted_by=pb.PERMITTED_BY_BEST_INTERESTS)
    await work.do(change)
    assert not await may_share(work, PLAN)
    assert await may_share(work, REVIEWS)
    [person] = await listed(work)
    assert [list(each.may_share) for each in person.permissions] == [[PLAN], [REVIEWS]]
    await work.do(pb.ChangePermissionRequest())
    assert not await may_share(work, REVIEWS)


@pytest.mark.item(6)
async def test_nothing_is_shared_with_who_has_left_or_was_never_there(work: Practice) -> None:
    """They stay in the list with why they left; they cannot be changed any more, but added anew."""
    await work.open()
    reference = new_reference()
    await work.add_person(reference=reference)
    await work.do(pb.RemovePersonRequest(because="They fell out."))
    assert not await may_share(work, PLAN)
    [person] = await listed(work)
    assert (person.removed_on, person.removed_because, list(person.may_share)) == (today(), "They fell out.", [])
    change = pb.ChangePermissionRequest(may_share=[PLAN], permitted_by=BY_PERSON)
    assert await refused(work, change) == (Kind.PRECONDITION, "LEFT_CIRCLE", [])
    await work.add_person(reference=reference)
    assert await may_share(work, PLAN)
    work.person_id = "person-of-nobody"
    assert not await may_share(work, PLAN)
    assert await refused(work, change) == (Kind.NOT_FOUND, "PERSON_NOT_FOUND", [])


async def test_a_permission_that_ends_meanwhile_counts_no_more(work: Practice) -> None:
    """Who is about to share something asks in the same transaction, and another case's people are not of this one."""
    await work.open()
    await work.add_person(shared_until=today())
    case_id, person_id = work.case.case_id, work.person_id
    on = clock.today()

    async def asked(case: str, days: int) -> bool:
        def unit(connection: object) -> bool:
            holds = type("Holds", (), {"connection": connection})()
            return people_store.may_share(holds, case, person_id, ShareScope.PLAN, on + timedelta(days=days))

        return await work.running.store.read(unit)

    assert [await asked(case_id, 0), await asked(case_id, 1)] == [True, False]
    await work.open()
    assert not await asked(work.case.case_id, 0)


@pytest.mark.item(4)
async def test_who_helps_through_whom_never_leads_back(work: Practice) -> None:
    """A through B through C is kept; C through A is refused by its field, as is A through A; it can be undone."""
    await work.open()
    a, b, c = [(await work.add_person()).person_id for _ in range(3)]

    def through(who: str, whom: str) -> pb.HelpThroughRequest:
        work.person_id = who
        return pb.HelpThroughRequest(through_person_id=whom)

    await work.do(through(a, b))
    await work.do(through(b, c))
    circular = (Kind.INVALID, "FIELD_INVALID", ["through_person_id"])
    assert await refused(work, through(c, a)) == circular
    assert await refused(work, through(a, a)) == circular
    assert [person.helps_through for person in await listed(work)] == [b, c, ""]
    assert await refused(work, through(a, "person-of-nobody")) == (Kind.NOT_FOUND, "PERSON_NOT_FOUND", [])
    await work.do(through(a, ""))
    await work.do(through(c, a))
    assert [person.helps_through for person in await listed(work)] == ["", c, a]


@pytest.mark.item(7)
async def test_what_else_the_person_can_count_on(work: Practice) -> None:
    """A club and a trust; what is gone stays in the list with its last day, and is not ended twice."""
    await work.open()
    await work.record_a_resource()
    trust = pb.RecordResourceRequest(kind=pb.RESOURCE_KIND_TRUST, about="Three friends who decide together.")
    await work.do(trust)
    await work.do(pb.EndResourceRequest(ended_on=days_ago(2)))
    answer = await call(work.amy, "ListResources", pb.ListResourcesRequest(case_id=work.case.case_id))
    found = cast("pb.ListResourcesResponse", answer).resources
    assert [(each.about, each.ended_on) for each in found] == [
        ("The choir on Tuesdays.", days_ago(2)),
        ("Three friends who decide together.", ""),
    ]
    assert await refused(work, pb.EndResourceRequest()) == (Kind.PRECONDITION, "RESOURCE_ENDED", [])
    work.resource_id = "what-nobody-has"
    assert await refused(work, pb.EndResourceRequest()) == (Kind.NOT_FOUND, "RESOURCE_NOT_FOUND", [])


@pytest.mark.item(6)
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 65}, "reference"),
        ({"role": 0}, "role"),
        ({"relation": 99}, "relation"),
        ({"known_since": in_days(1)}, "known_since"),
        ({"may_share": [PLAN, PLAN]}, "may_share[1]"),
        ({"may_share": [0]}, "may_share[0]"),
        ({"permitted_by": 0}, "permitted_by"),
        ({"shared_from": "soon"}, "shared_from"),
        ({"shared_from": today(), "shared_until": days_ago(1)}, "shared_until"),
        ({"shared_until": "2999-01-01"}, "shared_until"),
    ],
)
async def test_a_wrong_field_is_named(work: Practice, wrong: dict[str, object], field: str) -> None:
    """And nobody is added."""
    await work.open()
    assert await refused(work, newcomer(**wrong)) == (Kind.INVALID, "FIELD_INVALID", [field])
    assert await listed(work) == []


async def test_nobody_is_in_the_circle_twice_nor_the_person_themselves(work: Practice) -> None:
    """The refusal has the id under which they are in it."""
    await work.open()
    person = await work.add_person()
    request = work.on_case(newcomer(reference=person.reference))
    fault = await refusal_of(call(work.amy, "AddPerson", request))
    assert (fault.reason, fault.metadata["person_id"]) == ("IN_CIRCLE_ALREADY", person.person_id)
    themselves = newcomer(reference=work.case.person_reference)
    assert await refused(work, themselves) == (Kind.INVALID, "FIELD_INVALID", ["reference"])


async def test_services_may_ask_and_other_councils_see_nothing(work: Practice) -> None:
    """A service that is to share something asks; what another council's circle is, nobody learns."""
    await work.open()
    await work.add_person()
    request = pb.GetPermissionRequest(case_id=work.case.case_id, person_id=work.person_id, scope=PLAN)
    service = work.caller(Role.SERVICE, subject="planning", council=EVERY_COUNCIL)
    assert cast("pb.GetPermissionResponse", await call(service, "GetPermission", request)).may_share
    stranger = work.caller(Role.PRACTITIONER, council="elsewhere")
    assert await reason_of(call(stranger, "GetPermission", request)) == "CASE_NOT_FOUND"
    assert await reason_of(call(work.caller(Role.INTEGRATOR), "ListPeople", request)) == "ROLE_LACKS_RIGHT"
    request.scope = pb.SHARE_SCOPE_UNSPECIFIED
    fault = await refusal_of(call(work.amy, "GetPermission", request))
    assert [violation.field for violation in fault.violations] == ["scope"]
