"""Repairs are proved: what would happen is said before, and every case is looked at again."""

from dataclasses import replace
from uuid import uuid4

import pytest

from fakes.hands import FakeHands, came_back, moved, unchanged
from integration.operations.repairs import (
    BECAUSE,
    FASTEST,
    case_of,
    cases_of,
    get,
    go_on,
    outcomes_of,
    park,
    plan,
    repairers,
    settled,
)
from servers.feed import Feed
from servers.operations import run_operations, told
from servers.services import refusal_of
from servers.waiting import until
from services.operations.repairs import repairing
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.events import CaseOpened
from sevensteps.identity.actor import EVERY_COUNCIL, Role

pytestmark = pytest.mark.usefixtures("no_looks")

NOTHING_TWICE = "If that was done already, the same answer comes again: nothing is done or paid twice."


async def test_first_a_few_then_the_rest_and_each_is_looked_at(settings: Settings, feed: Feed) -> None:
    """A plan says what would happen and does nothing; a few are repaired and proved before all are."""
    hands = FakeHands()
    async with repairers(settings, feed, hands, 10) as operations:
        planned = await plan(operations)
        assert (planned.state, planned.cases, planned.left, hands.acted) == (pb.REPAIR_STATE_PLANNED, 10, 10, [])
        predictions = {case.prediction for case in await cases_of(operations, planned)}
        assert predictions == {f"The journey asks once more: OpenPlan. {NOTHING_TWICE}"}
        first = await go_on(operations, planned, 2)
        assert (first.state, first.left, outcomes_of(first)) == (
            pb.REPAIR_STATE_WAITING, 8, {pb.REPAIR_OUTCOME_MOVED: 2},
        )  # fmt: skip
        assert [case for case, _ in hands.acted] == [case_of(0), case_of(1)]
        done = await go_on(operations, planned)
        assert (done.state, done.left, outcomes_of(done)) == (pb.REPAIR_STATE_DONE, 0, {pb.REPAIR_OUTCOME_MOVED: 10})
        assert len({case for case, _ in hands.acted}) == len(hands.acted) == 10
        moved_cases = await cases_of(operations, planned, pb.REPAIR_OUTCOME_MOVED)
        assert {case.seen for case in moved_cases} == {"Step 2: making your plan. Waits for the plan to be submitted."}


