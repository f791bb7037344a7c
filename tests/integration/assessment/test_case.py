"""The case: opened, read, listed, held, resumed, ended."""

from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from uuid import uuid4

import pytest

from integration.assessment.practice import Practice, new_id, new_reference, opening, today
from servers.services import refusal_of
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role


async def test_a_case_is_opened_with_its_assessment(work: Practice) -> None:
    """The case belongs to the caller's council, its first assessment is under way and has a date."""
    before = clock.now()
    case = await work.open(reference=(reference := new_reference()))
    assert (case.council, case.kind, case.person_reference) == ("example", pb.CASE_KIND_ADULT, reference)
    assert (case.round, case.assessment_open, case.on_hold, case.ending) == (1, True, False, pb.ENDING_UNSPECIFIED)
    assert case.assessment_due > today()
    assert before <= case.opened_at.ToDatetime(tzinfo=UTC) <= clock.now() + timedelta(seconds=1)
    assert await work.read() == case


async def test_opened_twice_with_one_id_it_is_one_case(work: Practice) -> None:
    """A repeated opening answers the first case; with another body it is refused."""
    request = pb.OpenCaseRequest(request_id=new_id(), kind=pb.CASE_KIND_CARER, person_reference="P-7")
    first = await work.amy.OpenCase(request)
    assert await work.amy.OpenCase(request) == first
    request.person_reference = "P-8"
    fault = await refusal_of(work.amy.OpenCase(request))
    assert (fault.kind, fault.reason) == (Kind.INVALID, "REQUEST_ID_REUSED")
    assert "P-8" not in fault.detail


@pytest.mark.parametrize("case_id", ["case-000000000000", "'; DROP TABLE cases; --", "ਕੇਸ"])
async def test_a_case_that_does_not_exist_is_not_found(work: Practice, case_id: str) -> None:
    """Whatever is sent as an id, there is no such case."""
    fault = await refusal_of(work.amy.GetCase(pb.GetCaseRequest(case_id=case_id)))
    assert fault.reason == "CASE_NOT_FOUND"


@pytest.mark.parametrize("case_id", ["", "case\0"])
async def test_an_id_that_is_missing_or_no_text_is_named(work: Practice, case_id: str) -> None:
    """The field is told, on either database."""
    fault = await refusal_of(work.amy.GetCase(pb.GetCaseRequest(case_id=case_id)))
    assert (fault.reason, [each.field for each in fault.violations]) == ("FIELD_INVALID", ["case_id"])


async def test_everybody_of_the_council_may_read_and_nobody_else(work: Practice) -> None:
    """Reading is for every role that has to do with cases, for the journey, and not for another council."""
    case = await work.open()
    for role in set(Role) - {Role.SERVICE, Role.JOURNEY, Role.POLICY_OFFICER}:
        answer = await work.caller(role).GetCase(pb.GetCaseRequest(case_id=case.case_id))
        assert answer.case == case
    assert (await work.journey().GetCase(pb.GetCaseRequest(case_id=case.case_id))).case == case
    stranger = work.caller(Role.PRACTITIONER, council="elsewhere")
    assert (await refusal_of(stranger.GetCase(pb.GetCaseRequest(case_id=case.case_id)))).kind is Kind.NOT_FOUND


async def test_a_list_is_walked_page_by_page(work: Practice) -> None:
    """Every case of the council once, oldest first, whatever the size of the page; nobody else's."""
    council = f"council-{uuid4()}"
    there = work.caller(Role.PRACTITIONER, council=council)
    opened = [(await there.OpenCase(opening())).case for _ in range(7)]
    await work.open()
    for size in (1, 3, 7, 50):
        found: list[pb.Case] = []
        token = ""
        while True:
            page = await there.ListCases(pb.ListCasesRequest(page_size=size, page_token=token))
            assert len(page.cases) <= size
            found += page.cases
            token = page.next_page_token
            if not token:
                break
        assert sorted(case.case_id for case in found) == sorted(case.case_id for case in opened)
        assert [case.opened_at.ToNanoseconds() for case in found] == sorted(
            case.opened_at.ToNanoseconds() for case in opened
        )


