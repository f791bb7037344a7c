"""Where cases stand: as their journeys say, or, while Temporal does not answer, as the feed tells."""

from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.service import RPCError

from sevensteps import temporal
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.case_view.chronicle import payload_of
from sevensteps.cli.case_view.sentences import due_in_words, due_of, waiting_after
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.events import OPENS, HoldPlaced
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import DUE_AT, JOURNEY, STAGE, WAITING_FOR, WaitingFor

RUNNING = f"WorkflowType = '{JOURNEY}' AND ExecutionStatus = 'Running'"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a case stands. `until` is a date in words, with whether the law says so; empty where there is none."""

    stage: Stage
    waiting_for: WaitingFor
    until: str = ""
    parked: str = ""
    """Why operations have to mend something; empty where nothing is wrong."""


async def of_every_journey(settings: Settings) -> dict[str, Whereabouts]:
    """Where every running journey stands, by case. Raises a Fault (UNAVAILABLE) when Temporal does not answer."""
    client = await temporal.connect(settings)
    found: dict[str, Whereabouts] = {}
    try:
        async for journey in client.list_workflows(RUNNING):
            shown = journey.typed_search_attributes
            stage, waiting_for, due_at = shown.get(STAGE), shown.get(WAITING_FOR), shown.get(DUE_AT)
            if stage and waiting_for:
                found[journey.id.removeprefix(temporal.workflow_id(""))] = Whereabouts(
                    stage=Stage(stage),
                    waiting_for=WaitingFor(waiting_for),
                    until=due_in_words(due_at.date().isoformat(), DueKind.SOFT) if due_at else "",
                    parked="parked" if waiting_for == WaitingFor.MEND else "",
                )
    except RPCError as error:
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Temporal does not list the journeys now.") from error
    return found


async def of_journey(settings: Settings, case_id: str) -> Whereabouts:
    """Where one journey stands. Raises a Fault when Temporal, or the journey, does not answer."""
    stands = await temporal.standing(await temporal.connect(settings), case_id)
    parked = stands.parked
    return Whereabouts(
        stage=stands.stage,
        waiting_for=stands.waiting_for,
        until=due_in_words(stands.due_on, stands.due_kind or DueKind.SOFT) if stands.due_on else "",
        parked=f"{parked.operation} was refused ({parked.reason}): {parked.detail}" if parked else "",
    )


def told_by(events: Sequence[Event]) -> Whereabouts | None:
    """Where a case stands as far as its events tell: the last step opened. None where they tell of no step."""
    opened = [event for event in events if event.type in OPENS]
    waiting = [waiting_after(event) for event in events if event.type != HoldPlaced.TYPE]
    last_waiting = next((each for each in reversed(waiting) if each), None)
    if not opened or not last_waiting:
        return None
    return Whereabouts(OPENS[opened[-1].type], last_waiting, until=due_of(payload_of(opened[-1])))
