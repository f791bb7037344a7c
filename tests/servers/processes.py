"""A service in a process of its own, as it is run by a council."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

import grpc
from grpc_health.v1 import health_pb2

from servers.waiting import until
from sevensteps.config import Settings

START_PATIENCE = 90.0  # seconds, on a machine that does much else


async def is_serving(address: str) -> bool:
    """Whether the health check of whoever listens there says so."""
    async with grpc.aio.insecure_channel(address) as bare:
        check = bare.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer = await check(health_pb2.HealthCheckRequest(), timeout=1)
        except grpc.aio.AioRpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def start_process(
    name: str, settings: Settings, *, stderr: int | IO[bytes] = subprocess.PIPE, before: str = ""
) -> subprocess.Popen[bytes]:
    """Start a service. `before` is Python that its process runs first."""
    code = f"{before}\nimport runpy\nrunpy.run_module('services.{name}', run_name='__main__')"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SEVENSTEPS_")}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment | settings.as_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
    )


@asynccontextmanager
async def run_process(
    name: str, settings: Settings, *, stderr: int | IO[bytes] = subprocess.DEVNULL, before: str = ""
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A service that serves, killed at the end."""
    process = start_process(name, settings, stderr=stderr, before=before)
    try:

        async def serves() -> bool:
            assert process.poll() is None, "it ended"
            return await is_serving(settings.address(name))

        await until(serves, f"{name} to serve", START_PATIENCE)
        yield process
    finally:
        process.kill()
        process.wait()