async def test_ended_cases_can_be_left_out_of_a_list(work: Practice) -> None:
    """`open_only` lists the cases that have not ended."""
    council = f"council-{uuid4()}"
    there = work.caller(Role.PRACTITIONER, council=council)
    for ending in (pb.ENDING_DIED, None):
        work.case = (await there.OpenCase(opening())).case
        if ending:
            await there.EndCase(work.on_case(pb.EndCaseRequest(ending=ending)))
    assert len((await there.ListCases(pb.ListCasesRequest())).cases) == 2
    assert [case.case_id for case in (await there.ListCases(pb.ListCasesRequest(open_only=True))).cases] == [
        work.case.case_id
    ]


async def test_the_journey_lists_every_councils_cases(work: Practice) -> None:
    """One journey runner serves all councils."""
    case = await work.open()
    seen = {each.case_id for each in (await work.journey().ListCases(pb.ListCasesRequest(page_size=1000))).cases}
    assert case.case_id in seen


@pytest.mark.parametrize("token", ["x", "2026-01-01/", "yesterday/case-1", "2026-01-01T00:00:00.000Z/case-1", "//"])
async def test_a_made_up_page_token_is_refused(work: Practice, token: str) -> None:
    """A page token that no earlier answer gave is refused."""
    fault = await refusal_of(work.amy.ListCases(pb.ListCasesRequest(page_token=token)))
    assert (fault.kind, fault.reason) == (Kind.INVALID, "CURSOR_INVALID")
    assert [each.field for each in fault.violations] == ["page_token"]


async def test_a_page_token_belongs_to_its_list(work: Practice) -> None:
    """A page token of another filter or council is refused: it would skip cases."""
    for _ in range(2):
        await work.open()
    token = (await work.amy.ListCases(pb.ListCasesRequest(page_size=1))).next_page_token
    assert (await work.amy.ListCases(pb.ListCasesRequest(page_size=5, page_token=token))).cases
    for stub, request in (
        (work.amy, pb.ListCasesRequest(page_token=token, open_only=True)),
        (work.caller(Role.AUDITOR, council="elsewhere"), pb.ListCasesRequest(page_token=token)),
    ):
        fault = await refusal_of(stub.ListCases(request))
        assert (fault.reason, fault.violations[0].field) == ("CURSOR_FILTER_MISMATCH", "page_token")


async def test_a_case_belongs_to_one_council(work: Practice) -> None:
    """A token for every council opens no case: the refusal says which token to use."""
    everywhere = work.caller(Role.PRACTITIONER, council=EVERY_COUNCIL)
    fault = await refusal_of(everywhere.OpenCase(opening()))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "COUNCIL_NEEDED")
    assert "token of that council" in fault.detail


async def test_a_page_has_no_negative_size(work: Practice) -> None:
    """The field is named."""
    fault = await refusal_of(work.amy.ListCases(pb.ListCasesRequest(page_size=-1)))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["page_size"])


async def test_a_hold_is_placed_once_and_released_once(work: Practice) -> None:
    """A case on hold cannot be held again, and one that is not cannot be released."""
    await work.open()
    release = pb.ReleaseHoldRequest()
    fault = await refusal_of(work.amy.ReleaseHold(work.on_case(release)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "NOT_ON_HOLD")
    await work.hold()
    assert work.case.on_hold
    again = work.on_case(pb.PlaceHoldRequest(reason=pb.HOLD_REASON_AWAY))
    fault = await refusal_of(work.amy.PlaceHold(again))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "ALREADY_ON_HOLD")
    assert not (await work.amy.ReleaseHold(work.on_case(release))).case.on_hold


async def test_a_case_is_held_and_released_so_often_an_hour(work: Practice) -> None:
    """The 31st hold or release within an hour is refused, with the limit and what to do; another case has its own."""
    await work.open()
    for _ in range(15):
        await work.hold()
        work.case = (await work.amy.ReleaseHold(work.on_case(pb.ReleaseHoldRequest()))).case
    fault = await refusal_of(work.amy.PlaceHold(work.on_case(pb.PlaceHoldRequest(reason=pb.HOLD_REASON_AWAY))))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "TOO_MANY_HOLDS")
    assert "30 times within an hour, which is the limit. Try again after" in fault.detail
    assert "SEVENSTEPS_MOST_HOLDS_AN_HOUR" in fault.detail
    await work.open()
    await work.hold()


