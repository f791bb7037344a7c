"""How much a service takes at once. Every limit is told to whom it stops, and over as soon as there is room again."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2

from integration.assessment.practice import new_id
from servers.feed import run_feed
from servers.processes import is_serving
from servers.services import NOBODY, PACK, Running, refusal_of, run_service
from servers.waiting import until
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.rpc.caller import PatientCaller

OPEN = "/sevensteps.api.assessment.v1.AssessmentService/OpenCase"
LIST_CASES = "/sevensteps.api.assessment.v1.AssessmentService/ListCases"
LIST = pb.ListCasesRequest()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Three calls at once in the process; two calls and two streams of one subject."""
    return Settings(data=tmp_path, pack=PACK, feed=NOBODY, most_calls=3, most_calls_each=2, most_streams_each=2)


@pytest.fixture
async def running(settings: Settings) -> AsyncIterator[Running]:
    async with run_service("assessment", settings) as service:
        yield service


def opening() -> pb.OpenCaseRequest:
    return pb.OpenCaseRequest(request_id=new_id(), kind=pb.CASE_KIND_ADULT, person_reference=new_id())


@contextmanager
def locked(running: Running) -> Iterator[None]:
    """Nothing can be written meanwhile: changes are under way until the end."""
    lock = sqlite3.connect(running.data / "assessment.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        lock.close()


async def under_way(running: Running, *subjects: str) -> Sequence["asyncio.Future[pb.OpenCaseResponse]"]:
    """Changes that have begun and wait, one of each subject."""
    calls = []
    for subject in subjects:
        stub = running.stub(AssessmentServiceStub, running.token(subject, Role.PRACTITIONER))
        calls.append(asyncio.ensure_future(stub.OpenCase(opening())))
    await asyncio.sleep(0.3)
    return calls


async def test_a_process_takes_so_many_calls_and_is_healthy_all_the_same(running: Running) -> None:
    """The fourth of three is told how many there are and to come again; a health check is answered."""
    cat = running.stub(AssessmentServiceStub, running.token("cat", Role.PRACTITIONER))
    with locked(running):
        calls = await under_way(running, "amy", "amy", "ben")
        fault = await refusal_of(cat.ListCases(LIST))
        assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "BUSY")
        assert "3 calls under way" in fault.detail
        assert "SEVENSTEPS_MOST_CALLS" in fault.detail
        assert await is_serving(running.address)
    await asyncio.gather(*calls)
    await cat.ListCases(LIST)


async def test_one_subject_has_so_many_calls_and_holds_up_nobody_else(running: Running) -> None:
    """Amy's third call is refused, and Ben's is answered."""
    amy, ben = (
        running.stub(AssessmentServiceStub, running.token(subject, Role.PRACTITIONER)) for subject in ("amy", "ben")
    )
    with locked(running):
        calls = await under_way(running, "amy", "amy")
        fault = await refusal_of(amy.ListCases(LIST))
        assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "TOO_MANY_CALLS")
        assert "SEVENSTEPS_MOST_CALLS_EACH" in fault.detail
        await ben.ListCases(LIST)
    await asyncio.gather(*calls)
    await amy.ListCases(LIST)


async def test_who_hangs_up_makes_room(running: Running) -> None:
    """A call that is given up is over, also one whose message never came."""
    amy = running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER))
    metadata = (("authorization", f"Bearer {running.token('amy', Role.PRACTITIONER)}"),)
    async with grpc.aio.insecure_channel(running.address) as bare:
        open_case: grpc.aio.StreamUnaryMultiCallable[bytes, bytes] = bare.stream_unary(OPEN)
        silent = [open_case(metadata=metadata) for _ in range(2)]
        await asyncio.sleep(0.3)
        assert (await refusal_of(amy.ListCases(LIST))).reason == "TOO_MANY_CALLS"
        for call in silent:
            call.cancel()

        async def there_is_room() -> bool:
            try:
                await amy.ListCases(LIST)
            except grpc.aio.AioRpcError:
                return False
            return True

        await until(there_is_room, "room")


