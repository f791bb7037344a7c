"""A collector of traces: takes OTLP over gRPC, and keeps the spans."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Context: TypeAlias = "grpc.aio.ServicerContext[ExportTraceServiceRequest, ExportTraceServiceResponse]"


@dataclass(frozen=True)
class Seen:
    """A span that has arrived."""

    service: str
    span: Span

    @property
    def attributes(self) -> dict[str, str | int]:
        return {
            each.key: each.value.int_value if each.value.HasField("int_value") else each.value.string_value
            for each in self.span.attributes
        }

    def __str__(self) -> str:
        """Where it was, and what: as a test names it."""
        return f"{self.service}: {self.span.name.rpartition('/')[2]}"


@dataclass
class Collector:
    """What has arrived so far."""

    address: str = ""
    spans: list[Seen] = field(default_factory=list)
    refuses: grpc.StatusCode | None = None
    """How it answers, where it does not take what comes."""

    def of(self, trace_id: str) -> dict[bytes, Seen]:
        """The spans of a trace, by their ids."""
        return {seen.span.span_id: seen for seen in self.spans if seen.span.trace_id.hex() == trace_id}

    async def export(self, request: ExportTraceServiceRequest, context: Context) -> ExportTraceServiceResponse:
        if self.refuses is not None:
            await context.abort(self.refuses, "not now")
        for resource in request.resource_spans:
            about = {each.key: each.value.string_value for each in resource.resource.attributes}
            assert about["service.namespace"] == "sevensteps"
            self.spans += [Seen(about["service.name"], span) for scope in resource.scope_spans for span in scope.spans]
        return ExportTraceServiceResponse()


@asynccontextmanager
async def run_collector(address: str = "127.0.0.1:0") -> AsyncIterator[Collector]:
    """A collector that listens, on a free port unless an address is given."""
    collector = Collector()
    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(
        collector.export,
        request_deserializer=ExportTraceServiceRequest.FromString,
        response_serializer=ExportTraceServiceResponse.SerializeToString,
    )
    service = "opentelemetry.proto.collector.trace.v1.TraceService"
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, {"Export": handler})])
    collector.address = f"{address.rpartition(':')[0]}:{server.add_insecure_port(address)}"
    await server.start()
    try:
        yield collector
    finally:
        await server.stop(None)
