"""What holds after any fault: nothing lost, nothing twice, the feed dense, and everybody in agreement with it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from temporalio.client import Client

from e2e.agreement import QUERIES, Rows, disagreements, events_of
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.case_view.history import stages_entered
from sevensteps.events import CaseEnded
from sevensteps.journeys import standing
from sevensteps.service.postgres import postgres_engine


async def in_postgres(url: str) -> Rows:
    """The records of all services in one database, as they are now."""
    found: dict[tuple[str, str], Sequence[Any]] = {}
    for service in {service for service, _ in QUERIES}:
        engine = postgres_engine(url, service, None)
        async with engine.connect() as connection:
            for query in {query for of, query in QUERIES if of == service}:
                found[service, query] = (await connection.execute(sa.text(query))).all()
        await engine.dispose()
    return lambda service, query: found[service, query]


async def settled(url: str, patience: float) -> Rows:
    """The records once everything agrees. Fails with what still disagrees after so many seconds."""
    deadline = asyncio.get_running_loop().time() + patience
    while remaining := list(disagreements(rows := await in_postgres(url))):
        assert asyncio.get_running_loop().time() < deadline, remaining
        await asyncio.sleep(0.5)
    return rows


async def unsettled_journeys(client: Client, rows: Rows) -> list[str]:
    """The cases whose journey is not where the feed says, in words."""
    events = events_of(rows)
    cases = {event.case_id for event in events}
    return [said for case_id in cases if (said := await _unsettled(client, case_id, events))]


async def _unsettled(client: Client, case_id: str, events: Sequence[Event]) -> str:
    of_case = [event for event in events if event.case_id == case_id]
    journey = await standing(client, case_id)
    has_ended = any(event.type == CaseEnded.TYPE for event in of_case)
    entered = stages_entered(of_case)
    is_settled = journey.stage == entered[-1] and journey.parked is None and (journey.ending is not None) == has_ended
    return "" if is_settled else f"{case_id} has entered {entered}, and its journey: {journey.sentence}"
