"""What journeys ask of the services: nobody else is in their way, and asked again it is done once, however late."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

import pytest
import sqlalchemy as sa
from google.protobuf.message import Message

from integration.approval.desk import Desk, returning
from integration.assessment.practice import GOOD, NOT_ELIGIBLE, Practice, opening
from integration.planning.case import PlanningCase
from integration.review.home import Home, spending
from servers.services import Running, SharedService, refusal_of
from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.planning.v1.planning_pb2_grpc import PlanningServiceStub
from sevensteps.api.review.v1 import review_pb2
from sevensteps.deadlines import Moment
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.service.tables import answers, outbox, receipts
from sevensteps.steps import Stage
from workflows.journey import requests
from workflows.journey.asking import header
from workflows.journey.requests import GetAsk, Opening, Request
from workflows.journey.state import JourneyState

Ask = Callable[[Message], Awaitable[Message]]
COUNCILS = ("example", "elsewhere")


@dataclass
class Asked:
    """What a journey asks of a service next: by which call, in which step and round or version."""

    stage: Stage
    turn: int
    request: Message
    call: object

    @property
    def case_id(self) -> str:
        """The case."""
        return str(getattr(self.request, "case_id"))  # noqa: B009 - every one has it; Message does not say so

    async def ask(self) -> Message:
        """Ask it, as the journey."""
        return await cast("Ask", self.call)(self.request)


async def further_round(running: Running) -> Asked:
    work = Practice(running)
    return Asked(Stage.MONEY_FOUND, 2, await work.come_to("OpenAssessment"), work.journey().OpenAssessment)


async def no_need(running: Running) -> Asked:
    work = Practice(running)
    await work.open()
    await work.propose(NOT_ELIGIBLE)
    await work.confirm()
    await work.amy.GiveAdvice(work.on_case(GOOD["GiveAdvice"]))  # type: ignore[arg-type]
    request = assessment_pb2.EndCaseRequest(case_id=work.case.case_id, ending=assessment_pb2.ENDING_NOT_ELIGIBLE)
    return Asked(Stage.MONEY_FOUND, 1, request, work.journey().EndCase)


async def money_found(running: Running) -> Asked:
    case = PlanningCase(running)
    return Asked(Stage.PLAN_MADE, 1, case.opening_of_plan(), case.journey.OpenPlan)


async def plan_agreed(running: Running) -> Asked:
    case = PlanningCase(running)
    await case.submit_plan()
    return Asked(Stage.MONEY_ORGANISED, 1, case.opening_of_money(), case.journey.OpenMoney)


async def money_organised(running: Running) -> Asked:
    case = PlanningCase(running)
    await case.open_money()
    await case.fin.ArrangeMoney(await case.holding())
    return Asked(Stage.SUPPORT_ORGANISED, 1, case.opening_of_support(), case.journey.OpenSupport)


async def planning_under_way(running: Running) -> Asked:
    case = PlanningCase(running)
    await case.submit_plan()
    request = planning_pb2.CloseCaseRequest(case_id=case.case_id)
    return Asked(Stage.PLAN_AGREED, 1, request, case.journey.CloseCase)


async def plan_submitted(running: Running) -> Asked:
    desk = Desk(running)
    return Asked(Stage.PLAN_AGREED, 1, desk.opening(), desk.journey.OpenApproval)


async def plan_checked(running: Running) -> Asked:
    desk = Desk(running)
    await desk.open()
    request = approval_pb2.CloseCaseRequest(case_id=desk.case_id)
    return Asked(Stage.PLAN_AGREED, 1, request, desk.journey.CloseCase)


async def support_organised(running: Running) -> Asked:
    home = Home(running)
    return Asked(Stage.LIFE_LIVED, 1, home.life_opening(), home.journey.OpenLife)


async def review_due(running: Running) -> Asked:
    home = Home(running)
    await home.live()
    return Asked(Stage.SEEN_HOW_IT_WORKED, 1, home.review_opening(), home.journey.OpenReview)


async def living(running: Running) -> Asked:
    home = Home(running)
    await home.live()
    request = review_pb2.CloseCaseRequest(case_id=home.case_id)
    return Asked(Stage.LIFE_LIVED, 1, request, home.journey.CloseCase)


PASSED = requests.RecordOverdue(Stage.PLAN_MADE, 1, "2026-11-30", by_law=False, ahead=False)


async def plan_overdue(running: Running) -> Asked:
    case = PlanningCase(running)
    await case.open_plan()
    request = planning_pb2.RecordOverdueRequest(
        case_id=case.case_id, stage=PASSED.stage, turn=PASSED.turn, due_on=PASSED.due_on
    )
    return Asked(PASSED.stage, PASSED.turn, request, case.journey.RecordOverdue)


Story = tuple[str, Callable[[Running], Awaitable[Asked]]]
STORIES: Mapping[type[Request], Story] = {
    requests.OpenAssessment: ("assessment", further_round),
    requests.EndCase: ("assessment", no_need),
    requests.OpenPlan: ("planning", money_found),
    requests.OpenMoney: ("planning", plan_agreed),
    requests.OpenSupport: ("planning", money_organised),
    requests.ClosePlanning: ("planning", planning_under_way),
    requests.OpenApproval: ("approval", plan_submitted),
    requests.CloseApproval: ("approval", plan_checked),
    requests.OpenLife: ("review", support_organised),
    requests.OpenReview: ("review", review_due),
    requests.CloseReview: ("review", living),
    requests.RecordOverdue: ("planning", plan_overdue),
}
"""For every request of a journey, who answers it and how a case comes there."""

OTHERWISE: Mapping[type[Request], tuple[str, object, str]] = {
    requests.EndCase: ("ending", assessment_pb2.ENDING_MOVED, "CASE_ENDED"),
    requests.OpenPlan: ("indicative_weekly", "99.00", "OPENED_OTHERWISE"),
    requests.OpenMoney: ("personal_budget_weekly", "59.00", "OPENED_OTHERWISE"),
    requests.OpenApproval: ("indicative_weekly", "99.00", "OPENED_OTHERWISE"),
    requests.OpenLife: ("review_on", "2026-07-01", "OPENED_OTHERWISE"),
}
"""For those that say more than the case, the round or version, and the day: something else, and how it is refused."""

every_request = pytest.mark.parametrize("kind", STORIES, ids=lambda kind: kind.__name__)


def id_of(asked: Asked, kind: type[Request], council: str = "example") -> str:
    """The request id that the journey of the case sends: everybody can compute it."""
    state = JourneyState(asked.case_id, council, Moment(0, ""), stage=asked.stage)
    state.assessment_round = state.plan_version = state.life_round = asked.turn
    request = PASSED if kind is requests.RecordOverdue else kind.__new__(kind)
    return header(state, request).request_id


async def squat_in_assessment(running: Running, request_id: str, council: str) -> None:
    amy = Practice(running).caller(Role.PRACTITIONER, subject="amy", council=council)
    request = opening()
    request.request_id = request_id
    await amy.OpenCase(request)


async def squat_in_planning(running: Running, request_id: str, council: str) -> None:
    case = PlanningCase(running, council)
    await case.open_plan()
    request = await case.draft()
    request.request_id = request_id
    await case.pat.SavePlan(request)


async def squat_in_approval(running: Running, request_id: str, council: str) -> None:
    desk = Desk(running)
    request = desk.opening()
    request.council = council
    await desk.journey.OpenApproval(request)
    olu = desk.by("olu", council=council)
    checked = (await olu.GetApproval(approval_pb2.GetApprovalRequest(case_id=desk.case_id))).approval
    returned = returning(checked)
    returned.request_id = request_id
    await olu.ReturnPlan(returned)


async def squat_in_review(running: Running, request_id: str, council: str) -> None:
    home = Home(running)
    request = home.life_opening()
    request.council = council
    await home.journey.OpenLife(request)
    rae = home.by("rae", council=council)
    spent = spending((await rae.GetLife(home.reading())).life)
    spent.request_id = request_id
    await rae.RecordSpend(spent)


SQUATTERS = {
    "assessment": squat_in_assessment,
    "planning": squat_in_planning,
    "approval": squat_in_approval,
    "review": squat_in_review,
}


def test_every_request_of_a_journey_is_in_these_tests() -> None:
    """A new request must be told here too. One that only reads has no id that anybody could use first."""
    kinds = {kind for kind in vars(requests).values() if isinstance(kind, type) and issubclass(kind, Request)}
    assert set(STORIES) == kinds - {Request, Opening, GetAsk}


@every_request
@pytest.mark.parametrize("council", COUNCILS)
async def test_nobody_is_in_a_journeys_way_by_guessing_its_request_id(
    shared_service: SharedService, kind: type[Request], council: str
) -> None:
    """Somebody of this or another council uses the id first for a change of their own: the journey is answered."""
    service, prepare = STORIES[kind]
    running = await shared_service(service)
    asked = await prepare(running)
    request_id = id_of(asked, kind)
    setattr(asked.request, "request_id", request_id)  # noqa: B010 - every one has it; Message does not say so
    await SQUATTERS[service](running, request_id, council)
    told = await count(running, outbox, asked.case_id)
    answer = await asked.ask()
    if kind in {requests.CloseApproval, requests.ClosePlanning, requests.CloseReview}:
        assert await count(running, outbox, asked.case_id) == told
    else:
        assert await count(running, outbox, asked.case_id) == told + 1
    assert await asked.ask() == answer


@every_request
async def test_asked_again_when_its_answer_is_forgotten_it_is_not_done_again(
    shared_service: SharedService, kind: type[Request]
) -> None:
    """The same answer, no second event and no second decision; and other content is refused as it was before."""
    service, prepare = STORIES[kind]
    running = await shared_service(service)
    asked = await prepare(running)
    setattr(asked.request, "request_id", id_of(asked, kind))  # noqa: B010 - as above
    answer = await asked.ask()
    before = [await count(running, table, asked.case_id) for table in (outbox, receipts)]
    await running.store.write(lambda connection: connection.execute(answers.delete()))
    for _ in range(2):
        assert await asked.ask() == answer
    assert [await count(running, table, asked.case_id) for table in (outbox, receipts)] == before
    if kind in OTHERWISE:
        name, value, reason = OTHERWISE[kind]
        await running.store.write(lambda connection: connection.execute(answers.delete()))
        setattr(asked.request, name, value)
        fault = await refusal_of(asked.ask())
        assert (fault.kind, fault.reason) == (Kind.PRECONDITION, reason)
        assert [await count(running, table, asked.case_id) for table in (outbox, receipts)] == before


async def test_a_round_before_the_last_is_answered_as_it_was(shared_service: SharedService) -> None:
    """Whoever asks for round 2 again after round 3 has begun is told the date that round 2 had."""
    work = Practice(await shared_service("assessment"))
    second = await work.come_to("OpenAssessment")
    first = await work.journey().OpenAssessment(second)  # type: ignore[arg-type]
    await work.read()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    third = assessment_pb2.OpenAssessmentRequest(
        request_id=str(uuid4()), case_id=work.case.case_id, round=3, opened_on="2027-03-01"
    )
    assert await work.journey().OpenAssessment(third) != first
    await work.running.store.write(lambda connection: connection.execute(answers.delete()))
    assert await work.journey().OpenAssessment(second) == first  # type: ignore[arg-type]


async def count(running: Running, table: sa.Table, case_id: str) -> int:
    """How many rows of a case a table has."""
    query = sa.select(sa.func.count()).select_from(table).where(table.c.case_id == case_id)
    return int(await running.store.read(lambda connection: connection.execute(query).scalar_one()))


OPENINGS_OF_A_COUNCIL = (requests.OpenPlan, requests.OpenApproval, requests.OpenLife)


@pytest.mark.parametrize("kind", OPENINGS_OF_A_COUNCIL, ids=lambda kind: kind.__name__)
async def test_a_journey_of_one_council_opens_nothing_of_another(
    shared_service: SharedService, kind: type[Request]
) -> None:
    """Neither in that council's name nor in its own; what it may open are steps of its own council's cases."""
    service, _ = STORIES[kind]
    running = await shared_service(service)
    case = await Practice(running.assessment).open()
    for named in COUNCILS:
        call = opening_by(running, kind, case.case_id, by="elsewhere", named=named)
        assert (await refusal_of(call)).reason == "CASE_NOT_FOUND"
    await opening_by(running, kind, case.case_id, by="example", named="example")


@pytest.mark.parametrize("kind", OPENINGS_OF_A_COUNCIL, ids=lambda kind: kind.__name__)
async def test_an_opening_names_the_council_that_holds_the_case(
    shared_service: SharedService, kind: type[Request]
) -> None:
    """A journey for every council cannot give a case to another council either."""
    service, _ = STORIES[kind]
    running = await shared_service(service)
    case = await Practice(running.assessment).open()
    await opening_by(running, kind, case.case_id, by="*", named="example")
    fault = await refusal_of(opening_by(running, kind, case.case_id, by="*", named="elsewhere"))
    assert (fault.reason, [each.field for each in fault.violations]) == ("FIELD_INVALID", ["council"])


def opening_by(running: Running, kind: type[Request], case_id: str, *, by: str, named: str) -> Awaitable[Message]:
    """The journey of a council opens a step of a case in the name of a council."""
    desk, home, case = Desk(running, case_id), Home(running, case_id), PlanningCase(running)
    request: Message
    if kind is requests.OpenPlan:
        case.case_id = case_id
        request = case.opening_of_plan()
        call: object = running.stub(PlanningServiceStub, running.token("journey", Role.JOURNEY, council=by)).OpenPlan
    elif kind is requests.OpenApproval:
        request = desk.opening()
        call = desk.by("journey", Role.JOURNEY, council=by).OpenApproval
    else:
        request = home.life_opening()
        call = home.by("journey", Role.JOURNEY, council=by).OpenLife
    setattr(request, "council", named)  # noqa: B010 - each of these has it; Message does not say so
    return cast("Ask", call)(request)
