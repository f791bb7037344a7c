"""Repairs that do to a case what people do: by the calls of assessment, proved by the events that come of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from fakes.hands import parked
from integration.assessment.practice import Practice
from integration.operations.repairs import cases_of, go_on, outcomes_of, plan
from servers.feed import Feed
from servers.operations import Operations, run_operations
from servers.services import refusal_of, run_service
from servers.waiting import until
from services.operations.repairs import repairing
from services.operations.repairs.hands import OwnHands
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.config import Settings
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.steps import Ending
from sevensteps.temporal import Standing, WaitingFor

pytestmark = pytest.mark.usefixtures("no_looks")

CASES = 3
TO_NORTH = {"action": pb.REPAIR_ACTION_ASSIGN, "team": "north"}
TO_PANEL = {"action": pb.REPAIR_ACTION_ESCALATE, "escalate_to": "risk_panel"}


class HandsWithoutTemporal(OwnHands):
    """Those of the running suite; where a journey stands, they read from the case itself."""

    practice: Practice

    async def look(self, case_id: str) -> Standing:
        """An open case's journey is parked; one that has ended is at its end."""
        asked = assessment_pb2.GetCaseRequest(case_id=case_id)
        case = (await self.practice.amy.GetCase(asked)).case
        if not case.ending:
            return parked(case_id)
        return replace(parked(case_id), waiting_for=WaitingFor.NOTHING, parked=None, ending=Ending.MOVED)


@dataclass
class Desk:
    """Assessment with a few cases, and operations that follow what happens to them."""

    operations: Operations
    practice: Practice
    case_ids: list[str]

    async def plan(self, **wanted: object) -> pb.Repair:
        """A repair of all of them."""
        chosen = pb.CaseFilter(case_ids=self.case_ids)
        request = pb.PlanRepairRequest(request_id=str(uuid4()), filter=chosen, because="The team has closed.")
        request.MergeFrom(pb.PlanRepairRequest(**wanted))  # type: ignore[arg-type]
        return (await self.operations.staff.PlanRepair(request)).repair

    async def cases(self) -> list[assessment_pb2.Case]:
        """The cases as assessment has them."""
        asked = assessment_pb2.ListCasesRequest(case_ids=self.case_ids)
        return list((await self.practice.amy.ListCases(asked)).cases)

    async def rows(self, **wanted: object) -> list[pb.CaseRow]:
        """The rows of the cases that meet a filter."""
        chosen = pb.CaseFilter(**wanted)  # type: ignore[arg-type]
        return list((await self.operations.staff.ListCases(pb.ListCasesRequest(filter=chosen))).cases)

    async def predictions(self, repair: pb.Repair) -> set[str]:
        """What was said of its cases."""
        return {each.prediction for each in await cases_of(self.operations, repair)}


@asynccontextmanager
async def _desk(settings: Settings, feed: Feed) -> AsyncIterator[Desk]:
    following = replace(settings, feed=feed.running.address)
    async with AsyncExitStack() as stack:
        assessment = await stack.enter_async_context(run_service("assessment", following))
        hands = HandsWithoutTemporal(replace(following, assessment=assessment.address))
        hands.practice = practice = Practice(assessment)
        operations = await stack.enter_async_context(run_operations(following, hands=hands))
        desk = Desk(operations, practice, [(await practice.open()).case_id for _ in range(CASES)])

        async def are_there() -> bool:
            return len(await desk.rows()) == CASES

        await until(are_there, "the rows of the cases")
        yield desk


@pytest.fixture
async def desk(settings: Settings, feed: Feed) -> AsyncIterator[Desk]:
    """Three cases that have just been opened, of no team."""
    async with _desk(settings, feed) as desk:
        yield desk


async def test_cases_are_given_to_a_team(desk: Desk) -> None:
    """It says from which team each would go; afterwards assessment and the rows have the new one; by whom, too."""
    planned = await desk.plan(**TO_NORTH)
    assert (planned.needs_second_person, planned.given) == (False, "to the team north")
    assert await desk.predictions(planned) == {"The case goes from no team to the team north. Nothing else changes."}
    done = await go_on(desk.operations, planned)
    assert outcomes_of(done) == {pb.REPAIR_OUTCOME_MOVED: CASES}
    assert {each.seen for each in await cases_of(desk.operations, planned)} == {"The team north looks after it."}
    assert {case.team for case in await desk.cases()} == {"north"}
    assert {row.case_id for row in await desk.rows(teams=["north"])} == set(desk.case_ids)
    acts = await desk.practice.amy.ListActs(assessment_pb2.ListActsRequest(case_id=desk.case_ids[0]))
    assert [(act.acted_by, act.because, act.team) for act in acts.acts] == [("olu", "The team has closed.", "north")]
    again = await desk.plan(**TO_NORTH)
    assert (again.left, outcomes_of(again)) == (0, {pb.REPAIR_OUTCOME_LEFT_OUT: CASES})
    assert await desk.predictions(again) == {"The team north looks after it already."}
    on = await desk.plan(action=pb.REPAIR_ACTION_ASSIGN, team="south")
    assert await desk.predictions(on) == {"The case goes from the team north to the team south. Nothing else changes."}


