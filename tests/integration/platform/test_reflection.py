"""A client without protos: what a running service tells of itself is enough to read what it refuses."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha import reflection_pb2 as pb

from sevensteps.api.errors.v1 import errors_pb2
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.config import Settings
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.rpc.client import channel

LIST = "/sevensteps.api.feed.v1.FeedService/ListEvents"
TRAILER = "grpc-status-details-bin"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to the feed as a process of its own, which has not read what this one has."""
    settings = on_free_ports(replace(Settings(), data=tmp_path))
    token = Keys.open(tmp_path).issue("ida", [Role.INTEGRATOR], "*")
    suite = Suite(settings, lambda _: None)
    process = next(process for process in suite.services if process.name == "feed")
    await process.start()
    try:
        await suite.wait_until_serving(process)
        async with channel(settings.feed, lambda: token) as called:
            yield called
    finally:
        await process.stop()


async def files(called: grpc.aio.Channel, request: pb.ServerReflectionRequest) -> list[FileDescriptorProto]:
    """The files of protos with which reflection answers."""
    ask = called.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        pb.ServerReflectionRequest.SerializeToString,
        pb.ServerReflectionResponse.FromString,
    )
    answers = [answer async for answer in ask(iter([request]))]
    assert not answers[0].HasField("error_response"), answers[0].error_response
    return [FileDescriptorProto.FromString(file) for file in answers[0].file_descriptor_response.file_descriptor_proto]


async def told_of(called: grpc.aio.Channel, *symbols: str) -> DescriptorPool:
    """What reflection tells of some messages and of all that they are made of."""
    known: dict[str, FileDescriptorProto] = {}
    wanted = [pb.ServerReflectionRequest(file_containing_symbol=symbol) for symbol in symbols]
    while wanted:
        for file in await files(called, wanted.pop()):
            known[file.name] = file
            wanted += [pb.ServerReflectionRequest(file_by_filename=n) for n in file.dependency if n not in known]
    pool = DescriptorPool()

    def add(name: str) -> None:
        for dependency in known[name].dependency:
            add(dependency)
        pool.Add(known[name])

    for name in known:
        add(name)
    return pool


async def test_a_refusal_can_be_read_by_reflection_alone(served: grpc.aio.Channel) -> None:
    """google.rpc.Status, and its details by the types that they name: ErrorInfo and BadRequest."""
    pool = await told_of(served, "google.rpc.Status", "google.rpc.ErrorInfo", "google.rpc.BadRequest")
    list_events = served.unary_unary(
        LIST, feed_pb2.ListEventsRequest.SerializeToString, feed_pb2.ListEventsResponse.FromString
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await list_events(feed_pb2.ListEventsRequest(after=-1))
    trailer = dict(refused.value.trailing_metadata() or ())[TRAILER]
    assert isinstance(trailer, bytes)
    status = message_factory.GetMessageClass(pool.FindMessageTypeByName("google.rpc.Status")).FromString(trailer)
    read = json_format.MessageToDict(status, descriptor_pool=pool)
    info, bad = read["details"]
    assert (info["reason"], info["domain"]) == ("FIELD_INVALID", "sevensteps")
    assert [violation["field"] for violation in bad["fieldViolations"]] == ["after"]


def test_a_client_generated_from_the_protos_has_the_messages_of_a_refusal() -> None:
    """The published contract leads to google.rpc.Status, ErrorInfo and BadRequest."""
    parts = [field.message_type for field in errors_pb2.Refusal.DESCRIPTOR.fields]
    found = {part.full_name for part in parts if part}
    assert found == {"google.rpc.Status", "google.rpc.ErrorInfo", "google.rpc.BadRequest"}