async def test_a_repair_that_does_not_help_says_so(
    settings: Settings, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is parked again came back, with the reason; what hears nothing is unchanged. Neither is a success."""
    monkeypatch.setattr(repairing, "PATIENCE_SECONDS", 2.0)
    hands = FakeHands(came_back)
    async with repairers(settings, feed, hands, 2) as operations:
        first = await go_on(operations, planned := await plan(operations), 1)
        assert outcomes_of(first) == {pb.REPAIR_OUTCOME_CAME_BACK: 1}
        (case,) = await cases_of(operations, planned, pb.REPAIR_OUTCOME_CAME_BACK)
        assert "A determination must come first." in case.seen
        hands.becomes = unchanged
        done = await go_on(operations, planned)
        assert outcomes_of(done) == {pb.REPAIR_OUTCOME_CAME_BACK: 1, pb.REPAIR_OUTCOME_UNCHANGED: 1}


async def test_cases_are_settled_when_it_is_planned(settings: Settings, feed: Feed) -> None:
    """What is parked later is not repaired, though the filter would find it now; what was chosen is, off any page."""
    hands = FakeHands()
    async with repairers(settings, feed, hands, 60) as operations:
        planned = await plan(operations)
        late = await feed.append([told("case-late", CaseOpened("adult", "2026-06-25"))])
        await operations.come_to(late)
        await park(operations, ["case-late"])
        done = await go_on(operations, planned)
        assert outcomes_of(done) == {pb.REPAIR_OUTCOME_MOVED: 60}
        assert "case-late" not in {case for case, _ in hands.acted}


async def test_what_would_do_nothing_is_left_out(settings: Settings, feed: Feed) -> None:
    """It is said of which cases that is so, and why; a plan for nothing at all is refused."""
    hands = FakeHands()
    async with repairers(settings, feed, hands, 2) as operations:
        await operations.come_to(await feed.append([told("case-well", CaseOpened("adult", "2026-06-25"))]))
        every = pb.CaseFilter(case_ids=[case_of(0), case_of(1), "case-well"])
        request = pb.PlanRepairRequest(
            request_id=str(uuid4()), filter=every, action=pb.REPAIR_ACTION_RESUME, because=BECAUSE
        )
        planned = (await operations.staff.PlanRepair(request)).repair
        assert (planned.cases, planned.left) == (3, 2)
        (well,) = await cases_of(operations, planned, pb.REPAIR_OUTCOME_LEFT_OUT)
        assert well.prediction == "Its journey is not parked, so there is nothing to resume."
        request.request_id, request.filter.case_ids[:] = str(uuid4()), ["case-nowhere"]
        assert (await refusal_of(operations.staff.PlanRepair(request))).reason == "NO_CASES"


async def test_the_reason_of_a_refusal_is_shown(settings: Settings, feed: Feed) -> None:
    """Not that it could not be done, but what the service said; the other cases go on."""
    hands = FakeHands(refuses={case_of(1): Fault(Kind.PRECONDITION, "CASE_ENDED", "The case has ended.")})
    async with repairers(settings, feed, hands, 3) as operations:
        done = await go_on(operations, planned := await plan(operations))
        assert outcomes_of(done) == {pb.REPAIR_OUTCOME_MOVED: 2, pb.REPAIR_OUTCOME_REFUSED: 1}
        (case,) = await cases_of(operations, planned, pb.REPAIR_OUTCOME_REFUSED)
        assert case.seen == "CASE_ENDED: The case has ended."


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.UNAUTHENTICATED, "TOKEN_EXPIRED", "The token has expired. Get a new one."),
        Fault(Kind.UNAVAILABLE, "NOTHING_ANSWERS", "The service does not answer."),
    ],
    ids=["the session ends", "a service is down"],
)
async def test_what_passes_keeps_the_rest_waiting(settings: Settings, feed: Feed, fault: Fault) -> None:
    """Nothing is lost and nothing counts as done: it says why it waits, and goes on with a new token."""
    hands = FakeHands(refuses={case_of(1): fault})
    async with repairers(settings, feed, hands, 3) as operations:
        waits = await go_on(operations, planned := await plan(operations))
        assert (waits.state, waits.left, outcomes_of(waits)) == (
            pb.REPAIR_STATE_WAITING, 2, {pb.REPAIR_OUTCOME_MOVED: 1},
        )  # fmt: skip
        assert waits.why == f"{fault.reason}: {fault.detail}"
        hands.refuses.clear()
        assert outcomes_of(await go_on(operations, planned)) == {pb.REPAIR_OUTCOME_MOVED: 3}


async def test_it_can_be_stopped_in_the_middle(settings: Settings, feed: Feed) -> None:
    """Before the next case; what was repaired is still looked at. It can be continued."""
    hands = FakeHands(pause=0.2)
    async with repairers(settings, feed, hands, 30) as operations:
        planned = await plan(operations)
        await operations.staff.ContinueRepair(pb.ContinueRepairRequest(repair_id=planned.repair_id, pace=FASTEST))
        again = pb.ContinueRepairRequest(repair_id=planned.repair_id)
        assert (await refusal_of(operations.staff.ContinueRepair(again))).reason == "REPAIR_RUNS"

        async def has_begun() -> bool:
            return len(hands.acted) > 2

        await until(has_begun, "the first cases")
        stop = pb.StopRepairRequest(repair_id=planned.repair_id, because="something is odd")
        await operations.staff.StopRepair(stop)
        stopped = await settled(operations, planned)
        assert (stopped.state, stopped.why) == (pb.REPAIR_STATE_STOPPED, "Stopped: something is odd")
        assert 0 < stopped.left < 30
        assert outcomes_of(stopped) == {pb.REPAIR_OUTCOME_MOVED: 30 - stopped.left}
        assert (await refusal_of(operations.staff.StopRepair(stop))).reason == "REPAIR_STANDS"
        assert outcomes_of(await go_on(operations, planned)) == {pb.REPAIR_OUTCOME_MOVED: 30}
        assert len(hands.acted) == 30


async def test_a_restart_in_the_middle_loses_nothing(
    settings: Settings, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever continues it afterwards goes on where it was; what was repaired and not looked at is looked at."""
    monkeypatch.setattr("services.operations.repairs.repair_store.SILENT_MILLISECONDS", 500)
    hands = FakeHands(pause=0.1)
    async with repairers(settings, feed, hands, 10) as operations:
        planned = await plan(operations)
        await operations.staff.ContinueRepair(pb.ContinueRepairRequest(repair_id=planned.repair_id, pace=FASTEST))

        async def has_begun() -> bool:
            return len(hands.acted) > 2

        await until(has_begun, "the first cases")
    async with run_operations(replace(settings, feed=feed.running.address), hands=hands) as operations:

        async def goes_on() -> bool:
            fault = ""
            try:
                await go_on(operations, planned)
            except Exception as error:  # noqa: BLE001 - refused while the first one may still run it
                fault = str(error)
            return not fault

        await until(goes_on, "the repair to go on")
        done = await get(operations, planned)
        assert (done.state, outcomes_of(done)) == (pb.REPAIR_STATE_DONE, {pb.REPAIR_OUTCOME_MOVED: 10})


async def test_two_repairs_at_once(settings: Settings, feed: Feed) -> None:
    """A case that one repair has in its hands is left out by the other, which says so."""
    hands = FakeHands(unchanged)
    async with repairers(settings, feed, hands, 2) as operations:
        one, other = await plan(operations), await plan(operations)
        await operations.staff.ContinueRepair(pb.ContinueRepairRequest(repair_id=one.repair_id, pace=FASTEST))

        async def is_in_hand() -> bool:
            return (await get(operations, one)).to_look_at == 2

        await until(is_in_hand, "both cases to be in hand")
        done = await go_on(operations, other)
        assert outcomes_of(done) == {pb.REPAIR_OUTCOME_LEFT_OUT: 2}
        case, *_ = await cases_of(operations, other)
        assert case.seen == f"It is just being repaired by {one.repair_id}."
        hands.standings = {case_id: moved(now) for case_id, now in hands.standings.items()}
        assert outcomes_of(await settled(operations, one)) == {pb.REPAIR_OUTCOME_MOVED: 2}


async def test_going_on_that_is_sent_twice(settings: Settings, feed: Feed) -> None:
    """Whoever says how many cases they have read to be left goes on once, however late the second one comes."""
    hands = FakeHands()
    async with repairers(settings, feed, hands, 5) as operations:
        planned = await plan(operations)
        first = pb.ContinueRepairRequest(repair_id=planned.repair_id, cases=2, pace=FASTEST, left=5)
        await operations.staff.ContinueRepair(first)
        assert (await settled(operations, planned)).left == 3
        fault = await refusal_of(operations.staff.ContinueRepair(first))
        assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "REPAIR_WENT_ON")
        assert (await get(operations, planned)).state == pb.REPAIR_STATE_WAITING
        wrong = await refusal_of(operations.staff.ContinueRepair(pb.ContinueRepairRequest(repair_id="r", left=-1)))
        assert wrong.kind is Kind.INVALID
        assert len(hands.acted) == 2


