"""Whoever planned a dangerous repair does not agree to it: held in three places, each tested without the others."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from fakes.hands import FakeHands
from integration.operations.repairs import BECAUSE, case_of, cases_of, get, go_on, outcomes_of, plan, repairers
from servers.feed import Feed
from servers.operations import Operations
from servers.services import refusal_of
from services.operations.domain.agreement import Agreement
from services.operations.repairs import agreeing
from services.operations.tables import audit, repairs
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.steps import Ending
from sevensteps.temporal import Standing, WaitingFor

if TYPE_CHECKING:
    from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceAsyncStub

pytestmark = pytest.mark.usefixtures("no_looks")

AGREED = "I have looked at both cases."
ENDING = {"action": pb.REPAIR_ACTION_END, "ending": "moved"}
WHAT_FOLLOWS = (
    "The case ends as the person has moved, with that day as its last. Its journey ends, and so do its money and "
    "support where any is arranged. No date of law runs on. This cannot be taken back."
)


def ended(before: Standing) -> Standing:
    """The same journey, at its end."""
    return replace(before, waiting_for=WaitingFor.NOTHING, parked=None, ending=Ending.MOVED, heard=before.heard + 1)


@pytest.fixture
async def operations(settings: Settings, feed: Feed) -> AsyncIterator[Operations]:
    """Two parked cases, which end when somebody ends them."""
    async with repairers(settings, feed, FakeHands(ended), 2) as operations:
        yield operations


def somebody(operations: Operations, subject: str, council: str = EVERY_COUNCIL) -> "OperationsServiceAsyncStub":
    """Another of operations."""
    return operations.running.stub(
        OperationsServiceStub, operations.running.token(subject, Role.OPERATIONS, council=council)
    )


def agreement(repair: pb.Repair, because: str = AGREED) -> pb.AgreeRepairRequest:
    """Asks to agree."""
    return pb.AgreeRepairRequest(repair_id=repair.repair_id, because=because)


async def told(operations: Operations, repair: pb.Repair) -> Sequence[sa.Row[str, str, str, str, str]]:
    """What the audit has of a repair as a whole."""
    query = (
        sa.select(audit.c.act, audit.c.subject, audit.c.refused, audit.c.because, audit.c.after)
        .where(audit.c.about == repair.repair_id)
        .order_by(audit.c.number)
    )
    return await operations.running.store.read(lambda connection: connection.execute(query).all())


async def test_nothing_is_done_before_somebody_else_agrees(operations: Operations) -> None:
    """It says what it waits for; the second person agrees to the very list that was planned, and then it goes on."""
    planned = await plan(operations, **ENDING)
    assert (planned.needs_second_person, planned.agreed_by, planned.given) == (True, "", "as the person has moved")
    going = pb.ContinueRepairRequest(repair_id=planned.repair_id)
    fault = await refusal_of(operations.staff.ContinueRepair(going))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "SECOND_PERSON_NEEDED")
    assert f"sevensteps repair agree {planned.repair_id}" in fault.detail
    assert (await get(operations, planned)).state == pb.REPAIR_STATE_PLANNED
    pat = somebody(operations, "pat")
    agreed = (await pat.AgreeRepair(agreement(planned))).repair
    assert (agreed.agreed_by, agreed.HasField("agreed_at"), agreed.state) == ("pat", True, pb.REPAIR_STATE_PLANNED)
    done = await go_on(operations, planned)
    assert outcomes_of(done) == {pb.REPAIR_OUTCOME_MOVED: 2}
    assert {each.seen for each in await cases_of(operations, planned)} == {"The case has ended."}
    entries = await told(operations, planned)
    assert [(each.act, each.subject, each.refused) for each in entries] == [
        ("repair.planned", "olu", ""),
        ("repair.continued", "olu", "SECOND_PERSON_NEEDED"),
        ("repair.agreed", "pat", ""),
        ("repair.continued", "olu", ""),
        ("repair.settled", "olu", ""),
    ]
    assert (entries[2].because, entries[2].after) == (AGREED, entries[0].after)
    assert json.loads(entries[2].after)["given"] == {"ending": "moved"}


async def test_whoever_planned_it_does_not_agree(operations: Operations) -> None:
    """It is refused, and the attempt is on record."""
    planned = await plan(operations, **ENDING)
    fault = await refusal_of(operations.staff.AgreeRepair(agreement(planned)))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "SAME_PERSON")
    assert await get(operations, planned) == planned
    assert (await told(operations, planned))[-1][:4] == ("repair.agreed", "olu", "SAME_PERSON", AGREED)


async def test_the_handler_refuses_alone(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the domain knows nothing of it. The database would refuse it as an error of the code's own."""
    monkeypatch.setattr(Agreement, "__post_init__", lambda self: None)
    planned = await plan(operations, **ENDING)
    assert (await refusal_of(operations.staff.AgreeRepair(agreement(planned)))).reason == "SAME_PERSON"


