"""Very many facts of one case: its journey hands over within a step, and where Temporal takes no more it is parked.

On a server whose limits are small, so that few facts are very many.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from fakes.council import Council, happened, new_case, story, token_of
from fakes.services import Records, Services, be_silent, no_trouble, opening, refuse
from fakes.trip import Trip, to_plan
from servers.feed import event, run_feed
from servers.services import PACK
from sevensteps.config import Settings
from sevensteps.events import (
    CaseEnded,
    CaseResumed,
    HoldPlaced,
    HoldReleased,
    IndicativeBudgetGiven,
    Payload,
    PlanSubmitted,
)
from sevensteps.identity.actor import Role
from sevensteps.local import devserver
from sevensteps.local.devserver import DevServer
from sevensteps.rpc.client import channel
from sevensteps.temporal import WAITING_FOR, WaitingFor, workflow_id
from workflows.delivery.delivery import Delivery, Restart
from workflows.delivery.feed import Feed
from workflows.delivery.lines import ROOM
from workflows.delivery.rebuild import main
from workflows.worker import journey_worker

FULL = 40
"""The number of events at which this server says that a history is full."""
SIGNALS = 40
"""The number of signals that it takes of a run."""
START_PAYLOAD = 10_000


async def now() -> datetime:
    return datetime.now(UTC)


def toggles(count: int) -> list[Payload]:
    return [HoldPlaced("away"), HoldReleased()] * count


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Its address."""
    limits = {"limit.historyCount.suggestContinueAsNew": FULL, "history.maximumSignalsPerExecution": SIGNALS}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(devserver, "DYNAMIC_CONFIG", devserver.DYNAMIC_CONFIG | limits)
        async with DevServer(log=tmp_path_factory.mktemp("temporal") / "temporal.log") as running:
            yield running.address


@pytest.fixture
async def trip(server: str) -> AsyncIterator[Trip]:
    """A case that has just been opened, and its journey."""
    services = Services(Records())
    trip = Trip(await Client.connect(server), str(uuid4()), services, now)
    async with trip.worker():
        await trip.begin()
        yield trip


async def start_payload(trip: Trip) -> bytes:
    """What the last run was handed."""
    first = (await trip.handle.fetch_history()).events[0]
    assert first.workflow_execution_started_event_attributes.continued_execution_run_id
    return first.workflow_execution_started_event_attributes.input.payloads[0].data


async def test_goes_on_within_the_step(trip: Trip) -> None:
    """A run whose history is full hands over within a step: the next one waits for the same, and opens nothing."""
    determined, budget = to_plan()
    await trip.happens(determined, *toggles(15))
    stands = await trip.reaches(WaitingFor.INDICATIVE_BUDGET)
    handed_over = await start_payload(trip)
    assert len(handed_over) < START_PAYLOAD
    assert json.loads(handed_over)["step"]["is_open"] is True
    assert (stands.assessment_round, stands.due_on) == (1, "2099-07-13")

    await trip.happens(budget, *toggles(15))
    assert (await trip.reaches(WaitingFor.PLAN)).plan_version == 1
    await trip.happens(PlanSubmitted(1, "80.00", ""))
    await trip.reaches(WaitingFor.DECISION)
    assert trip.services.operations == ["OpenPlan", "OpenApproval"]
    assert trip.services.attempts == trip.services.asked


async def test_keeps_what_it_has_not_used(trip: Trip) -> None:
    """Facts that came early, and a hold that keeps back the next step, are handed over."""
    await trip.happens(*to_plan()[1:], HoldPlaced("away"), *to_plan()[:1], *[CaseResumed()] * 20)
    assert (await trip.reaches(WaitingFor.RELEASE)).plan_version == 0
    await start_payload(trip)
    await trip.happens(HoldReleased())
    await trip.reaches(WaitingFor.PLAN)