async def test_the_same_request_plans_once(settings: Settings, feed: Feed) -> None:
    """A request that is sent again finds its repair; another one with its id is refused, as is one without words."""
    async with repairers(settings, feed, FakeHands(), 2) as operations:
        request_id = str(uuid4())
        first = await plan(operations, request_id=request_id)
        assert await plan(operations, request_id=request_id) == first
        other = pb.PlanRepairRequest(
            request_id=request_id, filter=pb.CaseFilter(), action=pb.REPAIR_ACTION_HOLD, because=" ", hold_reason="x"
        )
        fields = {each.field for each in (await refusal_of(operations.staff.PlanRepair(other))).violations}
        assert fields == {"because", "hold_reason"}
        other.because, other.hold_reason = BECAUSE, "away"
        assert (await refusal_of(operations.staff.PlanRepair(other))).reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize("database", [""])
async def test_repairs_are_made_with_the_rights_of_whoever_repairs(settings: Settings, feed: Feed) -> None:
    """With their own token; a council's staff repair its own cases alone, and see no other council's repairs."""
    hands = FakeHands()
    async with repairers(settings, feed, hands, 1) as operations:
        token = operations.running.token("oda", Role.OPERATIONS, council="elsewhere")
        elsewhere = operations.running.stub(OperationsServiceStub, token)
        request = pb.PlanRepairRequest(
            request_id=str(uuid4()),
            filter=pb.CaseFilter(case_ids=[case_of(0)]),
            action=pb.REPAIR_ACTION_REBUILD,
            because=BECAUSE,
        )
        assert (await refusal_of(elsewhere.PlanRepair(request))).reason == "NO_CASES"
        planned = await plan(operations)
        asked = pb.GetRepairRequest(repair_id=planned.repair_id)
        assert (await refusal_of(elsewhere.GetRepair(asked))).reason == "REPAIR_NOT_FOUND"
        await go_on(operations, planned)
        ((_, used),) = hands.acted
        checked = operations.running.keys.check(used)
        assert (checked.actor.subject, checked.actor.council) == ("olu", EVERY_COUNCIL)
        amy = operations.running.stub(OperationsServiceStub, operations.running.token("amy", Role.PRACTITIONER))
        assert (await refusal_of(amy.PlanRepair(request))).reason == "ROLE_LACKS_RIGHT"
