"""One open case of a kind for a person in a council, unless somebody says why another; and cases found by reference."""

import asyncio
import json
from collections import Counter

import pytest
import sqlalchemy as sa

from integration.assessment.practice import Practice, new_reference, opening
from servers.services import Running, reason_of, refusal_of
from services.assessment.tables import cases
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.service.tables import outbox

REASON = "The first is held for a dispute with another council."
AT_ONCE = 20


async def listed(work: Practice, request: pb.ListCasesRequest) -> list[str]:
    """The ids of the cases that a list has, in order."""
    return [case.case_id for case in (await work.amy.ListCases(request)).cases]


async def told(running: Running, case_id: str) -> dict[str, object]:
    """The payload of the event that tells of a case's opening."""
    query = sa.select(outbox.c.payload).where(outbox.c.case_id == case_id, outbox.c.type == "case.opened.v1")
    payload = await running.store.read(lambda connection: connection.execute(query).scalar_one())
    content: dict[str, object] = json.loads(payload)
    return content


def another(reference: str, because: str = REASON) -> pb.OpenCaseRequest:
    """Asks for another case of a person, with the reason."""
    request = opening(reference=reference)
    request.another_because = because
    return request


async def test_a_second_open_case_of_one_person_is_refused(work: Practice) -> None:
    """The refusal names the case that is open and says what to do; it does not repeat the reference."""
    first = await work.open(reference=(reference := new_reference()))
    fault = await refusal_of(work.amy.OpenCase(opening(reference=f" {reference}\n")))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_OPEN_ALREADY")
    assert fault.metadata == {"case_id": first.case_id}
    assert first.case_id in fault.detail
    assert "another_because" in fault.detail
    assert reference not in fault.detail
    assert await listed(work, pb.ListCasesRequest(person_reference=reference)) == [first.case_id]


async def test_a_reason_opens_another_and_is_read_back(work: Practice, running: Running) -> None:
    """Who opened it and why are in the case and in its event. A third is refused again without a reason."""
    first = await work.open(reference=(reference := new_reference()))
    ben = work.caller(Role.PRACTITIONER, subject="ben")
    second = (await ben.OpenCase(another(reference))).case
    assert (second.another_because, second.opened_by) == (REASON, "ben")
    assert (first.another_because, first.opened_by) == ("", "amy")
    assert (await work.amy.GetCase(pb.GetCaseRequest(case_id=second.case_id))).case == second
    assert (await told(running, second.case_id))["another_because"] == REASON
    assert not (await told(running, first.case_id))["another_because"]
    work.case = first
    await work.end()
    fault = await refusal_of(work.amy.OpenCase(opening(reference=reference)))
    assert fault.metadata == {"case_id": second.case_id}


@pytest.mark.parametrize(("because", "detail"), [(" \u200b", "must not be empty"), ("x" * 1001, "at most 1000")])
async def test_a_reason_says_something(work: Practice, because: str, detail: str) -> None:
    """Spaces and invisible characters are none."""
    fault = await refusal_of(work.amy.OpenCase(another(new_reference(), because)))
    assert [violation.field for violation in fault.violations] == ["another_because"]
    assert detail in fault.detail


async def test_whoever_is_not_the_same_may_have_an_open_case(work: Practice) -> None:
    """Another kind, another council, another reference, and one whose case has ended."""
    await work.open(reference=(reference := new_reference()))
    await work.amy.OpenCase(opening(pb.CASE_KIND_CARER, reference))
    elsewhere = work.caller(Role.PRACTITIONER, council="elsewhere")
    await elsewhere.OpenCase(opening(reference=reference))
    await work.open(reference=reference.lower())
    await work.end()
    await work.open(reference=reference.lower())


async def test_of_many_that_are_opened_at_once_one_is(work: Practice) -> None:
    """Whoever comes at the same moment is told of the first; with a reason every one is opened."""
    reference = new_reference()
    callers = [work.caller(Role.PRACTITIONER, subject=f"amy{number}") for number in range(5)]

    async def reasons(*requests: pb.OpenCaseRequest) -> Counter[str]:
        calls = (callers[number % 5].OpenCase(request) for number, request in enumerate(requests))
        return Counter(await asyncio.gather(*(reason_of(call) for call in calls)))

    assert await reasons(*(opening(reference=reference) for _ in range(AT_ONCE))) == {
        "": 1, "CASE_OPEN_ALREADY": AT_ONCE - 1,
    }  # fmt: skip
    assert len(await listed(work, pb.ListCasesRequest(person_reference=reference))) == 1
    assert await reasons(*(another(reference) for _ in range(AT_ONCE))) == {"": AT_ONCE}


async def test_the_database_itself_refuses_a_second_one(work: Practice, running: Running) -> None:
    """With the check of the use case off: an open case without a reason is the person's only one of its kind."""
    case = await work.open()
    columns = [column for column in cases.c if column.name not in {"case_id", "position"}]
    copied = sa.select(sa.literal("case-by-hand"), *columns).where(cases.c.case_id == case.case_id)
    insert = cases.insert().from_select(["case_id", *(column.name for column in columns)], copied)
    with pytest.raises(sa.exc.IntegrityError):
        await running.store.write(lambda connection: connection.execute(insert))


async def test_the_same_request_again_has_the_first_answer(work: Practice) -> None:
    """An opening that was lost on its way back is not refused for the case that it opened itself, at once or later."""
    request = opening()
    answers = await asyncio.gather(*(work.amy.OpenCase(request) for _ in range(AT_ONCE)))
    assert len({answer.case.case_id for answer in answers}) == 1
    work.case = answers[0].case
    assert await work.amy.OpenCase(request) == answers[0]
    await work.end()
    await work.open(reference=request.person_reference)
    assert await work.amy.OpenCase(request) == answers[0]


