"""Asking Temporal of journeys: where one stands, and what is the matter where none answers."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse
from temporalio.client import (
    Client,
    Interceptor,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistoryEventFilterType,
    WorkflowQueryFailedError,
)
from temporalio.service import RPCError, RPCStatusCode, TLSConfig

from sevensteps import clock
from sevensteps.config import Settings
from sevensteps.encryption.certificates import COMMAND_LINE, WORKER
from sevensteps.encryption.folder import Certificates, certificates_in
from sevensteps.encryption.handshake import trouble
from sevensteps.errors import Fault, Kind
from sevensteps.release_names import NONE
from sevensteps.releases import LONGEST_POLL, current_of, task_queue_of_journeys, worker_asked_at
from sevensteps.temporal import (
    HEARD_EVENTS,
    SEARCH_ATTRIBUTES,
    STANDS,
    Remembered,
    Standing,
    rebuild_advice,
    workflow_id,
)

QUERY_TIMEOUT = timedelta(seconds=5)
QUERY_ATTEMPTS = 3
STOPPED: Mapping[WorkflowExecutionStatus | None, str] = {
    WorkflowExecutionStatus.TERMINATED: "terminated",
    WorkflowExecutionStatus.CANCELED: "cancelled",
    WorkflowExecutionStatus.FAILED: "ended by an error",
    WorkflowExecutionStatus.TIMED_OUT: "ended by a time limit",
}
"""How a journey can have stopped without having come to its end, in words."""


async def connect(settings: Settings, process: str = COMMAND_LINE, interceptors: Sequence[Interceptor] = ()) -> Client:
    """A client of the Temporal server that the settings name, with the certificates that a process has now.

    Raises a Fault (UNAVAILABLE) when it does not answer, or encryption keeps it from it.
    """
    certificates = certificates_in(settings.temporal_certificates, process)
    try:
        return await Client.connect(
            settings.temporal,
            namespace=settings.temporal_namespace,
            interceptors=interceptors,
            tls=_shown(certificates) if certificates else False,
        )
    except RuntimeError as error:
        if detail := await trouble(settings.temporal, certificates, "SEVENSTEPS_TEMPORAL_CERTIFICATES"):
            raise Fault(Kind.UNAVAILABLE, "NOT_ENCRYPTED", f"Temporal: {detail}") from error
        raise Fault(
            Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", f"Temporal does not answer on {settings.temporal}. Is it running?"
        ) from error


def _shown(certificates: Certificates) -> TLSConfig:
    files = certificates.files()
    return TLSConfig(
        server_root_ca_cert=files.authorities_pem,
        client_cert=files.chain_pem or None,
        client_private_key=files.key_pem or None,
    )


async def standing(client: Client, case_id: str) -> Standing:
    """Ask a journey where it stands. One that has ended still answers for as long as Temporal keeps it.

    Raises a Fault: JOURNEY_MISSING and JOURNEY_STOPPED where none runs; WORKER_STOPPED, JOURNEY_SILENT and
    TEMPORAL_UNAVAILABLE where somebody does not answer.
    """
    handle = client.get_workflow_handle(workflow_id(case_id))
    journey = await _described(client, case_id)
    task_queue = journey.execution_config.task_queue.name
    if how := STOPPED.get(WorkflowExecutionStatus(journey.workflow_execution_info.status)):
        raise _journey_stopped(case_id, journey, how, await reason_of_end(handle))
    for attempt in range(1, QUERY_ATTEMPTS + 1):  # a query can time out just as one run hands over to the next
        try:
            standing: Standing = await handle.query(STANDS, result_type=Standing, rpc_timeout=QUERY_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise _journey_missing(case_id) from error
            if attempt == QUERY_ATTEMPTS:
                raise await _silent(client, case_id, task_queue) from error
        except WorkflowQueryFailedError as error:
            raise await _silent(client, case_id, task_queue) from error
        else:
            return standing
        await asyncio.sleep(0.1 * attempt)
    raise await _silent(client, case_id, task_queue)


async def remembered(client: Client, case_id: str) -> Remembered | None:
    """Which events a journey has heard; None where its worker is of a release that cannot say so.

    Raises a Fault (TEMPORAL_UNAVAILABLE) where it does not answer.
    """
    handle = client.get_workflow_handle(workflow_id(case_id))
    try:
        heard: Remembered = await handle.query(HEARD_EVENTS, result_type=Remembered, rpc_timeout=QUERY_TIMEOUT)
    except WorkflowQueryFailedError:
        return None
    except RPCError as error:
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Temporal does not answer now. Ask again.") from error
    return heard


async def description(client: Client, case_id: str) -> DescribeWorkflowExecutionResponse:
    """What Temporal says of a journey, as it says it: the client cannot read a search attribute that is unset.

    Raises RPCError.
    """
    request = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id(case_id))
    )
    return await client.workflow_service.describe_workflow_execution(request, retry=True, timeout=QUERY_TIMEOUT)


async def _described(client: Client, case_id: str) -> DescribeWorkflowExecutionResponse:
    try:
        return await description(client, case_id)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise _journey_missing(case_id) from error
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Temporal does not answer now. Ask again.") from error


async def reason_of_end(handle: WorkflowHandle[object, object]) -> str:
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


def _journey_stopped(case_id: str, journey: DescribeWorkflowExecutionResponse, how: str, reason: str) -> Fault:
    when = f" on {clock.moment_in_words(journey.workflow_execution_info.close_time.ToDatetime())}"
    because = f" ({reason})" if reason else ""
    return Fault(
        Kind.PRECONDITION,
        "JOURNEY_STOPPED",
        f"The journey of {case_id} was {how}{when}{because}. {rebuild_advice(case_id)}",
        metadata={"case_id": case_id},
    )


async def _silent(client: Client, case_id: str, task_queue: str) -> Fault:
    """Why a running journey does not answer: no worker is there, or it cannot go on with this journey."""
    try:
        queue = await task_queue_of_journeys(client, task_queue)
    except RPCError as error:
        raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "Temporal does not answer now. Ask again.") from error
    seen = worker_asked_at(queue)
    if seen is None or datetime.now(UTC) - seen > LONGEST_POLL:
        last = f" since {clock.moment_in_words(seen)}" if seen else ""
        release = f" --release {current}" if (current := current_of(queue)) != NONE else ""
        detail = (
            f"No worker runs journeys{last}: nobody takes work from the task queue {task_queue}. "
            f"Start `sevensteps worker{release}`; it goes on where it stopped."
        )
        return Fault(Kind.UNAVAILABLE, "WORKER_STOPPED", detail, metadata={"case_id": case_id})
    return Fault(
        Kind.UNAVAILABLE,
        "JOURNEY_SILENT",
        f"The journey of {case_id} does not answer. A worker was there at {seen:%H:%M:%S} UTC. Ask again; if it stays "
        "so, the worker's log says why.",
        metadata={"case_id": case_id},
    )


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


async def connect_prepared(settings: Settings, interceptors: Sequence[Interceptor] = ()) -> Client:
    """The same as `connect`, for the worker. Raises a Fault also while search attributes are missing."""
    client = await connect(settings, WORKER, interceptors)
    if missing := await missing_search_attributes(client):
        raise Fault(
            Kind.PRECONDITION,
            "SEARCH_ATTRIBUTES_MISSING",
            f"Temporal's namespace {client.namespace} has no search attributes {', '.join(missing)}. "
            "`sevensteps temporal prepare` makes them.",
        )
    return client
