"""Traces through Temporal: from the relay into a signal's headers, and from an activity's headers on to a service.

Temporal's own interceptor would make spans of what a journey does, also when it replays; ours passes on where it is.
"""

from collections.abc import Mapping

import temporalio.client
import temporalio.worker
from temporalio import activity
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter
from temporalio.exceptions import ApplicationError

from sevensteps import trace_context
from sevensteps.telemetry import spans
from sevensteps.telemetry.spans import CASE_ID, REASON, Side
from sevensteps.temporal import workflow_id
from sevensteps.trace_context import TraceContext
from workflows.journey.trace import TRACEPARENT, TracedJourney

CONVERTER = PayloadConverter.default


class Tracing(temporalio.client.Interceptor, temporalio.worker.Interceptor):
    """For the client that brings facts to journeys, and for the worker that uses it."""

    def intercept_client(
        self,
        next: temporalio.client.OutboundInterceptor,  # noqa: A002 - Temporal's name
    ) -> temporalio.client.OutboundInterceptor:
        """See temporalio.client.Interceptor."""
        return _Signals(super().intercept_client(next))

    def intercept_activity(
        self,
        next: temporalio.worker.ActivityInboundInterceptor,  # noqa: A002
    ) -> temporalio.worker.ActivityInboundInterceptor:
        """See temporalio.worker.Interceptor."""
        return _Activities(super().intercept_activity(next))

    def workflow_interceptor_class(
        self,
        input: temporalio.worker.WorkflowInterceptorClassInput,  # noqa: A002, ARG002
    ) -> type[temporalio.worker.WorkflowInboundInterceptor]:
        """See temporalio.worker.Interceptor."""
        return TracedJourney


class _Signals(temporalio.client.OutboundInterceptor):
    async def start_workflow(
        self,
        input: temporalio.client.StartWorkflowInput,  # noqa: A002
    ) -> temporalio.client.WorkflowHandle[object, object]:
        input.headers = _with_trace(input.headers)
        return await super().start_workflow(input)

    async def signal_workflow(self, input: temporalio.client.SignalWorkflowInput) -> None:  # noqa: A002
        input.headers = _with_trace(input.headers)
        await super().signal_workflow(input)


class _Activities(temporalio.worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: temporalio.worker.ExecuteActivityInput) -> object:  # noqa: A002
        info = activity.info()
        with spans.span(f"journey {info.activity_type}", Side.INTERNAL, _trace_in(input.headers)) as step:
            if step is not None:
                case_id = (info.workflow_id or "").removeprefix(workflow_id(""))
                step.note({CASE_ID: case_id, "sevensteps.attempt": info.attempt})
            try:
                return await super().execute_activity(input)
            except ApplicationError as error:
                trace_context.note({REASON: error.type or "UNKNOWN"})
                raise


def _with_trace(headers: Mapping[str, Payload]) -> Mapping[str, Payload]:
    written = trace_context.traceparent()
    return {**headers, TRACEPARENT: CONVERTER.to_payload(written)} if written else headers


def _trace_in(headers: Mapping[str, Payload]) -> TraceContext | None:
    payload = headers.get(TRACEPARENT)
    return trace_context.read(str(CONVERTER.from_payload(payload))) if payload is not None else None
