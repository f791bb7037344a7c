"""What a release would break: which case, where in its history, and why, in plain words."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from sevensteps.steps import STEP_NAMES, Stage
from sevensteps.temporal import STAGE, workflow_id

MESSAGE = re.compile(r'message: "((?:[^"\\]|\\.)*)"')
"""Why, within what Temporal's core says of a workflow task that failed."""
LONG_EVENT = re.compile(r"HistoryEvent \{ event_id: (\d+).*\}", re.DOTALL)
EVENT = re.compile(r"HistoryEvent(?:\(id:| \{ event_id:) (\d+)")
LONGEST = 300
HAPPENED: Mapping[str, str] = {
    "WORKFLOW_EXECUTION_STARTED": "the run begins",
    "WORKFLOW_EXECUTION_SIGNALED": "a fact comes",
    "WORKFLOW_TASK_SCHEDULED": "the journey goes on",
    "WORKFLOW_TASK_STARTED": "the journey goes on",
    "WORKFLOW_TASK_COMPLETED": "the journey has gone on",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": "it shows where it stands",
    "MARKER_RECORDED": "a service has answered, or a patch is noted",
    "TIMER_STARTED": "it waits for a date",
    "TIMER_CANCELED": "it no longer waits for a date",
    "TIMER_FIRED": "a date comes",
    "ACTIVITY_TASK_SCHEDULED": "it asks a service again",
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW": "it hands over to the next run",
    "WORKFLOW_EXECUTION_COMPLETED": "it ends",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A case whose journey could not go on, and where: `event` of `events`; 0 where that is not known."""

    case_id: str
    step: str
    event: int
    events: int
    happened: str
    why: str

    @property
    def sentence(self) -> str:
        """All of it."""
        where = f", event {self.event} of {self.events} ({self.happened})" if self.event else ""
        return f"{self.case_id}: {self.step}{where}: {self.why}"


def broken(history: WorkflowHistory, failure: Exception) -> Broken:
    """What is said of a history that cannot be replayed."""
    said = str(failure)
    message = _plain(MESSAGE.search(said)) or said
    number = _event(message, history.events)
    before = [event for event in history.events if not number or event.event_id <= number]
    return Broken(
        case_id=history.workflow_id.removeprefix(workflow_id("")),
        step=_step(before),
        event=number,
        events=len(history.events),
        happened=_happened(before[-1]) if number else "",
        why=LONG_EVENT.sub(r"event \1", message)[:LONGEST],
    )


def _plain(found: re.Match[str] | None) -> str:
    return found[1].replace('\\"', '"').replace("\\n", "\n") if found else ""


def _event(message: str, events: Sequence[HistoryEvent]) -> int:
    found = EVENT.search(message)
    number = int(found[1]) if found else 0
    return number if number <= len(events) else 0


def _happened(event: HistoryEvent) -> str:
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
    return HAPPENED.get(name, name.lower().replace("_", " "))


def _step(events: Iterable[HistoryEvent]) -> str:
    """The step that it was in, as it has shown it, or as the run began with it."""
    stage = ""
    for event in events:
        shown = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
        if STAGE.name in shown:
            stage = json.loads(shown[STAGE.name].data)
        for payload in event.workflow_execution_started_event_attributes.input.payloads[:1]:
            stage = json.loads(payload.data).get("stage", "")
    return STEP_NAMES[Stage(stage)] if stage in set(Stage) else "a step that is not known"