async def test_parked(trip: Trip) -> None:
    """A parked journey stays parked for the same reason, and tries again when it is resumed."""
    trip.services.trouble = refuse("OpenPlan")
    await trip.happens(*to_plan(), *toggles(15))
    parked = (await trip.reaches(WaitingFor.MEND)).parked
    assert parked is not None
    assert parked.operation == "OpenPlan"
    await start_payload(trip)
    trip.services.trouble = no_trouble
    await trip.happens(CaseResumed())
    await trip.reaches(WaitingFor.PLAN)


async def test_while_a_service_is_down(trip: Trip) -> None:
    """A journey that waits for a service hands over too: the step is opened once."""
    trip.services.trouble = be_silent
    await trip.happens(*to_plan(), *toggles(15))
    await trip.reaches(WaitingFor.SERVICE)
    await start_payload(trip)
    trip.services.trouble = no_trouble
    await trip.reaches(WaitingFor.PLAN)
    assert trip.services.operations == ["OpenPlan"]


async def test_ends(trip: Trip) -> None:
    """A case whose journey has handed over within a step can end."""
    await trip.happens(*toggles(15), CaseEnded("moved"))
    assert await trip.handle.result() == "moved"
    assert trip.services.operations == ["ClosePlanning", "CloseApproval", "CloseReview"]


@pytest.fixture
async def council(server: str, tmp_path: Path) -> AsyncIterator[Council]:
    """Everything is running except the worker and the relay."""
    client = await Client.connect(server)
    settings = Settings(data=tmp_path, pack=PACK, task_queue=str(uuid4()), temporal=server)
    async with (
        run_feed(settings) as feed,
        channel(feed.running.address, token_of(settings, Role.JOURNEY)) as calls,
    ):
        reader = Feed(calls)
        settings = replace(settings, feed=feed.running.address)
        delivery = Delivery(client, reader, settings.task_queue)
        yield Council(client, feed, settings, reader, delivery, Services(Records()))


async def test_facts_that_temporal_refuses(council: Council, capsys: pytest.CaptureFixture[str]) -> None:
    """A case of which Temporal takes no more is parked and told; the others go on; a rebuild of the case heals it."""
    noisy, quiet = new_case(), new_case()
    determined, budget = to_plan()
    async with council.relay():
        await council.feed.append(happened(noisy, opening(), determined, *toggles(SIGNALS * ROOM // 2)))
        await council.feed.append(happened(noisy, *toggles(ROOM), budget))
        head = await council.feed.append(happened(quiet, opening(), *to_plan()))
        await council.is_acknowledged(head)
        async with journey_worker(council.client, council.settings.task_queue, council.services.activities()):
            await council.reaches(quiet, WaitingFor.PLAN)
            parked = (await council.reaches(noisy, WaitingFor.MEND)).parked
            assert parked is not None
            assert f"`sevensteps journeys rebuild {noisy}`" in parked.detail
            shown = (await council.client.get_workflow_handle(workflow_id(noisy)).describe()).typed_search_attributes
            assert shown.get(WAITING_FOR) == "mend"

            await main(council.settings, [noisy])
            assert "1 journeys started again;" in capsys.readouterr().out
            await council.reaches(noisy, WaitingFor.PLAN)
            await council.feed.append(happened(noisy, PlanSubmitted(1, "80.00", "")))
            await council.reaches(noisy, WaitingFor.DECISION)


async def test_the_record_outlives_the_relay(council: Council) -> None:
    """A relay that starts again delivers nothing twice for the sake of a fact that cannot be delivered."""
    faulty = new_case()
    async with council.relay():
        unreadable = event(IndicativeBudgetGiven.TYPE, faulty, payload="{}")
        await council.feed.append([*happened(faulty, opening()), unreadable])
        head = await council.feed.append(story(new_case()))
        await council.is_acknowledged(head)
    async with (
        journey_worker(council.client, council.settings.task_queue, council.services.activities()),
        council.relay(),
    ):
        parked = (await council.reaches(faulty, WaitingFor.MEND)).parked
        assert parked is not None
        assert parked.reason == "FACT_UNREADABLE"
        assert await council.delivery.make_again(faulty) is Restart.PARKED
        await council.feed.append(happened(faulty, CaseEnded("moved")))
        await council.reaches(faulty, WaitingFor.NOTHING)
