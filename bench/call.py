"""A call that changes records, compared with a bare echo: what the interceptor, the rules and the transaction cost.

Both servers are processes of their own, called over loopback by this one with 32 calls in flight. What encryption and
traces add is measured on SQLite alone: it has nothing to do with where records are.
"""

from __future__ import annotations  # the stubs' types exist for the type checker alone

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from uuid import uuid4

import grpc

from bench.figure import Figure, timed
from bench.trip import first_contact
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1 import assessment_pb2_grpc
from sevensteps.config import Settings
from sevensteps.encryption.certificates import COMMAND_LINE
from sevensteps.encryption.development import with_development_certificates
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.processes import Process
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.rpc.client import channel
from sevensteps.telemetry.exporter import EXPORT
from sevensteps.telemetry.trace_settings import ENDPOINT

ROUNDS = 5
COUNT = 600
WARM_UP = 300
IN_FLIGHT = 32
ECHO = "/bench.Echo/Echo"


async def serve_echo() -> None:
    """What it is compared with: a bare grpc.aio server that sends back what it gets. Prints its port."""

    async def echo(request: bytes, _: object) -> bytes:
        return request

    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(echo)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("bench.Echo", {"Echo": handler})])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)  # noqa: T201 - the parent waits for it
    await server.wait_for_termination()


@asynccontextmanager
async def _echo() -> AsyncIterator[grpc.aio.Channel]:
    command = [sys.executable, "-c", "import asyncio, bench.call; asyncio.run(bench.call.serve_echo())"]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        if process.stdout is None:
            raise RuntimeError("the echo server has no output")
        port = int(await process.stdout.readline())
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as called:
            yield called
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def assessment_serving(
    database: str = "", *, encrypted: bool = False, collector: str = "", policies: Path | None = None
) -> AsyncIterator[grpc.aio.Channel]:
    """Calls to the assessment service; its outbox is sent to a feed as usual. Encrypted, and with traces, too."""
    with tempfile.TemporaryDirectory() as folder:
        settings = on_free_ports(replace(Settings(), data=Path(folder), database=database))
        settings = replace(settings, policies=policies or settings.policies)
        if encrypted:
            settings = with_development_certificates(settings)
        keys = Keys.open(settings.data)
        suite = Suite(settings, lambda _: None)
        processes = [process for process in suite.services if process.name in {"assessment", "feed"}]
        try:
            os.environ[ENDPOINT] = collector
            await start(suite, processes)
            token = keys.issue("bench", [Role.PRACTITIONER], "example-council")
            certificates = certificates_for_calls(settings, COMMAND_LINE)
            async with channel(settings.assessment, lambda: token, certificates) as called:
                yield called
        finally:
            os.environ.pop(ENDPOINT, None)
            for process in processes:
                await process.stop()


async def start(suite: Suite, processes: list[Process]) -> None:
    """Start some processes of a suite, and wait until they serve."""
    for process in processes:
        await process.start()
    await asyncio.gather(*(suite.wait_until_serving(process) for process in processes))


class Caller:
    """Makes the two kinds of calls of one service."""

    def __init__(self, called: grpc.aio.Channel) -> None:
        """`called` is the channel to the service."""
        self._assessment = assessment_pb2_grpc.AssessmentServiceStub(called)
        self._opened: list[pb.Case] = []

    def both(self) -> tuple[Callable[[int], Awaitable[None]], ...]:
        """The two kinds."""
        return self.open_case, self.record

    async def open_case(self, _: int) -> None:
        """Open a case: a record with a decision, its receipt and an event."""
        self._opened.append(await first_contact(self._assessment))

    def opened(self) -> pb.Case:
        """A case that was opened and that nothing was done with."""
        return self._opened.pop()

    async def record(self, _: int) -> None:
        """Record something: a record with an event."""
        case = self.opened()
        await self._assessment.RecordSelfAssessment(
            pb.RecordSelfAssessmentRequest(
                request_id=str(uuid4()),
                case_id=case.case_id,
                etag=case.etag,
                help=pb.SELF_ASSESSMENT_HELP_ALONE,
                own_words="x" * 300,
            )
        )


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Time the echo, a change, and a change with a decision, in turn, so that disturbances affect all alike."""
    figures = await _against_the_echo(say, database, most=(5, 6) if database else (2.8, 4.2))
    return figures if database else [*figures, *await _encryption(say)]


async def _against_the_echo(say: Callable[[str], None], database: str, *, most: tuple[float, float]) -> list[Figure]:
    say(f"{ROUNDS} rounds of {COUNT} calls of each kind, {IN_FLIGHT} in flight ...")
    async with _echo() as called, assessment_serving(database) as assessment:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = called.unary_unary(ECHO)
        caller = Caller(assessment)

        async def echo(_: int) -> None:
            await call(b"x" * 300)

        rounds = await rounds_of(echo, caller.open_case, caller.record)
    floor = median(echoed for echoed, _, _ in rounds)
    return [
        Figure("bare echo, p50", f"{floor:.1f} ms"),
        _against("record + event in one transaction", [(each[2], each[0]) for each in rounds], most=most[0]),
        _against("record + decision with receipt + event", [(each[1], each[0]) for each in rounds], most=most[1]),
    ]


async def _encryption(say: Callable[[str], None]) -> list[Figure]:
    say(f"{ROUNDS} rounds of {COUNT} calls of each kind without and with TLS and traces, {IN_FLIGHT} in flight ...")
    async with (
        _collector() as collector,
        assessment_serving() as in_plaintext,
        assessment_serving(encrypted=True) as over_tls,
        assessment_serving(encrypted=True, collector=collector) as traced,
    ):
        kinds = [call for each in (in_plaintext, over_tls, traced) for call in Caller(each).both()]
        rounds = [[sum(times[at : at + 2]) for at in (0, 2, 4)] for times in await rounds_of(*kinds)]
    tls, both = (median(times[at] / times[0] - 1 for times in rounds) for at in (1, 2))
    return [
        Figure("TLS adds to both kinds, p50", f"{tls:.0%}", "below 15%"),
        Figure("TLS and traces add to both kinds, p50", f"{both:.0%}", "below 15%"),
    ]


@asynccontextmanager
async def _collector() -> AsyncIterator[str]:
    """The endpoint of something that takes traces, and forgets them."""

    async def forget(_: bytes, __: object) -> bytes:
        return b""

    server = grpc.aio.server()
    handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(forget)
    name, _, call = EXPORT[1:].partition("/")
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(name, {call: handler})])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await server.stop(None)


async def rounds_of(*kinds: Callable[[int], Awaitable[None]]) -> list[list[float]]:
    """The times of each kind of call, in milliseconds, a row for each round."""
    for kind in kinds:
        await timed(kind, count=WARM_UP, in_flight=IN_FLIGHT)
    return [[await timed(kind, count=COUNT, in_flight=IN_FLIGHT) for kind in kinds] for _ in range(ROUNDS)]


def _against(name: str, pairs: list[tuple[float, float]], *, most: float) -> Figure:
    ratio = median(timing / floor for timing, floor in pairs)
    own = median(timing for timing, _ in pairs)
    return Figure(f"{name}, p50 against the echo", f"{ratio:.1f} times ({own:.1f} ms)", f"at most {most:g}")
