"""The names and values on which the worker and whoever looks at journeys agree. No personal data."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistoryEventFilterType,
    WorkflowQueryFailedError,
)
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.steps import STEP_NAMES, DueKind, Ending, Stage

JOURNEY = "Journey"
"""The workflow type: one journey a case."""
RUNNING = f"WorkflowType = '{JOURNEY}' AND ExecutionStatus = 'Running'"
"""What lists the running journeys."""
HEAR = "hear"
"""A signal: a Fact."""
HEAR_ALL = "hear_all"
"""Another: several facts at once, in order."""
STANDS = "stands"
"""The one query: a Standing."""

COUNCIL = SearchAttributeKey.for_keyword("Council")
STAGE = SearchAttributeKey.for_keyword("Stage")
WAITING_FOR = SearchAttributeKey.for_keyword("WaitingFor")
DUE_AT = SearchAttributeKey.for_datetime("DueAt")
DUE_KIND = SearchAttributeKey.for_keyword("DueKind")
SEARCH_ATTRIBUTES = (COUNCIL, STAGE, WAITING_FOR, DUE_AT, DUE_KIND)
"""What journeys can be looked up by. A Temporal server has to know all of them."""

QUERY_TIMEOUT = timedelta(seconds=5)
QUERY_ATTEMPTS = 3
LONGEST_POLL = timedelta(seconds=75)
"""A worker that runs asks Temporal for work at least this often."""
STOPPED: Mapping[WorkflowExecutionStatus | None, str] = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.CANCELED: "cancelled",
    WorkflowExecutionStatus.FAILED: "ended by an error",
    WorkflowExecutionStatus.TIMED_OUT: "ended by a time limit",
}
"""How a journey can have stopped without having come to its end, in words."""


def workflow_id(case_id: str) -> str:
    """The id under which Temporal knows the journey of a case."""
    return f"journey-{case_id}"


class WaitingFor(StrEnum):
    """What a journey waits for."""

    SERVICE = "service"
    DETERMINATION = "determination"
    ADVICE = "advice"
    INDICATIVE_BUDGET = "indicative_budget"
    PLAN = "plan"
    DECISION = "decision"
    MONEY = "money"
    SUPPORT = "support"
    REVIEW_DATE = "review_date"
    REVIEW = "review"
    RELEASE = "release"
    MEND = "mend"
    ENDING = "ending"
    NOTHING = "nothing"


PHRASES: Mapping[WaitingFor, str] = {
    WaitingFor.SERVICE: "a service to answer; it is asked until it does",
    WaitingFor.DETERMINATION: "a practitioner to confirm the determination",
    WaitingFor.ADVICE: "written reasons and advice to be given (s.13(5))",
    WaitingFor.INDICATIVE_BUDGET: "the indicative budget to be given",
    WaitingFor.PLAN: "the plan to be submitted",
    WaitingFor.DECISION: "somebody with authority to approve or return the plan",
    WaitingFor.MONEY: "every pound of the personal budget to have a holder",
    WaitingFor.SUPPORT: "every funded need to have an arrangement",
    WaitingFor.REVIEW_DATE: "the next review: its date, a request, or something that calls for it",
    WaitingFor.REVIEW: "the review to be completed",
    WaitingFor.RELEASE: "the hold to be released",
    WaitingFor.MEND: "operations to put right what stops it",
    WaitingFor.ENDING: "the case to be ended",
    WaitingFor.NOTHING: "nothing: the case has ended",
}
"""The same in words, to follow "waits for"."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Why a journey is parked: what it asked for, and why the service refuses however often it is asked.

    `operation` is empty where nothing was asked: then the journey cannot go on with what it has heard.
    """

    operation: str
    reason: str
    detail: str

    @property
    def sentence(self) -> str:
        """Why, in plain words."""
        refused = f"{self.operation} was refused ({self.reason}): " if self.operation else ""
        return refused + self.detail


def rebuild_advice(case_id: str) -> str:
    """What operations do with a journey that cannot go on with what it has heard."""
    return f"`sevensteps journeys rebuild {case_id}` starts its journey again from the feed."


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a journey stands.

    `due_on` is the present due date (YYYY-MM-DD), None where there is none or a hold has stopped its clock.
    `assessment_round`, `plan_version` and `life_round` count from 1; 0 means not yet. `heard` is the position in
    the feed of the last fact that reached it.
    """

    case_id: str
    stage: Stage
    assessment_round: int
    plan_version: int
    life_round: int
    waiting_for: WaitingFor
    due_on: str | None
    due_kind: DueKind | None
    on_hold: bool
    parked: Parked | None
    ending: Ending | None
    heard: int

    @property
    def step(self) -> str:
        """What the step is called to people."""
        return STEP_NAMES[self.stage]

    @property
    def sentence(self) -> str:
        """Where it stands, in plain words."""
        sentence = f"{self.step}. Waits for {PHRASES[self.waiting_for]}"
        if self.due_on:
            due = date.fromisoformat(self.due_on)
            law = " (law)" if self.due_kind is DueKind.HARD else ""
            sentence += f"; due {due.day} {due:%B %Y}{law}"
        if self.parked:
            sentence += f". {self.parked.sentence}"
        return sentence.rstrip(".") + "."