async def test_operations_may_hold_too(work: Practice) -> None:
    """Operations may place a hold too."""
    await work.open()
    olu = work.caller(Role.OPERATIONS)
    assert (await olu.PlaceHold(work.on_case(pb.PlaceHoldRequest(reason=pb.HOLD_REASON_AWAY)))).case.on_hold


async def test_an_ending_closes_what_was_open(work: Practice) -> None:
    """An ended case has no assessment under way and no hold."""
    await work.open()
    await work.hold()
    await work.end()
    case = await work.read()
    assert (case.ending, case.assessment_open, case.on_hold) == (pb.ENDING_SUPPORT_ENDED, False, False)


async def test_ending_again_the_same_way_answers_the_ended_case(work: Practice) -> None:
    """The journey and a person may both end a case; the second is told that it has ended so."""
    await work.open()
    await work.end()
    request = pb.EndCaseRequest(ending=pb.ENDING_SUPPORT_ENDED)
    assert (await work.amy.EndCase(work.on_case(request))).case == work.case
    request.ending = pb.ENDING_DIED
    fault = await refusal_of(work.amy.EndCase(work.on_case(request)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_ENDED")


async def test_not_eligible_is_an_ending_that_the_journey_makes(work: Practice) -> None:
    """People confirm and advise; the case then ends by itself, without an etag, because it overwrites nobody."""
    await work.open()
    request = pb.EndCaseRequest(ending=pb.ENDING_NOT_ELIGIBLE)
    fault = await refusal_of(work.amy.EndCase(work.on_case(request)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert "GiveAdvice" in fault.detail
    ended = work.on_case(request)
    ended.etag = ""
    assert (await work.journey().EndCase(ended)).case.ending == pb.ENDING_NOT_ELIGIBLE


@pytest.mark.parametrize("advanced", [Practice.confirm, Practice.give_budget])
async def test_an_assessment_that_was_done_was_not_refused(
    work: Practice, advanced: Callable[[Practice], Awaitable[object]]
) -> None:
    """After the confirmed determination of a round nobody ends the case as refused (s.11); other endings remain."""
    await work.open()
    await work.propose()
    await work.confirm()
    if advanced is not Practice.confirm:
        await advanced(work)
    request = pb.EndCaseRequest(ending=pb.ENDING_ASSESSMENT_REFUSED)
    fault = await refusal_of(work.amy.EndCase(work.on_case(request)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert "support_ended" in fault.detail
    request.ending = pb.ENDING_MOVED
    assert (await work.amy.EndCase(work.on_case(request))).case.ending == pb.ENDING_MOVED


async def test_who_refuses_a_reassessment_ends_so(work: Practice) -> None:
    """The determination of the round before does not count: this round has none."""
    await work.open()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    await work.journey().OpenAssessment(work.on_case(pb.OpenAssessmentRequest(round=2, opened_on=today())))
    await work.read()
    request = pb.EndCaseRequest(ending=pb.ENDING_ASSESSMENT_REFUSED)
    assert (await work.amy.EndCase(work.on_case(request))).case.ending == pb.ENDING_ASSESSMENT_REFUSED


async def test_a_council_is_one_council(work: Practice) -> None:
    """A council's name is matched letter by letter; only `*` stands for every council."""
    case = await work.open()
    everywhere = work.caller(Role.AUDITOR, council=EVERY_COUNCIL)
    assert (await everywhere.GetCase(pb.GetCaseRequest(case_id=case.case_id))).case == case
    for council in ("Example", "example-", "%", "exampl"):
        stranger = work.caller(Role.AUDITOR, council=council)
        assert (await refusal_of(stranger.GetCase(pb.GetCaseRequest(case_id=case.case_id)))).kind is Kind.NOT_FOUND