async def test_the_domain_refuses_alone(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the handler does not check."""
    monkeypatch.setattr(agreeing, "ensure_another", lambda repair, actor: None)
    planned = await plan(operations, **ENDING)
    assert (await refusal_of(operations.staff.AgreeRepair(agreement(planned)))).reason == "SAME_PERSON"
    assert await get(operations, planned) == planned


async def test_the_database_refuses_alone(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither does; and nothing begins past the service, either. Another's agreement is taken."""
    monkeypatch.setattr(agreeing, "ensure_another", lambda repair, actor: None)
    monkeypatch.setattr(Agreement, "__post_init__", lambda self: None)
    planned = await plan(operations, **ENDING)
    assert (await refusal_of(operations.staff.AgreeRepair(agreement(planned)))).kind is Kind.INTERNAL
    for values in (
        {"agreed_by": "olu", "agreed": 1, "agreed_because": AGREED},
        {"agreed_by": "pat"},
        {"state": "running"},
        {"state": "waiting"},
        {"state": "stopped"},
    ):
        with pytest.raises(sa.exc.IntegrityError):
            await _write(operations, values)
    await _write(operations, {"agreed_by": "pat", "agreed": 1, "agreed_because": AGREED})
    assert (await get(operations, planned)).agreed_by == "pat"


async def _write(operations: Operations, values: Mapping[str, object]) -> None:
    await operations.running.store.write(lambda connection: connection.execute(repairs.update().values(values)))


async def test_it_is_agreed_once_and_in_time(operations: Operations) -> None:
    """The same person again finds it agreed; a third one is refused. What needs nobody, or is done, is not agreed."""
    planned = await plan(operations, **ENDING)
    pat, kim = somebody(operations, "pat"), somebody(operations, "kim")
    first = await pat.AgreeRepair(agreement(planned))
    assert await pat.AgreeRepair(agreement(planned)) == first
    assert (await refusal_of(kim.AgreeRepair(agreement(planned)))).reason == "REPAIR_AGREED"
    assert (await refusal_of(pat.AgreeRepair(agreement(planned, "another reason")))).reason == "REPAIR_AGREED"
    blank = await refusal_of(kim.AgreeRepair(agreement(planned, " ")))
    assert [each.field for each in blank.violations] == ["because"]
    await go_on(operations, planned)
    assert (await refusal_of(kim.AgreeRepair(agreement(planned)))).reason == "REPAIR_AGREED"
    harmless = await plan(operations)
    assert not harmless.needs_second_person
    assert (await refusal_of(pat.AgreeRepair(agreement(harmless)))).reason == "NO_SECOND_PERSON_NEEDED"


@pytest.mark.parametrize("database", [""])
async def test_who_may_agree(operations: Operations) -> None:
    """Somebody with the role, who may see the repair: one of another council, or without the role, may not."""
    planned = await plan(operations, **ENDING)
    elsewhere = somebody(operations, "oda", council="elsewhere")
    assert (await refusal_of(elsewhere.AgreeRepair(agreement(planned)))).reason == "REPAIR_NOT_FOUND"
    token = operations.running.token("amy", Role.PRACTITIONER)
    amy = operations.running.stub(OperationsServiceStub, token)
    assert (await refusal_of(amy.AgreeRepair(agreement(planned)))).reason == "ROLE_LACKS_RIGHT"
    own = somebody(operations, "cat", council="example")
    request = pb.PlanRepairRequest(
        request_id="7d444840-9dc0-11d1-b245-5ffdce74fad2",
        filter=pb.CaseFilter(case_ids=[case_of(0)]),
        because=BECAUSE,
        action=pb.REPAIR_ACTION_END,
        ending="moved",
    )
    of_council = (await own.PlanRepair(request)).repair
    assert (await operations.staff.AgreeRepair(agreement(of_council))).repair.agreed_by == "olu"


@pytest.mark.parametrize("database", [""])
@pytest.mark.parametrize(
    ("written", "action", "needs"),
    [
        ("", pb.REPAIR_ACTION_REBUILD, False),
        ("", pb.REPAIR_ACTION_END, True),
        ("repairs by two: [rebuild]\n", pb.REPAIR_ACTION_REBUILD, True),
        ("repairs by two: [rebuild]\n", pb.REPAIR_ACTION_END, True),
        ("repairs by two: [rebuild]\n", pb.REPAIR_ACTION_HOLD, False),
        ("repairs by two: [all]\n", pb.REPAIR_ACTION_HOLD, True),
    ],
    ids=["says nothing", "always", "added", "none taken off", "not added", "a file that cannot be read"],
)
async def test_the_councils_list_says_which(
    settings: Settings, feed: Feed, tmp_path: Path, written: str, action: pb.RepairAction.ValueType, *, needs: bool
) -> None:
    """That of any council whose case is to be repaired, whoever plans it."""
    policies = Path(copytree(settings.policies, tmp_path / "policies"))
    choices = (policies / "example-council" / "council.yaml").read_text().replace("example-council\nt", "example\nt")
    (policies / "example").mkdir()
    (policies / "example" / "council.yaml").write_text(written + choices)
    async with repairers(replace(settings, policies=policies), feed, FakeHands(), 1) as operations:
        given = {pb.REPAIR_ACTION_END: {"ending": "died"}, pb.REPAIR_ACTION_HOLD: {"hold_reason": "away"}}
        planned = await plan(operations, action=action, **given.get(action, {}))
        assert planned.needs_second_person is needs


@pytest.mark.parametrize("database", [""])
async def test_what_is_given_fits_what_is_done(operations: Operations) -> None:
    """An ending is for ending alone, and one that people may choose; it says which field is wrong."""
    with pytest.raises(Exception, match="ending: must be empty: it is for the action end alone"):
        await plan(operations, ending="moved")
    for ending in ("", "not_eligible", "tired"):
        with pytest.raises(Exception, match="ending: must be"):
            await plan(operations, action=pb.REPAIR_ACTION_END, ending=ending)


@pytest.mark.parametrize("database", [""])
async def test_a_case_that_does_not_end_is_told(operations: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    """That the call was answered proves nothing: while the journey says otherwise the case is unchanged."""
    monkeypatch.setattr("services.operations.repairs.repairing.PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(FakeHands, "act", _refuses_one)
    planned = await plan(operations, **ENDING)
    assert {each.prediction for each in await cases_of(operations, planned)} == {WHAT_FOLLOWS}
    await somebody(operations, "pat").AgreeRepair(agreement(planned))
    done = await go_on(operations, planned)
    assert outcomes_of(done) == {pb.REPAIR_OUTCOME_UNCHANGED: 1, pb.REPAIR_OUTCOME_REFUSED: 1}


async def _refuses_one(self: FakeHands, repair: object, case: object, token: str) -> None:
    del self, repair, token
    if getattr(case, "case_id", "") == case_of(0):
        raise Fault(Kind.DENIED, "ROLE_LACKS_RIGHT", "For a practitioner to decide.")