async def test_own_programs_wait_for_room(running: Running, settings: Settings) -> None:
    """A patient caller is answered as soon as there is room."""
    settings = replace(settings, assessment=running.address)
    async with PatientCaller(settings, running.token("amy", Role.PRACTITIONER)) as amy:
        with locked(running):
            calls = await under_way(running, "amy", "amy")
            asking = asyncio.create_task(amy.ask(LIST, pb.ListCasesResponse))
            await asyncio.sleep(0.3)
            assert not asking.done()
        await asyncio.gather(*calls)
        assert len((await asking).cases) == 2


async def test_one_subject_has_so_many_streams(settings: Settings) -> None:
    """The third watcher of one name is refused, and takes the place of one who leaves."""
    async with run_feed(settings) as feed:
        ida = feed.running.stub(FeedServiceStub, feed.running.token("ida", Role.INTEGRATOR))
        streams = [ida.WatchEvents(feed_pb2.WatchEventsRequest()) for _ in range(2)]
        for stream in streams:
            await anext(aiter(stream))
        fault = await refusal_of(anext(aiter(ida.WatchEvents(feed_pb2.WatchEventsRequest()))))
        assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "TOO_MANY_STREAMS")
        assert "SEVENSTEPS_MOST_STREAMS_EACH" in fault.detail
        await ida.ListEvents(feed_pb2.ListEventsRequest())
        for stream in streams:
            stream.cancel()

        async def there_is_room() -> bool:
            try:
                await anext(aiter(ida.WatchEvents(feed_pb2.WatchEventsRequest())))
            except grpc.aio.AioRpcError:
                return False
            return True

        await until(there_is_room, "room")


async def test_strangers_watch_in_bounds(running: Running) -> None:
    """Health can be watched without a token, but not without end."""
    async with grpc.aio.insecure_channel(running.address) as bare:
        watch = bare.unary_stream(
            "/grpc.health.v1.Health/Watch",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        streams = [watch(health_pb2.HealthCheckRequest()) for _ in range(2)]
        for stream in streams:
            await anext(aiter(stream))
        fault = await refusal_of(anext(aiter(watch(health_pb2.HealthCheckRequest()))))
        assert fault.reason == "TOO_MANY_STREAMS"
        for stream in streams:
            stream.cancel()


@pytest.mark.parametrize("token", ["", "x"])
async def test_a_stranger_is_refused_before_any_message_is_read(running: Running, token: str) -> None:
    """Whoever has no token need not send the message to be told so: none of a stranger's megabytes is kept."""
    async with grpc.aio.insecure_channel(running.address) as bare:
        open_case: grpc.aio.StreamUnaryMultiCallable[bytes, bytes] = bare.stream_unary(OPEN)
        fault = await refusal_of(open_case(metadata=(("authorization", f"Bearer {token}"),), timeout=10))
    assert (fault.kind, fault.reason) == (Kind.UNAUTHENTICATED, "UNAUTHENTICATED")


async def test_calls_that_wait_by_the_thousand_are_not_cancelled(running: Running) -> None:
    """While the service is busy for a moment 2,000 calls come: each is answered, or told to come again."""
    metadata = (("authorization", f"Bearer {running.token('eve', Role.PRACTITIONER)}"),)
    bare = [grpc.aio.insecure_channel(running.address, options=[("number", number)]) for number in range(10)]
    for each in bare:
        await each.channel_ready()
    begin: list[grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]] = [each.unary_unary(LIST_CASES) for each in bare]
    calls = [each(b"", metadata=metadata) for each in begin for _ in range(200)]
    for _ in range(5):
        await asyncio.sleep(0)
    time.sleep(1)  # noqa: ASYNC251 - the service's loop is this one: it answers nothing meanwhile
    ends = Counter([await call.code() for call in calls])
    for each in bare:
        await each.close()
    assert ends.keys() <= {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}, ends
