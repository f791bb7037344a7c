"""Asking a process for its health, as anybody may."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

import grpc
from grpc_health.v1 import health_pb2

ANSWER_SECONDS = 2.0
"""How long a process may take to say that it serves."""
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


async def is_serving(channel: grpc.aio.Channel, service: str = "") -> bool:
    """Whether the server at the other end says that it serves, or that one of its services does."""
    return await _status(channel, service) == SERVING


async def says_no(channel: grpc.aio.Channel, service: str) -> bool:
    """Whether the server says that one of its parts is not well. One that does not know of it says nothing."""
    return await _status(channel, service) == NOT_SERVING


async def _status(channel: grpc.aio.Channel, service: str) -> int | None:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )
    try:
        answer = await check(health_pb2.HealthCheckRequest(service=service), timeout=ANSWER_SECONDS)
    except grpc.aio.AioRpcError:
        return None
    return int(answer.status)
