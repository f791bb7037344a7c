"""Cases that are asked for by their ids, as somebody does who has a list of them from elsewhere."""

from integration.assessment.practice import Practice
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.identity.actor import EVERY_COUNCIL, Role


async def test_only_the_named_cases_are_listed(work: Practice) -> None:
    """In the order in which they were opened, page by page; one that nobody has is left out."""
    opened = [(await work.open()).case_id for _ in range(4)]
    wanted = pb.ListCasesRequest(case_ids=[opened[3], "case-of-nobody", opened[0], opened[2]], page_size=2)
    first = await work.amy.ListCases(wanted)
    assert [case.case_id for case in first.cases] == [opened[0], opened[2]]
    wanted.page_token = first.next_page_token
    second = await work.amy.ListCases(wanted)
    assert ([case.case_id for case in second.cases], second.next_page_token) == ([opened[3]], "")
    del wanted.case_ids[1:]
    assert (await refusal_of(work.amy.ListCases(wanted))).reason == "CURSOR_FILTER_MISMATCH"


async def test_a_councils_staff_do_not_see_those_of_others_by_id(work: Practice) -> None:
    """Whoever looks after every council does."""
    case = await work.open()
    asked = pb.ListCasesRequest(case_ids=[case.case_id])
    stranger = work.caller(Role.PRACTITIONER, council="elsewhere")
    assert not (await stranger.ListCases(asked)).cases
    everywhere = work.caller(Role.OPERATIONS, council=EVERY_COUNCIL)
    assert [found.case_id for found in (await everywhere.ListCases(asked)).cases] == [case.case_id]


async def test_so_many_ids_are_refused(work: Practice) -> None:
    """A thousand may be named, and not one more."""
    asked = pb.ListCasesRequest(case_ids=[f"case-{number}" for number in range(1000)])
    assert not (await work.amy.ListCases(asked)).cases
    asked.case_ids.append("case-of-too-many")
    (violation,) = (await refusal_of(work.amy.ListCases(asked))).violations
    assert (violation.field, violation.detail) == ("case_ids", "must be at most 1000")
