"""Where a case stands: as its journey says or, while Temporal does not answer, as the feed says."""

from collections.abc import Sequence
from dataclasses import dataclass

from sevensteps import clock, journeys
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_history.history import payload_of
from sevensteps.case_history.waiting import date_in_words, due_of, waiting_after
from sevensteps.cli.case_view.service_wait import service_wait
from sevensteps.config import Settings
from sevensteps.events import OPENS, HoldPlaced
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import WaitingFor


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
