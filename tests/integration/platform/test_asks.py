"""Each service says whether what a journey asks of it is done, is not owed, or is still owed."""

from uuid import uuid4

import pytest

from integration.approval.desk import Desk
from integration.assessment.practice import Practice
from integration.planning.case import PlanningCase
from integration.review.home import Home
from servers.services import Running, SharedService, refusal_of
from sevensteps.api.asks.v1 import asks_pb2 as pb
from sevensteps.api.asks.v1.asks_pb2_grpc import AsksServiceStub
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role

DONE, NOT_OWED, OWED = pb.ASK_STATE_DONE, pb.ASK_STATE_NOT_OWED, pb.ASK_STATE_OWED
NOT_OPENED = pb.GetAskResponse(state=OWED, sentence="There is no record that it was opened.")
OPEN_STILL = pb.GetAskResponse(state=OWED, sentence="The case is still open there.")
CLOSED = pb.GetAskResponse(state=DONE, sentence="The case is closed there.")
NEVER_THERE = pb.GetAskResponse(state=NOT_OWED, sentence="The case was never there, so there is nothing to close.")
NOTHING_OPENED = "The case is closed there: nothing is opened any more."


async def ask(running: Running, case_id: str, operation: str, turn: int = 0, council: str = "*") -> pb.GetAskResponse:
    """What the service says to somebody of operations."""
    operator = running.stub(AsksServiceStub, running.token("olu", Role.OPERATIONS, council=council))
    return await operator.GetAsk(pb.GetAskRequest(case_id=case_id, operation=operation, turn=turn))


async def test_planning(shared_service: SharedService) -> None:
    """What was opened is done, whatever it was opened with, and its date is that of the record."""
    planning = await shared_service("planning")
    case = PlanningCase(planning)
    assert await ask(planning, case.case_id, "OpenPlan", 1) == NOT_OPENED
    assert await ask(planning, case.case_id, "ClosePlanning") == NEVER_THERE
    opened = await case.journey.OpenPlan(case.opening_of_plan())
    other = case.opening_of_plan(needs=("nutrition",))
    assert (await refusal_of(case.journey.OpenPlan(other))).reason == "OPENED_OTHERWISE"
    done = await ask(planning, case.case_id, "OpenPlan", 1)
    assert (done.state, done.due_on, done.by_law, done.law_due) == (DONE, opened.due_on, False, "")
    assert done.sentence.startswith("That was opened, and the date on record is ")
    assert await ask(planning, case.case_id, "OpenPlan", 2) == NOT_OPENED
    assert await ask(planning, case.case_id, "OpenMoney", 1) == NOT_OPENED
    assert await ask(planning, case.case_id, "ClosePlanning") == OPEN_STILL
    closing = planning_pb2.CloseCaseRequest(request_id=str(uuid4()), case_id=case.case_id)
    await case.journey.CloseCase(closing)
    assert await ask(planning, case.case_id, "ClosePlanning") == CLOSED
    assert await ask(planning, case.case_id, "OpenPlan", 1) == done
    not_owed = pb.GetAskResponse(state=NOT_OWED, sentence=NOTHING_OPENED)
    assert await ask(planning, case.case_id, "OpenSupport", 1) == not_owed


async def test_approval(shared_service: SharedService) -> None:
    """The same where a plan comes to be agreed."""
    approval = await shared_service("approval")
    desk = Desk(approval)
    assert await ask(approval, desk.case_id, "OpenApproval", 1) == NOT_OPENED
    assert await ask(approval, desk.case_id, "CloseApproval") == NEVER_THERE
    opened = await desk.journey.OpenApproval(desk.opening())
    done = await ask(approval, desk.case_id, "OpenApproval", 1)
    assert (done.state, done.due_on) == (DONE, opened.due_on)
    assert await ask(approval, desk.case_id, "CloseApproval") == OPEN_STILL
    await desk.journey.CloseCase(desk.closing())
    assert await ask(approval, desk.case_id, "CloseApproval") == CLOSED


async def test_review(shared_service: SharedService) -> None:
    """The date of the next review is told with the kind that it has, and with the day that the law sets."""
    review = await shared_service("review")
    home = Home(review)
    assert await ask(review, home.case_id, "CloseReview") == NEVER_THERE
    life = await home.journey.OpenLife(home.life_opening(direct_payment_since="2026-06-01"))
    done = await ask(review, home.case_id, "OpenLife", 1)
    assert (done.state, done.due_on, done.law_due) == (DONE, life.review_due, life.law_due)
    assert done.by_law == (life.due_kind == review_pb2.DUE_KIND_HARD)
    assert done.by_law or done.law_due
    assert await ask(review, home.case_id, "OpenReview", 1) == NOT_OPENED
    opened = await home.journey.OpenReview(home.review_opening())
    done = await ask(review, home.case_id, "OpenReview", 1)
    assert (done.state, done.due_on, done.law_due) == (DONE, opened.due_on, opened.law_due)
    await home.journey.CloseCase(home.closing())
    assert await ask(review, home.case_id, "CloseReview") == CLOSED


async def test_assessment(shared_service: SharedService) -> None:
    """The end of a case is owed until the case has ended."""
    assessment = await shared_service("assessment")
    work = Practice(assessment)
    case_id = (await work.open()).case_id
    assert await ask(assessment, case_id, "OpenAssessment", 2) == NOT_OPENED
    assert await ask(assessment, case_id, "EndCase") == OPEN_STILL
    await work.end()
    assert await ask(assessment, case_id, "EndCase") == CLOSED
    fault = await refusal_of(ask(assessment, "case-that-is-not", "EndCase"))
    assert fault.kind is Kind.NOT_FOUND


async def test_only_what_is_asked_of_this_service(shared_service: SharedService) -> None:
    """Another service's operation, a round that counts from nought and no case are refused, all at once."""
    planning = await shared_service("planning")
    fault = await refusal_of(ask(planning, "", "OpenLife"))
    assert {each.field for each in fault.violations} == {"case_id", "operation", "turn"}
    fault = await refusal_of(ask(planning, "case-a", "OpenPlan"))
    assert [each.field for each in fault.violations] == ["turn"]


@pytest.mark.parametrize("role", [Role.INTEGRATOR, Role.PLANNER, Role.AUDITOR])
async def test_who_may_ask(shared_service: SharedService, role: Role) -> None:
    """The journey and operations may; nobody else does, and another council's case is not told of."""
    planning = await shared_service("planning")
    case = PlanningCase(planning)
    await case.journey.OpenPlan(case.opening_of_plan())
    request = pb.GetAskRequest(case_id=case.case_id, operation="OpenPlan", turn=1)
    others = planning.stub(AsksServiceStub, planning.token("ola", role, council="example"))
    assert (await refusal_of(others.GetAsk(request))).kind is Kind.DENIED
    journey = planning.stub(AsksServiceStub, planning.token("journey", Role.JOURNEY, council=EVERY_COUNCIL))
    assert (await journey.GetAsk(request)).state == DONE
    elsewhere = ask(planning, case.case_id, "OpenPlan", 1, council="another")
    assert (await refusal_of(elsewhere)).kind is Kind.NOT_FOUND
