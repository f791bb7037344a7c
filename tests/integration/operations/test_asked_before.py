"""Where rows do not tell what a repair would do, the journeys are asked before it is planned."""

from dataclasses import dataclass, field
from functools import partial

import pytest

from fakes.hands import FakeHands, came_back, moved
from integration.operations.repairs import BECAUSE, case_of, cases_of, go_on, outcomes_of, plan, repairers
from servers.feed import Feed
from servers.services import refusal_of
from services.operations.domain.prediction import Prediction
from services.operations.repairs import planning, repair_store
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind

pytestmark = pytest.mark.usefixtures("no_looks")
TOLD = Prediction(does=True, sentence="Its journey is told 1 event (plan approved). It hears nothing twice.")
HEARD = Prediction(does=False, sentence="Its journey has heard every event of the case.")
REPLAY = pb.REPAIR_ACTION_REPLAY


@pytest.fixture
def hands() -> FakeHands:
    """Of three cases, one has an unheard event."""
    return FakeHands(foreseen={case_of(0): HEARD, case_of(1): TOLD, case_of(2): HEARD})


async def test_only_journeys_that_have_not_heard_all(settings: Settings, feed: Feed, hands: FakeHands) -> None:
    """The others are left out, with what was said of them; planned again, nobody is asked again."""
    async with repairers(settings, feed, hands, 3) as operations:
        wanted = {"action": REPLAY, "request_id": "00000000-0000-4000-8000-000000000001"}
        planned = await plan(operations, **wanted)
        assert (planned.cases, planned.left) == (3, 1)
        said = [each.prediction for each in await cases_of(operations, planned)]
        assert said == [HEARD.sentence, TOLD.sentence, HEARD.sentence]
        assert await plan(operations, **wanted) == planned
        assert hands.asked == [case_of(0), case_of(1), case_of(2)]
        done = await go_on(operations, planned)
        assert outcomes_of(done) == {pb.REPAIR_OUTCOME_LEFT_OUT: 2, pb.REPAIR_OUTCOME_MOVED: 1}
        assert [case_id for case_id, _ in hands.acted] == [case_of(1)]


@pytest.mark.parametrize(
    ("becomes", "outcome"), [(moved, pb.REPAIR_OUTCOME_MOVED), (came_back, pb.REPAIR_OUTCOME_CAME_BACK)]
)
async def test_proof(
    settings: Settings, feed: Feed, hands: FakeHands, becomes: object, outcome: pb.RepairOutcome.ValueType
) -> None:
    """A journey that has heard up to the last event has moved; one that is parked then has come back."""
    hands.becomes = becomes  # type: ignore[assignment]
    async with repairers(settings, feed, hands, 3) as operations:
        done = await go_on(operations, await plan(operations, action=REPLAY))
        assert outcomes_of(done)[outcome] == 1


async def test_what_is_to_be_given_up_is_settled(settings: Settings, feed: Feed) -> None:
    """What of a case a repair is about is on record when it is planned, and is what is done when it is carried out."""
    gives_up = Prediction(does=True, sentence="Its journey gives up OpenMoney and goes on.", about="OpenMoney/1")
    hands = FakeHands(foreseen={case_of(0): gives_up, case_of(1): HEARD})
    async with repairers(settings, feed, hands, 2) as operations:
        planned = await plan(operations, action=pb.REPAIR_ACTION_SKIP)
        assert planned.needs_second_person
        left = partial(repair_store.left_of, repair_id=planned.repair_id, size=10)
        assert [case.about for case in await operations.running.store.read(left)] == ["OpenMoney/1"]


async def test_too_many_to_ask(
    settings: Settings, feed: Feed, hands: FakeHands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repair of more cases than are asked about is refused before anybody is asked."""
    monkeypatch.setattr(planning, "MOST_ASKED", 2)
    async with repairers(settings, feed, hands, 3) as operations:
        assert (await refusal_of(plan(operations, action=REPLAY))).reason == "TOO_MANY_CASES"
        assert hands.asked == []


@dataclass
class Silent(FakeHands):
    """Nobody answers."""

    fault: Fault = field(default_factory=lambda: Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Ask again."))

    async def foresee(self, *_: object) -> dict[str, Prediction]:
        raise self.fault


async def test_nobody_answers(settings: Settings, feed: Feed) -> None:
    """Then nothing is planned, and that is on record as refused."""
    async with repairers(settings, feed, Silent(), 1) as operations:
        assert (await refusal_of(plan(operations, action=REPLAY))).reason == "TEMPORAL_UNAVAILABLE"
        assert not (await operations.staff.ListRepairs(pb.ListRepairsRequest())).repairs
        (entry,) = (await operations.staff.ListAudit(pb.ListAuditRequest())).entries
        assert (entry.act, entry.refused, entry.because) == ("repair.planned", "TEMPORAL_UNAVAILABLE", BECAUSE)
