"""What holds after any of it: every store agrees with the feed, and every journey is where the feed says."""

import asyncio
from collections.abc import Sequence

from temporalio.client import Client

from e2e.agreement import disagreements, events_of
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_history.history import stages_entered
from sevensteps.config import Settings
from sevensteps.events import CaseEnded
from sevensteps.journeys import standing


async def settled(settings: Settings, patience: float) -> list[Event]:
    """Every event, once everything agrees. Fails with what still disagrees after so many seconds."""
    deadline = asyncio.get_running_loop().time() + patience
    while remaining := await disagreements(settings):
        assert asyncio.get_running_loop().time() < deadline, remaining
        await asyncio.sleep(0.5)
    return await events_of(settings)


async def unsettled_journeys(client: Client, events: Sequence[Event]) -> list[str]:
    """The cases whose journey is not where the feed says, in words."""
    cases = {event.case_id for event in events}
    return [said for case_id in cases if (said := await _unsettled(client, case_id, events))]


async def _unsettled(client: Client, case_id: str, events: Sequence[Event]) -> str:
    of_case = [event for event in events if event.case_id == case_id]
    journey = await standing(client, case_id)
    has_ended = any(event.type == CaseEnded.TYPE for event in of_case)
    entered = stages_entered(of_case)
    is_settled = journey.stage == entered[-1] and journey.parked is None and (journey.ending is not None) == has_ended
    return "" if is_settled else f"{case_id} has entered {entered}, and its journey: {journey.sentence}"
