"""Lists of what a case has on record: in pages, in the order of recording, for those who may read it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from integration.assessment.practice import GOOD, Practice
from integration.review.home import Home, spending
from servers.services import SharedService, reason_of, refusal_of
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.review.v1 import review_pb2
from sevensteps.identity.actor import Role
from sevensteps.identity.role_groups import CASEWORK, RECORDS
from sevensteps.service.case_lists import MOST_BYTES

LONGEST = 20_000


async def tell(work: Practice, *own_words: str) -> None:
    """Record self-assessments."""
    for words in own_words:
        request = pb.RecordSelfAssessmentRequest(help=pb.SELF_ASSESSMENT_HELP_ALONE, own_words=words)
        work.case = (await work.amy.RecordSelfAssessment(work.on_case(request))).case


async def pages(work: Practice, size: int = 0) -> list[pb.ListSelfAssessmentsResponse]:
    """All pages of the self-assessments of the case."""
    request = pb.ListSelfAssessmentsRequest(case_id=work.case.case_id, page_size=size)
    found = [await work.amy.ListSelfAssessments(request)]
    while found[-1].next_page_token:
        request.page_token = found[-1].next_page_token
        found.append(await work.amy.ListSelfAssessments(request))
    return found


def words_in(found: Sequence[pb.ListSelfAssessmentsResponse]) -> list[str]:
    """What the pages say."""
    return [each.own_words for page in found for each in page.self_assessments]


async def test_a_list_comes_in_pages_each_record_once(shared_service: SharedService) -> None:
    """Whatever the size of the page; a token of one case is not one of another, nor of another list."""
    work = Practice(await shared_service("assessment"))
    await work.open()
    told = [f"My day, part {number}." for number in range(7)]
    await tell(work, *told)
    for size in (1, 3, 7, 0):
        found = await pages(work, size)
        assert words_in(found) == told
        assert all(len(page.self_assessments) <= (size or 50) for page in found)
    token = (await pages(work, 3))[0].next_page_token
    other = pb.ListUrgentSupportRequest(case_id=work.case.case_id, page_token=token)
    assert await reason_of(work.amy.ListUrgentSupport(other)) == "CURSOR_FILTER_MISMATCH"
    await work.open()
    elsewhere = pb.ListSelfAssessmentsRequest(case_id=work.case.case_id, page_token=token)
    assert await reason_of(work.amy.ListSelfAssessments(elsewhere)) == "CURSOR_FILTER_MISMATCH"
    negative = pb.ListSelfAssessmentsRequest(case_id=work.case.case_id, page_size=-1)
    assert [each.field for each in (await refusal_of(work.amy.ListSelfAssessments(negative))).violations] == [
        "page_size"
    ]


async def test_a_page_of_long_words_is_no_larger_than_a_message_may_be(shared_service: SharedService) -> None:
    """It ends early, and the next one goes on there: nothing is left out."""
    work = Practice(await shared_service("assessment"))
    await work.open()
    told = [f"{number}" + "\N{CYCLONE}" * (LONGEST - 2) for number in range(9)]
    await tell(work, *told)
    found = await pages(work)
    assert words_in(found) == told
    assert len(found) > 1
    assert all(page.ByteSize() < MOST_BYTES + 5 * LONGEST for page in found)


async def test_the_order_is_that_of_recording_whatever_the_clock_says(
    shared_service: SharedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is recorded after the clock was set back stands last all the same."""
    home = Home(await shared_service("review"))
    life = await home.live()
    now = clock.now
    amounts = ["1.00", "2.00", "3.00"]
    for hours, amount in enumerate(amounts):
        monkeypatch.setattr(clock, "now", lambda back=hours: now() - timedelta(hours=back))
        life = (await home.rae.RecordSpend(spending(life, amount))).life
    monkeypatch.undo()
    listed = await home.rae.ListSpending(review_pb2.ListSpendingRequest(case_id=home.case_id))
    assert [each.amount for each in listed.spending] == amounts


async def test_own_words_are_for_who_works_on_the_case(shared_service: SharedService) -> None:
    """Not for who looks after the suite, the money or the audit, not for programs, and not for another council."""
    work = Practice(await shared_service("assessment"))
    await work.open()
    await tell(work, "My own words.")
    request = pb.ListSelfAssessmentsRequest(case_id=work.case.case_id)
    may = set()
    for role in Role:
        answered = await reason_of(work.caller(role).ListSelfAssessments(request))
        assert answered in {"", "ROLE_LACKS_RIGHT"}
        may |= {role} if not answered else set()
    assert may == CASEWORK
    stranger = work.caller(Role.PRACTITIONER, council="elsewhere")
    assert await reason_of(stranger.ListSelfAssessments(request)) == "CASE_NOT_FOUND"


async def test_programs_list_nothing_that_people_wrote(shared_service: SharedService) -> None:
    """What a case has on record is for people who have to do with cases; programs read what stands."""
    assert not RECORDS & {Role.INTEGRATOR, Role.JOURNEY, Role.SERVICE}
    work = Practice(await shared_service("assessment"))
    await work.come_to("ConfirmDetermination")
    await work.amy.ConfirmDetermination(work.on_case(GOOD["ConfirmDetermination"]))  # type: ignore[arg-type]
    request = pb.ListDeterminationsRequest(case_id=work.case.case_id)
    for role in Role:
        stub = work.running.stub(AssessmentServiceStub, work.running.token("somebody", role))
        expected = "" if role in RECORDS else "ROLE_LACKS_RIGHT"
        assert await reason_of(stub.ListDeterminations(request)) == expected
    standing = pb.GetDeterminationRequest(case_id=work.case.case_id)
    assert await reason_of(work.caller(Role.INTEGRATOR).GetDetermination(standing)) == ""
