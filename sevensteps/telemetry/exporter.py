"""Takes spans to a collector, over OTLP. One that is away holds nobody up: some spans wait, others are dropped."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from threading import Event, Thread
from uuid import uuid4

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Status
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage

from sevensteps import log
from sevensteps.installation import version
from sevensteps.telemetry.spans import Span
from sevensteps.telemetry.trace_settings import TraceSettings
from sevensteps.trace_context import TraceContext

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
MOST_WAITING = 10_000
"""Spans that wait. One takes about 1 kB."""
AT_ONCE = 500
EVERY_SECONDS = 1.0
CALL_SECONDS = 5.0
CLOSE_SECONDS = 2.0
"""How long the end of a process waits for its last spans."""
FOR_GOOD = frozenset({grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED})
"""How a collector refuses spans that it would refuse again: they are wrong, or too large."""
OPTIONS = (("grpc.max_reconnect_backoff_ms", 5_000), ("grpc.enable_retries", 0))


class Exporter:
    """The spans of this process, sent every second by a thread of its own."""

    def __init__(self, settings: TraceSettings, service: str) -> None:
        """`service` is what the process is called in the traces. Sends nothing until `start`."""
        self.dropped = 0
        """Spans that the collector did not get, because it was away too long or refused them."""
        self._share = round(settings.share * 2**64)
        self._follows_parent = settings.follows_parent
        self._waiting: deque[Span] = deque()
        self._is_over = Event()
        self._about = _about(service)
        self._trouble = ""
        self._told_dropped = 0
        self._channel = _channel(settings)
        self._export = self._channel.unary_unary(
            EXPORT,
            request_serializer=ExportTraceServiceRequest.SerializeToString,
            response_deserializer=ExportTraceServiceResponse.FromString,
        )
        self._thread = Thread(target=self._run, name="sending traces", daemon=True)

    def start(self) -> None:
        """Send from now on."""
        self._thread.start()

    def wants(self, trace_id: str, parent: TraceContext | None) -> bool:
        """See Recorder. By the last half of the trace's id, so that every process chooses the same traces."""
        if parent is not None and self._follows_parent:
            return parent.is_sampled
        return int(trace_id[16:], 16) < self._share

    def take(self, span: Span) -> None:
        """See Recorder."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(span)
        else:
            self.dropped += 1

    def close(self) -> None:
        """Send what waits, but do not take long over it."""
        self._is_over.set()
        self._thread.join(CLOSE_SECONDS)
        self._channel.close()

    def _run(self) -> None:
        while not self._is_over.wait(EVERY_SECONDS):
            self._send_all()
        self._send_all()

    def _send_all(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            seconds = CLOSE_SECONDS if self._is_over.is_set() else CALL_SECONDS
            try:
                answer = self._export(self._request(batch), timeout=seconds)
            except grpc.RpcError as error:
                code = error.code()
                if code in FOR_GOOD:
                    self.dropped += len(batch)
                else:
                    self._waiting.extendleft(reversed(batch))
                self._tell(code.name)
                return
            except Exception as error:  # noqa: BLE001 - the thread must not end: later spans can be sent
                self.dropped += len(batch)
                self._tell(type(error).__name__)
                return
            self.dropped += answer.partial_success.rejected_spans
            self._tell("")

    def _request(self, batch: Sequence[Span]) -> ExportTraceServiceRequest:
        spans = ScopeSpans(spans=[_message(span) for span in batch])
        spans.scope.name = "sevensteps"
        about = ResourceSpans(scope_spans=[spans])
        about.resource.attributes.extend(self._about)
        return ExportTraceServiceRequest(resource_spans=[about])

    def _tell(self, trouble: str) -> None:
        """Log a trouble once, and its end."""
        if trouble and trouble != self._trouble:
            log.get().warning("traces cannot be sent to the collector; the process works on", reason=trouble)
        if not trouble and (self._trouble or self.dropped > self._told_dropped):
            log.get().info("traces are sent to the collector", dropped=self.dropped)
            self._told_dropped = self.dropped
        self._trouble = trouble


def _channel(settings: TraceSettings) -> grpc.Channel:
    if settings.is_encrypted:
        return grpc.secure_channel(settings.target, grpc.ssl_channel_credentials(settings.authority), OPTIONS)
    return grpc.insecure_channel(settings.target, OPTIONS)


def _about(service: str) -> Sequence[KeyValue]:
    about = {
        "service.name": service,
        "service.namespace": "sevensteps",
        "service.version": version(),
        "service.instance.id": str(uuid4()),
    }
    return [_attribute(key, value) for key, value in about.items()]


def _message(span: Span) -> SpanMessage:
    message = SpanMessage(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=bytes.fromhex(span.parent_id),
        name=span.name,
        kind=SpanMessage.SpanKind.ValueType(span.side),
        start_time_unix_nano=span.began,
        end_time_unix_nano=span.ended,
        attributes=[_attribute(key, value) for key, value in span.attributes.items()],
        links=[_link(place) for place in span.links],
    )
    if span.has_failed:
        message.status.code = Status.STATUS_CODE_ERROR
    return message


def _link(place: TraceContext) -> SpanMessage.Link:
    return SpanMessage.Link(trace_id=bytes.fromhex(place.trace_id), span_id=bytes.fromhex(place.span_id))


@lru_cache(maxsize=1000)  # most are said again and again, and making one takes a third of the time of a span
def _attribute(key: str, value: str | int) -> KeyValue:
    attribute = KeyValue(key=key)
    if isinstance(value, int):
        attribute.value.int_value = value
    else:
        attribute.value.string_value = value
    return attribute