async def test_cases_are_found_by_the_reference(work: Practice) -> None:
    """Open and ended ones of the actor's council, by the reference as it was typed; nobody else's."""
    ended = await work.open(reference=(reference := f"É-{new_reference()}"))
    await work.end()
    latest = await work.open(reference=reference)
    await work.open(reference=f"{reference}-1")
    await work.caller(Role.PRACTITIONER, council="elsewhere").OpenCase(opening(reference=reference))
    for typed in (reference, f"  {reference} ", reference.replace("É", "E\u0301")):
        assert await listed(work, pb.ListCasesRequest(person_reference=typed)) == [ended.case_id, latest.case_id]
    assert await listed(work, pb.ListCasesRequest(person_reference=reference, open_only=True)) == [latest.case_id]
    assert await listed(work, pb.ListCasesRequest(person_reference=reference.lower())) == []
    everywhere = work.caller(Role.AUDITOR, council=EVERY_COUNCIL)
    assert len((await everywhere.ListCases(pb.ListCasesRequest(person_reference=reference))).cases) == 3


async def test_a_page_token_belongs_to_the_person_listed(work: Practice) -> None:
    """With another reference it is refused, and so is a reference that nobody can have."""
    await work.open(reference=(reference := new_reference()))
    await work.amy.OpenCase(another(reference))
    first = await work.amy.ListCases(pb.ListCasesRequest(person_reference=reference, page_size=1))
    request = pb.ListCasesRequest(person_reference=reference, page_token=first.next_page_token)
    assert len(await listed(work, request)) == 1
    request.person_reference = "P"
    assert await reason_of(work.amy.ListCases(request)) == "CURSOR_FILTER_MISMATCH"
    fault = await refusal_of(work.amy.ListCases(pb.ListCasesRequest(person_reference="P\u200b1")))
    assert [violation.field for violation in fault.violations] == ["person_reference"]


async def test_open_cases_of_the_same_person_are_listed(work: Practice) -> None:
    """Each of them, page by page, as long as another of its kind is open; each council sees its own."""
    there = work.caller(Role.PRACTITIONER, council=new_reference())
    one, two, three = (new_reference() for _ in range(3))
    opened = [
        (await there.OpenCase(request)).case
        for request in (
            opening(reference=one), opening(reference=two), another(one), opening(pb.CASE_KIND_CARER, two),
            another(one), another(three), opening(),
        )
    ]  # fmt: skip

    async def pairs() -> list[str]:
        found: list[str] = []
        token = ""
        while True:
            page = await there.ListCases(pb.ListCasesRequest(same_person=True, page_size=2, page_token=token))
            found += [case.case_id for case in page.cases]
            if not (token := page.next_page_token):
                return found

    same = [opened[number].case_id for number in (0, 2, 4)]
    assert set(await pairs()) == set(same)
    everywhere = work.caller(Role.OPERATIONS, council=EVERY_COUNCIL)
    everything = await everywhere.ListCases(pb.ListCasesRequest(same_person=True, page_size=1000))
    assert set(same) <= {case.case_id for case in everything.cases}
    for number, left in ((0, same[1:]), (2, [])):
        work.case = opened[number]
        await there.EndCase(work.on_case(pb.EndCaseRequest(ending=pb.ENDING_MOVED)))
        assert set(await pairs()) == set(left)


async def test_a_carers_case_is_linked_to_the_adults(work: Practice, running: Running) -> None:
    """The link is in the case and in its event; an ended case may be linked to as well."""
    adult = await work.open()
    await work.end()
    request = opening(pb.CASE_KIND_CARER)
    request.linked_case_id = adult.case_id
    carer = (await work.amy.OpenCase(request)).case
    assert carer.linked_case_id == adult.case_id
    assert (await work.amy.GetCase(pb.GetCaseRequest(case_id=carer.case_id))).case == carer
    assert (await told(running, carer.case_id))["linked_case_id"] == adult.case_id
    assert await listed(work, pb.ListCasesRequest(linked_case_id=adult.case_id)) == [carer.case_id]
    assert await listed(work, pb.ListCasesRequest(linked_case_id=carer.case_id)) == []
    stranger = work.caller(Role.PRACTITIONER, council="elsewhere")
    assert not (await stranger.ListCases(pb.ListCasesRequest(linked_case_id=adult.case_id))).cases
    assert (await refusal_of(work.amy.ListCases(pb.ListCasesRequest(linked_case_id="?")))).violations[0].field == (
        "linked_case_id"
    )


@pytest.mark.parametrize("linked", ["case-000000000000", "elsewhere", "Ada Lovelace"])
async def test_a_link_is_to_a_case_of_the_council(work: Practice, linked: str) -> None:
    """Whether another council has such a case is not told; what was typed is not repeated."""
    request = opening(pb.CASE_KIND_CARER)
    request.linked_case_id = linked
    if linked == "elsewhere":
        stranger = work.caller(Role.PRACTITIONER, council="elsewhere")
        request.linked_case_id = (await stranger.OpenCase(opening())).case.case_id
    fault = await refusal_of(work.amy.OpenCase(request))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["linked_case_id"])
    assert "Ada" not in fault.detail
    assert await listed(work, pb.ListCasesRequest(person_reference=request.person_reference)) == []
