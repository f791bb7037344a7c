"""What a journey says of itself, and the error where it cannot be asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client

from fakes.services import Records, Services
from fakes.trip import Trip
from sevensteps import temporal
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import PHRASES, Parked, Standing, WaitingFor, connect, standing

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
    """A journey without a worker cannot answer, and the error comes after a short wait."""
    monkeypatch.setattr(temporal, "QUERY_TIMEOUT", timedelta(seconds=0.2))
    client = await Client.connect(temporal_server)
    trip = Trip(client, str(uuid4()), Services(Records()), now)
    await trip.begin()
    with pytest.raises(Fault, match="JOURNEY_SILENT"):
        await standing(client, trip.case_id)
    await trip.lose()


async def test_no_temporal() -> None:
    """Where Temporal does not answer, the error has the address that was tried."""
    with pytest.raises(Fault, match=r"127\.0\.0\.1:1\b"):
        await connect(Settings(temporal="127.0.0.1:1"))
