"""Where cases stand: as their journeys say or, while Temporal does not answer, as the feed says."""

from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.common import TypedSearchAttributes
from temporalio.service import RPCError

from sevensteps import clock, journeys, temporal
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_words.history import payload_of
from sevensteps.case_words.sentences import date_in_words, due_of, waiting_after
from sevensteps.cli.case_view.service_wait import service_wait
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.events import OPENS, HoldPlaced
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import DUE_AT, DUE_KIND, RUNNING, STAGE, WAITING_FOR, WaitingFor


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """Where a case stands."""

    stage: Stage
    waiting_for: WaitingFor
    due_on: str = ""
    """When it is due (YYYY-MM-DD); empty where there is no date, or a hold has stopped its clock."""
    due_kind: DueKind | None = None
    """Whether practice or the law sets that date; None where it is not known."""
    parked: str = ""
    """Why operations have to put something right; empty where nothing is wrong."""
    service: str = ""
    """Which service is waited for, since when and how often it was asked; empty where none is."""

    @property
    def until(self) -> str:
        """The due date in words, marked where the law sets it; empty where there is none."""
        return date_in_words(self.due_on, self.due_kind) if self.due_on else ""

    @property
    def overdue(self) -> bool:
        """Whether the due date has passed. The day itself still counts, wherever in the United Kingdom it is."""
        return bool(self.due_on) and self.due_on < clock.today().isoformat()


async def statuses_from_journeys(client: Client, case_ids: Sequence[str]) -> dict[str, CaseStatus]:
    """Where the running journeys of these cases stand, by case: one question to Temporal for all of them.

    Raises a Fault (UNAVAILABLE) when Temporal does not answer.
    """
    ids = ", ".join(f"'{temporal.workflow_id(case_id)}'" for case_id in case_ids)
    statuses: dict[str, CaseStatus] = {}
    if not ids:
        return statuses
    try:
        async for journey in client.list_workflows(f"{RUNNING} AND WorkflowId IN ({ids})", page_size=len(case_ids)):
            if status := _from_search_attributes(journey.typed_search_attributes):
                statuses[journey.id.removeprefix(temporal.workflow_id(""))] = status
    except RPCError as error:
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Temporal does not list the journeys now.") from error
    return statuses


def _from_search_attributes(attributes: TypedSearchAttributes) -> CaseStatus | None:
    """None for a journey that has not set them yet."""
    stage, waiting_for = attributes.get(STAGE), attributes.get(WAITING_FOR)
    if not stage or not waiting_for:
        return None
    due_at, due_kind = attributes.get(DUE_AT), attributes.get(DUE_KIND)
    return CaseStatus(
        stage=Stage(stage),
        waiting_for=WaitingFor(waiting_for),
        due_on=due_at.date().isoformat() if due_at else "",
        due_kind=DueKind(due_kind) if due_kind else None,
        parked="parked" if waiting_for == WaitingFor.MEND else "",
    )


async def status_from_journey(settings: Settings, case_id: str) -> CaseStatus:
    """Where one journey stands. Raises a Fault when Temporal, or the journey, does not answer."""
    client = await journeys.connect(settings)
    standing = await journeys.standing(client, case_id)
    parked = standing.parked
    return CaseStatus(
        stage=standing.stage,
        waiting_for=standing.waiting_for,
        due_on=standing.due_on or "",
        due_kind=standing.due_kind,
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
    due_on, due_kind = due_of(payload_of(opening[-1]))
    return CaseStatus(OPENS[opening[-1].type], last_waiting, due_on, due_kind)
