"""Calling a service that runs several times: whichever instance works answers."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import grpc
import pytest

from servers.authority import Authority
from sevensteps.encryption.folder import Certificates
from sevensteps.local.ports import free_port
from sevensteps.rpc import client, several
from sevensteps.rpc.client import channel
from sevensteps.rpc.encryption import server_credentials
from sevensteps.rpc.faults import fault_of

TOKEN = "not checked here"  # noqa: S105 - no token
PATIENCE = 30.0
ASK, READ = "/test.Test/Ask", "/test.Test/Read"
Answer = Callable[[grpc.aio.ServicerContext[bytes, bytes]], object]


class Instance:
    """A server that answers with its number, or as it is told to."""

    def __init__(self, number: int, certificates: Certificates | None = None) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.asked = 0
        self.refuses: grpc.StatusCode | None = None
        self.seconds = 0.0
        """How long it takes to refuse."""
        self._number = number
        self._certificates = certificates
        self._server = grpc.aio.server()

    async def start(self) -> None:
        """Listen."""
        self._server = grpc.aio.server()
        handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            "Ask": grpc.unary_unary_rpc_method_handler(self._answer),
            "Read": grpc.unary_stream_rpc_method_handler(self._stream),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Test", handlers),))
        if self._certificates:
            self._server.add_secure_port(self.address, server_credentials(self._certificates, wants_certificate=False))
        else:
            self._server.add_insecure_port(self.address)
        await self._server.start()

    async def stop(self) -> None:
        """End, whatever is under way."""
        await self._server.stop(None)

    async def _answer(self, _: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        self.asked += 1
        if self.refuses:
            await asyncio.sleep(self.seconds)
            await context.abort(self.refuses, "refused")
        return str(self._number).encode()

    async def _stream(self, request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> AsyncIterator[bytes]:
        yield await self._answer(request, context)
        await asyncio.Event().wait()


@asynccontextmanager
async def two(*certificates: Certificates) -> AsyncIterator[list[Instance]]:
    """Two instances that serve."""
    instances = [Instance(number, *certificates[number : number + 1]) for number in range(2)]
    for each in instances:
        await each.start()
    try:
        yield instances
    finally:
        for each in instances:
            await each.stop()


@pytest.fixture
async def instances() -> AsyncIterator[list[Instance]]:
    async with two() as running:
        yield running


@pytest.fixture
async def calls(instances: list[Instance]) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to both."""
    async with channel(",".join(each.address for each in instances), lambda: TOKEN) as calls:
        yield calls


async def ask(calls: grpc.aio.Channel, times: int = 1, seconds: float = PATIENCE) -> Counter[bytes]:
    """Ask so many times at once. Answers how often each instance has answered."""
    stub = cast("Callable[..., Awaitable[bytes]]", calls.unary_unary(ASK))
    return Counter(await asyncio.gather(*(stub(b"", timeout=seconds) for _ in range(times))))


def stream_of(calls: grpc.aio.Channel) -> AsyncIterator[bytes]:
    """A stream of the number of the instance that sends it."""
    stub = cast("Callable[[bytes], AsyncIterator[bytes]]", calls.unary_stream(READ))
    return aiter(stub(b""))


async def test_instances_answer_in_turn(instances: list[Instance], calls: grpc.aio.Channel) -> None:
    """Neither has all the work."""
    await ask(calls, 2)
    found = await ask(calls, 100)
    assert min(found[b"0"], found[b"1"]) > 25
    assert sum(each.asked for each in instances) == 102


