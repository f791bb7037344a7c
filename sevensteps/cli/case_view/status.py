"""Where cases stand: as their journeys say or, while Temporal does not answer, as the feed says."""

from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.common import TypedSearchAttributes
from temporalio.service import RPCError

from sevensteps import temporal
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.case_view.history import payload_of
from sevensteps.cli.case_view.sentences import date_in_words, due_date_of, waiting_after
from sevensteps.cli.case_view.service_wait import service_wait
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.events import OPENS, HoldPlaced
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import DUE_AT, RUNNING, STAGE, WAITING_FOR, WaitingFor


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """Where a case stands. `until` is a date in words, marked where the law sets it; empty where there is none."""

    stage: Stage
    waiting_for: WaitingFor
    until: str = ""
    parked: str = ""
    """Why operations have to put something right; empty where nothing is wrong."""
    service: str = ""
    """Which service is waited for, since when and how often it was asked; empty where none is."""


async def statuses_from_journeys(settings: Settings) -> dict[str, CaseStatus]:
    """Where every running journey stands, by case. Raises a Fault (UNAVAILABLE) when Temporal does not answer."""
    client = await temporal.connect(settings)
    statuses: dict[str, CaseStatus] = {}
    try:
        async for journey in client.list_workflows(RUNNING):
            if status := _from_search_attributes(journey.typed_search_attributes):
                statuses[journey.id.removeprefix(temporal.workflow_id(""))] = status
    except RPCError as error:
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Temporal does not list the journeys now.") from error
    return statuses


def _from_search_attributes(attributes: TypedSearchAttributes) -> CaseStatus | None:
    """None for a journey that has not set them yet."""
    stage, waiting_for, due_at = attributes.get(STAGE), attributes.get(WAITING_FOR), attributes.get(DUE_AT)
    if not stage or not waiting_for:
        return None
    return CaseStatus(
        stage=Stage(stage),
        waiting_for=WaitingFor(waiting_for),
        until=date_in_words(due_at.date().isoformat(), DueKind.SOFT) if due_at else "",
        parked="parked" if waiting_for == WaitingFor.MEND else "",
    )


async def status_from_journey(settings: Settings, case_id: str) -> CaseStatus:
    """Where one journey stands. Raises a Fault when Temporal, or the journey, does not answer."""
    client = await temporal.connect(settings)
    standing = await temporal.standing(client, case_id)
    parked = standing.parked
    return CaseStatus(
        stage=standing.stage,
        waiting_for=standing.waiting_for,
        until=date_in_words(standing.due_on, standing.due_kind or DueKind.SOFT) if standing.due_on else "",
        parked=parked.sentence if parked else "",
        service=await service_wait(client, case_id) if standing.waiting_for is WaitingFor.SERVICE else "",
    )


def status_from_events(events: Sequence[Event]) -> CaseStatus | None:
    """Where a case stands by its events: in the last step opened. None where no step was opened."""
    opening = [event for event in events if event.type in OPENS]
    waiting = [waiting_after(event) for event in events if event.type != HoldPlaced.TYPE]
    last_waiting = next((each for each in reversed(waiting) if each), None)
    if not opening or not last_waiting:
        return None
    return CaseStatus(OPENS[opening[-1].type], last_waiting, until=due_date_of(payload_of(opening[-1])))
