"""What a journey says of itself, and the error where it cannot be asked."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from fakes.council import eventually
from fakes.services import Records, Services, be_silent, no_trouble
from fakes.trip import Trip, to_plan
from sevensteps import journeys
from sevensteps.cli.case_view.service_wait import service_wait
from sevensteps.cli.temporal_server import _prepare
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.journeys import connect, connect_prepared, standing
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import ASKED, JOURNEY, PHRASES, TELLS_A_DATE, Parked, Standing, WaitingFor
from workflows.journey.requests import GetAsk, Opening, Request

LIVING = Standing(
    case_id="case-a",
    stage=Stage.LIFE_LIVED,
    assessment_round=1,
    plan_version=1,
    life_round=1,
    waiting_for=WaitingFor.REVIEW_DATE,
    due_on="2026-07-01",
    due_kind=DueKind.HARD,
    on_hold=False,
    parked=None,
    ending=None,
    heard=9,
)


async def now() -> datetime:
    return datetime.now(UTC)


def test_sentence() -> None:
    """The sentence says which step it is, what it waits for, until when, and whether the law sets that date."""
    assert LIVING.sentence == (
        "Step 6: living your life. Waits for the next review: its date, a request, or something that calls for it; "
        "due 1 July 2026 (law)."
    )
    assert replace(LIVING, due_kind=DueKind.SOFT).sentence.endswith("due 1 July 2026.")
    parked = Parked("OpenLife", "STAGE_ORDER", "A plan must be agreed first.")
    stands = replace(LIVING, waiting_for=WaitingFor.MEND, due_on=None, parked=parked)
    assert stands.sentence == (
        "Step 6: living your life. Waits for operations to put right what stops it. "
        "OpenLife was refused (STAGE_ORDER): A plan must be agreed first."
    )


def test_every_wait_has_words() -> None:
    """There are words for everything that a journey waits for."""
    assert set(PHRASES) == set(WaitingFor)


async def test_no_journey(temporal_server: str) -> None:
    """Where there is no journey, the error says so."""
    client = await Client.connect(temporal_server)
    with pytest.raises(Fault) as fault:
        await standing(client, "case-nobody")
    assert fault.value.kind is Kind.NOT_FOUND


async def test_no_worker(temporal_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journey without a worker cannot answer: the error says that no worker runs, and not that anything is lost."""
    monkeypatch.setattr(journeys, "QUERY_TIMEOUT", timedelta(seconds=0.2))
    client = await Client.connect(temporal_server)
    trip = Trip(client, str(uuid4()), Services(Records()), now)
    await trip.begin()
    with pytest.raises(Fault, match="WORKER_STOPPED: No worker runs journeys") as fault:
        await standing(client, trip.case_id)
    assert "lost" not in fault.value.detail
    await trip.lose()