async def test_one_that_goes_away_is_left_out_and_back_when_it_is(
    instances: list[Instance], calls: grpc.aio.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls under way when it ends, and later ones, are answered by the other."""
    monkeypatch.setattr(several, "LEFT_OUT_SECONDS", 0.1)
    await ask(calls, 2)
    asking = [asyncio.create_task(ask(calls, 100)) for _ in range(4)]
    await instances[0].stop()
    assert sum([found.total() for found in await asyncio.gather(*asking)]) == 400
    assert (await ask(calls, 20))[b"1"] == 20
    await instances[0].start()
    async with asyncio.timeout(PATIENCE):
        while not (await ask(calls, 2))[b"0"]:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.1)


async def test_one_that_hangs_keeps_no_new_caller_waiting(instances: list[Instance]) -> None:
    """Its machine takes connections, and the process says nothing: whoever takes a connection first is called."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        address = f"127.0.0.1:{hanging.getsockname()[1]}"
        for both in (f"{address},{instances[0].address}", f"{instances[0].address},{address}"):
            async with channel(both, lambda: TOKEN) as calls:
                assert await ask(calls, 10) == {b"0": 10}


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED])
async def test_what_an_instance_does_not_answer_the_other_does(
    instances: list[Instance], calls: grpc.aio.Channel, code: grpc.StatusCode
) -> None:
    """One that stops says UNAVAILABLE; gRPC itself says CANCELLED of what comes in the moment of its end."""
    instances[0].refuses = code
    assert await ask(calls, 20) == {b"1": 20}
    found = [await anext(stream_of(calls)) for _ in range(4)]
    assert found == [b"1"] * 4


async def test_one_that_took_long_to_fail_leaves_time_for_the_other(
    instances: list[Instance], calls: grpc.aio.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What hangs is known to do so after some seconds only; from then on the call looks for another."""
    monkeypatch.setattr(several, "PATIENCE_SECONDS", 0.2)
    instances[0].refuses, instances[0].seconds = grpc.StatusCode.UNAVAILABLE, 0.5
    assert await ask(calls, 10) == {b"1": 10}


async def test_a_refusal_is_an_answer(instances: list[Instance], calls: grpc.aio.Channel) -> None:
    """Nobody else is asked."""
    for each in instances:
        each.refuses = grpc.StatusCode.PERMISSION_DENIED
    for asking in (ask(calls), anext(stream_of(calls))):
        with pytest.raises(grpc.aio.AioRpcError, match="PERMISSION_DENIED"):
            await asking
    assert sum(each.asked for each in instances) == 2


async def test_a_stream_that_has_begun_ends_with_its_instance(
    instances: list[Instance], calls: grpc.aio.Channel
) -> None:
    """Whoever reads begins again from its bookmark: what was read is not read twice unawares."""
    stream = stream_of(calls)
    number = int(await anext(stream))
    await instances[number].stop()
    with pytest.raises(grpc.aio.AioRpcError):
        await anext(stream)
    assert await anext(stream_of(calls)) == str(1 - number).encode()


async def test_where_none_answers_the_caller_is_told(
    instances: list[Instance], calls: grpc.aio.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some seconds, or when the call's own time is over."""
    monkeypatch.setattr(several, "PATIENCE_SECONDS", 0.3)
    for each in instances:
        each.refuses = grpc.StatusCode.UNAVAILABLE
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(calls)
    assert fault_of(refused.value).reason == "UNAVAILABLE"
    monkeypatch.setattr(several, "PATIENCE_SECONDS", 3600)
    with pytest.raises(grpc.aio.AioRpcError):
        await ask(calls, seconds=0.3)


async def test_a_name_may_stand_for_several(instances: list[Instance], monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a service's in compose: that one stops is no refusal, for another may answer by the same name."""
    monkeypatch.setattr(client, "is_one_process", lambda _: False)
    instances[0].refuses = grpc.StatusCode.UNAVAILABLE
    async with channel(instances[0].address, lambda: TOKEN) as calls:
        asking = asyncio.create_task(ask(calls))
        while not instances[0].asked:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
        instances[0].refuses = None
        assert await asking == {b"0": 1}


async def test_each_instance_shows_a_certificate_with_the_name_by_which_it_is_called(tmp_path: Path) -> None:
    """Instances on two machines have two names; who calls checks each by its own."""
    authority = Authority()
    for folder, names in (("0", ("127.0.0.1",)), ("1", ("localhost",))):
        authority.write(tmp_path / folder, "feed", names=names)
    shown = [Certificates(tmp_path / folder, "feed") for folder in "01"]
    async with two(*shown) as instances:
        addresses = f"{instances[0].address},{instances[1].address.replace('127.0.0.1', 'localhost')}"
        async with channel(addresses, lambda: TOKEN, shown[0]) as calls:
            await ask(calls, 2)
            assert set(await ask(calls, 100)) == {b"0", b"1"}