async def connect(settings: Settings) -> Client:
    """A client of the Temporal server that the settings name. Raises a Fault (UNAVAILABLE) when it does not answer."""
    try:
        return await Client.connect(settings.temporal, namespace=settings.temporal_namespace)
    except RuntimeError as error:
        raise Fault(
            Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", f"Temporal does not answer on {settings.temporal}. Is it running?"
        ) from error


async def standing(client: Client, case_id: str) -> Standing:
    """Ask a journey where it stands. One that has ended still answers for as long as Temporal keeps it.

    Raises a Fault: JOURNEY_MISSING and JOURNEY_STOPPED where none runs; WORKER_STOPPED, JOURNEY_SILENT and
    TEMPORAL_UNAVAILABLE where somebody does not answer.
    """
    handle = client.get_workflow_handle(workflow_id(case_id))
    journey = await _described(handle, case_id)
    if how := STOPPED.get(journey.status):
        raise _journey_stopped(case_id, journey, how, await _reason(handle))
    for attempt in range(1, QUERY_ATTEMPTS + 1):  # a query can time out just as one run hands over to the next
        try:
            standing: Standing = await handle.query(STANDS, result_type=Standing, rpc_timeout=QUERY_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise _journey_missing(case_id) from error
            if attempt == QUERY_ATTEMPTS:
                raise await _silent(client, case_id, journey.task_queue) from error
        except WorkflowQueryFailedError as error:
            raise await _silent(client, case_id, journey.task_queue) from error
        else:
            return standing
        await asyncio.sleep(0.1 * attempt)
    raise await _silent(client, case_id, journey.task_queue)


async def _described(handle: WorkflowHandle[object, object], case_id: str) -> WorkflowExecutionDescription:
    try:
        return await handle.describe(rpc_timeout=QUERY_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise _journey_missing(case_id) from error
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Temporal does not answer now. Ask again.") from error


async def _reason(handle: WorkflowHandle[object, object]) -> str:
    """Why a journey was terminated, as whoever did it has said; empty where nobody did."""
    closing = WorkflowHistoryEventFilterType.CLOSE_EVENT
    async for event in handle.fetch_history_events(event_filter_type=closing):
        return event.workflow_execution_terminated_event_attributes.reason
    return ""


def _journey_missing(case_id: str) -> Fault:
    return Fault(
        Kind.NOT_FOUND,
        "JOURNEY_MISSING",
        f"Temporal has no journey of {case_id}. The worker starts it soon after the case is opened: is it running? "
        f"If it is, the journey is lost. {rebuild_advice(case_id)}",
        metadata={"case_id": case_id},
    )


def _journey_stopped(case_id: str, journey: WorkflowExecutionDescription, how: str, reason: str) -> Fault:
    when = f" on {journey.close_time:%-d %B %Y, %H:%M} UTC" if journey.close_time else ""
    because = f" ({reason})" if reason else ""
    return Fault(
        Kind.PRECONDITION,
        "JOURNEY_STOPPED",
        f"The journey of {case_id} was {how}{when}{because}. {rebuild_advice(case_id)}",
        metadata={"case_id": case_id},
    )


async def _silent(client: Client, case_id: str, task_queue: str) -> Fault:
    """Why a running journey does not answer: no worker is there, or it cannot go on with this journey."""
    seen = await _worker_seen(client, task_queue)
    if seen is None or datetime.now(UTC) - seen > LONGEST_POLL:
        last = f" since {seen:%-d %B %Y, %H:%M} UTC" if seen else ""
        detail = (
            f"No worker runs journeys{last}: nobody takes work from the task queue {task_queue}. "
            "Start `sevensteps worker`; it goes on where it stopped."
        )
        return Fault(Kind.UNAVAILABLE, "WORKER_STOPPED", detail, metadata={"case_id": case_id})
    return Fault(
        Kind.UNAVAILABLE,
        "JOURNEY_SILENT",
        f"The journey of {case_id} does not answer. A worker was there at {seen:%H:%M:%S} UTC. Ask again; if it stays "
        "so, the worker's log says why.",
        metadata={"case_id": case_id},
    )


async def _worker_seen(client: Client, task_queue: str) -> datetime | None:
    """When a worker last asked Temporal for work, as far as Temporal remembers (minutes)."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        queue = await client.workflow_service.describe_task_queue(request, timeout=QUERY_TIMEOUT)
    except RPCError as error:
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Temporal does not answer now. Ask again.") from error
    return max((poller.last_access_time.ToDatetime(tzinfo=UTC) for poller in queue.pollers), default=None)


async def missing_search_attributes(client: Client) -> Mapping[str, IndexedValueType.ValueType]:
    """The search attributes that the namespace lacks, with their types. Raises a Fault where Temporal does not say."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        there = await client.operator_service.list_search_attributes(request, timeout=QUERY_TIMEOUT)
    except RPCError as error:
        detail = f"Temporal does not say which search attributes {client.namespace} has: {error.message}"
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", detail) from error
    kinds = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}
    return {name: kind for name, kind in kinds.items() if name not in there.custom_attributes}


async def connect_prepared(settings: Settings) -> Client:
    """The same as `connect`, for whoever starts journeys. Raises a Fault also while search attributes are missing."""
    client = await connect(settings)
    if missing := await missing_search_attributes(client):
        raise Fault(
            Kind.PRECONDITION,
            "SEARCH_ATTRIBUTES_MISSING",
            f"Temporal's namespace {client.namespace} has no search attributes {', '.join(missing)}. "
            "`sevensteps temporal prepare` makes them.",
        )
    return client