async def test_worker_that_stopped(temporal_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporal remembers for some minutes when a worker was last there, and the error tells it."""
    monkeypatch.setattr(journeys, "QUERY_TIMEOUT", timedelta(seconds=0.2))
    monkeypatch.setattr(journeys, "LONGEST_POLL", timedelta())
    trip = Trip(await Client.connect(temporal_server), str(uuid4()), Services(Records()), now)
    await trip.begin()
    async with trip.worker():
        await trip.reaches(WaitingFor.DETERMINATION)
    with pytest.raises(Fault, match=r"WORKER_STOPPED: No worker runs journeys since \d+ \w+ 20\d\d, \d\d:\d\d UTC"):
        await standing(await Client.connect(temporal_server), trip.case_id)
    await trip.lose()


async def test_journey_that_cannot_be_replayed(temporal_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a worker is there and the journey does not answer, the error says that it is the journey."""
    monkeypatch.setattr(journeys, "QUERY_TIMEOUT", timedelta(seconds=0.5))
    client = await Client.connect(temporal_server)
    trip = Trip(client, str(uuid4()), Services(Records()), now)
    async with trip.worker():
        await client.start_workflow(JOURNEY, "nonsense", id=trip.handle.id, task_queue=trip.task_queue)
        with pytest.raises(Fault, match=r"JOURNEY_SILENT: .* A worker was there at"):
            await standing(client, trip.case_id)
        await trip.lose()


async def test_terminated(temporal_server: str) -> None:
    """A journey that was terminated is said to be, with the reason and what to run, although it still answers."""
    client = await Client.connect(temporal_server)
    trip = Trip(client, str(uuid4()), Services(Records()), now)
    async with trip.worker():
        await trip.begin()
        await trip.reaches(WaitingFor.DETERMINATION)
        await trip.handle.terminate(reason="by mistake")
        with pytest.raises(Fault, match=r"JOURNEY_STOPPED: .* was terminated on .* UTC \(by mistake\)\.") as fault:
            await standing(client, trip.case_id)
    assert f"`sevensteps journeys rebuild {trip.case_id}`" in fault.value.detail


async def test_which_service_is_waited_for(temporal_server: str) -> None:
    """It is said which service is asked for what, how often, since when, and what it answered last."""
    client = await Client.connect(temporal_server)
    trip = Trip(client, str(uuid4()), Services(Records()), now)
    trip.services.trouble = be_silent
    async with trip.worker():
        await trip.begin()
        await trip.happens(*to_plan())
        await trip.reaches(WaitingFor.SERVICE)
        expected = (
            r"planning: OpenPlan, asked \d times since \d+ \w+ 20\d\d, \d\d:\d\d UTC; last answer: "
            r"No connection \(UNAVAILABLE\)"
        )

        async def is_said() -> bool:
            return re.fullmatch(expected, await service_wait(client, trip.case_id)) is not None

        await eventually(is_said)
        trip.services.trouble = no_trouble
        await trip.reaches(WaitingFor.PLAN)
        assert await service_wait(client, trip.case_id) == ""
        await trip.lose()


def test_every_request_has_a_service() -> None:
    """The service is known of every request that a journey makes; what has become of one is asked where it went."""
    requests = [each.__name__ for kind in (Request, Opening) for each in kind.__subclasses__() if each is not Opening]
    assert {*ASKED, TELLS_A_DATE, GetAsk.__name__} == set(requests)


async def test_missing_search_attributes(temporal_server: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A namespace without search attributes is refused with their names; `sevensteps temporal prepare` makes them."""
    settings = Settings(temporal=temporal_server, temporal_namespace=f"namespace-{uuid4()}")
    retention = Duration(seconds=3 * 24 * 3600)
    client = await Client.connect(temporal_server)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=settings.temporal_namespace, workflow_execution_retention_period=retention)
    )
    names = "Council, Stage, WaitingFor, DueAt, DueKind"
    await eventually(lambda: is_refused(settings, f"{names}. `sevensteps temporal prepare`"))
    await _prepare(settings)
    assert capsys.readouterr().out == (
        f"Made the search attributes {names}.\n"
        f"The namespace {settings.temporal_namespace} keeps closed journeys for 72 hours.\n"
    )
    await eventually(lambda: is_prepared(settings))
    await _prepare(settings)
    assert "All search attributes are there." in capsys.readouterr().out


async def is_refused(settings: Settings, words: str) -> bool:
    """Whether the refusal says so; a namespace is not known everywhere at once."""
    try:
        await connect_prepared(settings)
    except Fault as fault:
        return fault.reason == "SEARCH_ATTRIBUTES_MISSING" and words in fault.detail
    return False


async def is_prepared(settings: Settings) -> bool:
    await connect_prepared(settings)
    return True


async def test_no_temporal() -> None:
    """Where Temporal does not answer, the error has the address that was tried."""
    with pytest.raises(Fault, match=r"127\.0\.0\.1:1\b"):
        await connect(Settings(temporal="127.0.0.1:1"))
