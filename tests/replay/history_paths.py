"""Which recorded histories take which path, from the events in the histories."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent, MarkerRecordedEventAttributes
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from replay.beginnings import CLOSING, SECTIONS
from replay.commands import Commands, Labels, recorded
from replay.happenings import GIVES_UP, REVIEW_DUES
from sevensteps.deadlines import Due
from sevensteps.events import (
    PAYLOADS,
    CaseOpened,
    CaseResumed,
    DeterminationConfirmed,
    Fact,
    MoneyOrganised,
    ReviewCompleted,
)
from sevensteps.steps import DueKind, Stage
from workflows.journey.state import JourneyState

CONVERTER = DataConverter.default.payload_converter
HISTORIES = Path(__file__).parent / "histories"
HISTORY_FILES = sorted(HISTORIES.glob("*/*.jsonl"))
SOFT, HARD, SOFT_AND_HARD, SOON, PASSED = REVIEW_DUES
OF_AN_ANSWER = "core_local_activity"
OF_A_PATCH = "core_patch"
OPENED_BY: Mapping[str, str] = {
    "OpenAssessment": Stage.MONEY_FOUND,
    "OpenPlan": Stage.PLAN_MADE,
    "OpenApproval": Stage.PLAN_AGREED,
    "OpenMoney": Stage.MONEY_ORGANISED,
    "OpenSupport": Stage.SUPPORT_ORGANISED,
    "OpenLife": Stage.LIFE_LIVED,
    "OpenReview": Stage.SEEN_HOW_IT_WORKED,
    "ClosePlanning": CLOSING,
}
"""The section that begins with a request."""

Place = tuple[str, Labels]
"""A section, and a path in it."""


def runs_of(file: Path) -> Sequence[WorkflowHistory]:
    """The runs of a recorded journey, the first one first."""
    lines = file.read_text().splitlines()
    return [WorkflowHistory.from_json(f"{file.stem}-{number}", line) for number, line in enumerate(lines, start=1)]


def patched(run: WorkflowHistory) -> bool:
    """Whether a run began with a patch."""
    return any(event.marker_recorded_event_attributes.marker_name == OF_A_PATCH for event in run.events)


def histories_by_path() -> Mapping[Place, Sequence[str]]:
    """By each place on a path, the recorded histories that come there."""
    commands = {section: recorded(section, ()) for section in SECTIONS}
    names: dict[Place, list[str]] = defaultdict(list)
    for file in HISTORY_FILES:
        for number, run in enumerate(runs_of(file), start=1):
            trail = Trail(run, commands)
            for place in dict.fromkeys(trail.places()):
                names[place].append(f"{file.parent.name}/{file.stem} run {number}")
    return names


class Trail:
    """The way of one run through the sections, as far as its paths are recorded."""

    def __init__(self, run: WorkflowHistory, commands: Mapping[str, Commands]) -> None:
        """`commands` are those of each section."""
        self._events = run.events
        self._commands = commands
        self._section, self._path = _beginning(run)

    def places(self) -> Iterator[Place]:
        """Every place that the run comes to. Where it leaves what is recorded, the next is the step after that."""
        yield self._section, self._path
        for labels in _happenings(self._events):
            if self._go(labels):
                yield self._section, self._path
                yield from self._go_on()

    def _go(self, labels: Sequence[str]) -> bool:
        """Go to what has happened, by the first of these labels that is recorded here."""
        operation = labels[0].partition(" ")[0]
        if not self._path and operation in OPENED_BY:
            self._begin(OPENED_BY[operation])
        for label in labels:
            if (*self._path, label) in self._commands[self._section]:
                self._path = (*self._path, label)
                return True
        self._path = ()
        return False

    def _go_on(self) -> Iterator[Place]:
        """Go to the step that has begun, if one has."""
        words = self._commands[self._section][self._path]
        next_section = words.partition(" -> ")[2]
        if next_section:
            self._begin(next_section, is_asked="(local)" in words)
            yield self._section, self._path

    def _begin(self, section: str, *, is_asked: bool = True) -> None:
        self._section = section
        on_hold = "" if is_asked else ", on hold"
        self._path = ("the case has ended",) if section == CLOSING else (f"the step begins{on_hold}",)


def _beginning(run: WorkflowHistory) -> Place:
    """The section in which the run starts, and how."""
    payload = run.events[0].workflow_execution_started_event_attributes.input.payloads[0]
    state: JourneyState = CONVERTER.from_payload(payload, JourneyState)
    is_new = any(fact.type == CaseOpened.TYPE for fact in state.inbox)
    if state.ending is not None:
        how = ", the case has ended"
    elif is_new:
        how = ", with a new case"
    elif state.on_hold and state.holds[-1].covers(state.since):
        how = ", on hold"
    else:
        how = ""
    return state.stage.value, (f"the step begins{how}",)


def _happenings(events: Sequence[HistoryEvent]) -> Iterator[Sequence[str]]:
    """What happens in a run, workflow task by workflow task, each with the labels that it may be recorded by."""
    heard: list[str] = []
    for number, event in enumerate(events):
        match event.WhichOneof("attributes"):
            case "workflow_execution_signaled_event_attributes":
                heard.append(_label_of_fact(event.workflow_execution_signaled_event_attributes.input.payloads[0]))
            case "timer_fired_event_attributes":
                heard.insert(0, "the date comes")
            case "activity_task_completed_event_attributes":
                heard.insert(0, f"{_operation(events, event)} is answered")
            case "workflow_task_completed_event_attributes":
                if heard:
                    yield _with_variants(" + ".join(heard), events[number + 1 :])
                heard = []
            case "marker_recorded_event_attributes":
                marker = event.marker_recorded_event_attributes
                if marker.marker_name == OF_AN_ANSWER:  # others say which patch the run began with
                    yield [_label_of_answer(marker, event.event_time.ToDatetime(tzinfo=UTC))]


def _with_variants(label: str, after: Sequence[HistoryEvent]) -> Sequence[str]:
    """A run that hands over to the next has grown old, or its history is full."""
    hands_over = bool(after) and after[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW
    is_last = not any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED for event in after)
    return [f"{label}, two days later", label] if hands_over and is_last else [label]


def _operation(events: Sequence[HistoryEvent], completed: HistoryEvent) -> str:
    scheduled = completed.activity_task_completed_event_attributes.scheduled_event_id
    return events[scheduled - 1].activity_task_scheduled_event_attributes.activity_type.name


def _label_of_fact(payload: Payload) -> str:
    """The label of the fact that is of the same type and branch."""
    fact: Fact = CONVERTER.from_payload(payload, Fact)
    event = PAYLOADS[fact.type].of(fact.payload)
    name = fact.type.removesuffix(".v1")
    match event:
        case DeterminationConfirmed():
            return f"{name} ({'eligible' if event.eligible else 'not eligible'})"
        case MoneyOrganised():
            return f"{name} ({'direct payment' if event.direct_payment else 'no direct payment'})"
        case ReviewCompleted():
            return f"{name} ({event.outcome})"
        case CaseResumed() if event.skips:
            return GIVES_UP
        case _:
            return name


def _label_of_answer(marker: MarkerRecordedEventAttributes, at: datetime) -> str:
    """What a service has answered within the workflow task."""
    operation = json.loads(marker.details["data"].payloads[0].data)["activity_type"]
    if marker.HasField("failure"):
        for_good = marker.failure.application_failure_info.non_retryable
        return f"{operation} {'is refused' if for_good else 'fails for now'}"
    if operation != "OpenLife":
        return f"{operation} is answered"
    due: Due = CONVERTER.from_payload(marker.details["result"].payloads[0], Due)
    return f"{operation} is answered with {_kind_of_date(due, at)}"


def _kind_of_date(due: Due, at: datetime) -> str:
    if due.day <= at.date():
        return PASSED
    if due.day == at.date() + timedelta(days=1):
        return SOON
    if due.law_on:
        return SOFT_AND_HARD
    return HARD if due.kind is DueKind.HARD else SOFT