async def test_cases_are_brought_before_somebody(desk: Desk) -> None:
    """Until they go on: what somebody has taken up meanwhile counts as moved, too."""
    planned = await desk.plan(**TO_PANEL)
    assert await desk.predictions(planned) == {
        "The case is brought before the risk panel, until it goes on. Its step and its dates stay as they are.",
    }
    done = await go_on(desk.operations, planned)
    assert outcomes_of(done) == {pb.REPAIR_OUTCOME_MOVED: CASES}
    seen = {each.seen for each in await cases_of(desk.operations, planned)}
    assert seen == {"The case has been brought before the risk panel."}
    rows = await desk.rows(escalated=True)
    assert {(row.escalated_to, row.step, row.waiting_for) for row in rows} == {
        ("risk_panel", pb.STEP_MONEY_FOUND, pb.WAITING_FOR_DETERMINATION),
    }
    again = await desk.plan(**TO_PANEL)
    assert outcomes_of(again) == {pb.REPAIR_OUTCOME_LEFT_OUT: CASES}
    await desk.practice.read()
    await desk.practice.propose()
    await desk.practice.confirm()

    async def is_over() -> bool:
        return len(await desk.rows(escalated=True)) == CASES - 1

    await until(is_over, "the escalation of the case that goes on to be over")


async def test_cases_are_ended(desk: Desk) -> None:
    """As the operator would end each: what they may not decide is refused, with the reason; an ended one is left."""
    pat = desk.operations.running.stub(
        OperationsServiceStub, desk.operations.running.token("pat", Role.OPERATIONS, council=EVERY_COUNCIL)
    )
    refused = await desk.plan(action=pb.REPAIR_ACTION_END, ending="assessment_refused")
    await pat.AgreeRepair(pb.AgreeRepairRequest(repair_id=refused.repair_id, because="Seen."))
    assert outcomes_of(await go_on(desk.operations, refused)) == {pb.REPAIR_OUTCOME_REFUSED: CASES}
    (reason,) = {each.seen for each in await cases_of(desk.operations, refused)}
    assert reason.startswith("ROLE_LACKS_RIGHT: Operations may end a case as died, moved, support_ended.")
    assert not any(case.ending for case in await desk.cases())
    planned = await desk.plan(action=pb.REPAIR_ACTION_END, ending="moved")
    await pat.AgreeRepair(pb.AgreeRepairRequest(repair_id=planned.repair_id, because="Seen."))
    assert outcomes_of(await go_on(desk.operations, planned)) == {pb.REPAIR_OUTCOME_MOVED: CASES}
    assert {case.ending for case in await desk.cases()} == {assessment_pb2.ENDING_MOVED}

    async def have_ended() -> bool:
        return {row.ending for row in await desk.rows()} == {"moved"}

    await until(have_ended, "the rows of the ended cases")
    again = await desk.plan(**TO_NORTH)
    assert await desk.predictions(again) == {"The case has ended."}


@pytest.mark.parametrize("database", [""])
async def test_what_the_feed_does_not_say_is_not_proved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that was answered is no proof."""

    async def does_nothing(*_: object) -> None:
        """As if the call had been answered, and nothing stored."""

    monkeypatch.setattr(repairing, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(OwnHands, "act", does_nothing)
    for wanted in (TO_NORTH, TO_PANEL):
        planned = await desk.plan(**wanted)
        assert outcomes_of(await go_on(desk.operations, planned)) == {pb.REPAIR_OUTCOME_UNCHANGED: CASES}
        assert {each.seen for each in await cases_of(desk.operations, planned)} == {"The feed does not say so yet."}


@pytest.mark.parametrize("database", [""])
async def test_what_an_action_is_given_is_checked(desk: Desk) -> None:
    """Each is told by its field, before anything is settled."""
    for wanted, field in (
        ({"action": pb.REPAIR_ACTION_ASSIGN}, "team"),
        ({"action": pb.REPAIR_ACTION_ASSIGN, "team": "x" * 65}, "team"),
        ({"action": pb.REPAIR_ACTION_ESCALATE, "escalate_to": "finance"}, "escalate_to"),
        ({"action": pb.REPAIR_ACTION_ESCALATE}, "escalate_to"),
        (TO_NORTH | {"escalate_to": "panel"}, "escalate_to"),
        (TO_PANEL | {"team": "north"}, "team"),
    ):
        fault = await refusal_of(plan(desk.operations, **wanted))
        assert [each.field for each in fault.violations] == [field]
