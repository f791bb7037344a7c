"""After each of the seven steps the person is told in writing what happens next, by the service that owns the step."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

from typing import TYPE_CHECKING

import pytest

from integration.approval.desk import Desk, approving, returning
from integration.assessment.practice import Practice, days_ago
from integration.planning.case import PlanningCase
from integration.review.home import Home, completion
from servers.services import Running, SharedService, reason_of
from sevensteps.api.assessment.v1 import people_pb2
from sevensteps.api.documents.v1 import documents_pb2 as pb
from sevensteps.api.documents.v1.documents_pb2_grpc import DocumentsServiceStub
from sevensteps.api.review.v1 import review_pb2
from sevensteps.identity.actor import Role

if TYPE_CHECKING:
    from sevensteps.api.documents.v1.documents_pb2_grpc import DocumentsServiceAsyncStub


def reader(running: Running) -> DocumentsServiceAsyncStub:
    """A practitioner who reads what a service has written."""
    return running.stub(DocumentsServiceStub, running.token("rita", Role.PRACTITIONER))


async def told(running: Running, case_id: str) -> list[tuple[str, str]]:
    """What the person was told of: each step, and all that it says."""
    listing = await reader(running).ListDocuments(pb.ListDocumentsRequest(case_id=case_id))
    found = []
    for each in listing.documents:
        assert each.kind == pb.DOCUMENT_KIND_NEXT_STEPS
        wanted = pb.GetDocumentRequest(case_id=case_id, document_id=each.document_id, format=pb.DOCUMENT_FORMAT_PLAIN)
        found.append((each.about, (await reader(running).GetDocument(wanted)).content))
    return found


@pytest.mark.item(13)
async def test_planning_tells_what_comes_after_steps_2_4_and_5(shared_service: SharedService) -> None:
    """With what the plan costs, and the day on which support starts."""
    running = await shared_service("planning")
    case = PlanningCase(running)
    await case.organise()
    (made, plan), (money, holders), (support, start) = await told(running, case.case_id)
    assert [made, money, support] == ["plan_made", "money_organised", "support_organised"]
    assert "It costs 60 pounds a week." in plan
    assert "Next comes step 3." in plan
    assert "Next comes step 5, your support." in holders
    assert "It starts on " in start


@pytest.mark.item(13)
async def test_a_plan_without_money_is_told_too(shared_service: SharedService) -> None:
    """Steps that the journey finds done as it opens them."""
    running = await shared_service("planning")
    case = PlanningCase(running)
    await case.submit_plan()
    await case.journey.OpenMoney(case.opening_of_money(budget="0.00"))
    assert [about for about, _ in await told(running, case.case_id)] == ["plan_made", "money_organised"]


@pytest.mark.item(13)
async def test_approval_tells_what_comes_after_step_3(shared_service: SharedService) -> None:
    """Signed or returned."""
    running = await shared_service("approval")
    desk = Desk(running)
    approval = await desk.open()
    await desk.by("olu").ReturnPlan(returning(approval))
    other = Desk(running)
    await other.by("olu", Role.HEAD_OF_SERVICE).ApprovePlan(approving(await other.open()))
    ((_, returned),) = await told(running, desk.case_id)
    ((about, signed),) = await told(running, other.case_id)
    assert "Your plan is not signed yet." in returned
    assert (about, "Your personal budget is 40 pounds a week." in signed) == ("plan_agreed", True)


@pytest.mark.item(13)
@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (review_pb2.REVIEW_OUTCOME_CONTINUE, "it goes on as it is"),
        (review_pb2.REVIEW_OUTCOME_CHANGE_PLAN, "Next you change your plan."),
        (review_pb2.REVIEW_OUTCOME_REASSESS, "Next we look at your needs again."),
        (review_pb2.REVIEW_OUTCOME_END, "Your support comes to an end."),
    ],
)
async def test_review_tells_what_comes_after_steps_6_and_7(
    shared_service: SharedService, outcome: review_pb2.ReviewOutcome.ValueType, says: str
) -> None:
    """That a review comes, by when, and what comes of it."""
    running = await shared_service("review")
    home = Home(running)
    await home.live()
    life = await home.review()
    await home.rae.CompleteReview(completion(life, outcome))
    (before, coming), (after, came) = await told(running, home.case_id)
    assert [before, after] == ["life_lived", "seen_how_it_worked"]
    assert "We want to do this by " in coming
    assert says in came


@pytest.mark.item(6)
async def test_a_helper_reads_what_is_shared_in_every_service(shared_service: SharedService) -> None:
    """Each asks assessment, which keeps the circle of support, on the day on which it is read."""
    running = await shared_service("planning")
    work = Practice(running.assessment)
    await work.open()
    case = PlanningCase(running)
    case.case_id = work.case.case_id
    await case.submit_plan()
    (document,) = (await reader(running).ListDocuments(pb.ListDocumentsRequest(case_id=case.case_id))).documents

    async def reason() -> str:
        wanted = pb.GetDocumentRequest(
            case_id=case.case_id, document_id=document.document_id, on_behalf_of=work.person_id
        )
        return await reason_of(reader(running).GetDocument(wanted))

    assert await reason() == "NOT_SHARED", "nobody is in the circle yet"
    await work.add_person(may_share=[people_pb2.SHARE_SCOPE_DOCUMENTS], shared_until=days_ago(-3))
    assert await reason() == ""
    await work.do(people_pb2.ChangePermissionRequest())
    assert await reason() == "NOT_SHARED"
