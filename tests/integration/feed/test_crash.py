"""Killed at any moment, the feed has every event that it acknowledged, and no position is missing or used twice."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import grpc
import pytest

from servers.feed import event
from servers.services import PACK
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.processes import Process
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.rpc.client import channel

if TYPE_CHECKING:
    from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceAsyncStub

SEED = 20260601


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[tuple[Process, grpc.aio.Channel]]:
    """The feed as a process of its own, and a channel to it."""
    token = Keys.open(settings.data).issue("planning", [Role.SERVICE, Role.JOURNEY], EVERY_COUNCIL)
    suite = Suite(settings, lambda _: None)
    process = next(process for process in suite.services if process.name == "feed")
    await process.start()
    try:
        await suite.wait_until_serving(process)
        async with channel(settings.feed, lambda: token) as called:
            await called.channel_ready()  # gRPC shares what it knows of an address: that the one before was killed
            yield process, called
    finally:
        await process.stop()


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
async def test_what_was_answered_is_there_after_kill_9(tmp_path: Path, database: str) -> None:
    """Four services append until the feed is killed under them, twice; what they had no answer for they send again."""
    settings = on_free_ports(replace(Settings(), data=tmp_path, database=database, pack=PACK))
    chance = random.Random(SEED)  # noqa: S311 - to be repeated, not to be secret
    waiting = [[event(case_id=f"case-{writer}") for _ in range(3000)] for writer in range(4)]
    for writer in waiting:
        for each in writer:
            each.event_id = str(UUID(int=chance.getrandbits(128)))
    sent = [[each.event_id for each in writer] for writer in waiting]
    answered: set[str] = set()

    for _ in range(2):
        async with running(settings) as (process, called):
            feed = FeedServiceStub(called)

            async def write(outbox: list[pb.Event], feed: "FeedServiceAsyncStub" = feed) -> None:
                while outbox:
                    await feed.AppendEvents(pb.AppendEventsRequest(events=outbox[:3]), timeout=5)
                    answered.update(each.event_id for each in outbox[:3])
                    del outbox[:3]

            writers = [asyncio.create_task(write(outbox)) for outbox in waiting]
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            assert process.pid, process.last_log_line()
            os.kill(process.pid, signal.SIGKILL)
            ends = await asyncio.gather(*writers, return_exceptions=True)
            assert all(isinstance(end, grpc.aio.AioRpcError) for end in ends), ends

    async with running(settings) as (_, called):
        feed = FeedServiceStub(called)
        kept = await everything(feed)
        assert answered
        assert answered <= {each.event_id for each in kept}
        for outbox in waiting:
            await feed.AppendEvents(pb.AppendEventsRequest(events=outbox[:900]))
        whole = await everything(feed)
        assert whole[: len(kept)] == kept
        assert [each.position for each in whole] == list(range(1, len(whole) + 1))
        for number, ids in enumerate(sent):
            got = [each.event_id for each in whole if each.case_id == f"case-{number}"]
            assert got == ids[: len(got)]


async def everything(feed: "FeedServiceAsyncStub") -> list[pb.Event]:
    """All events, page by page."""
    found: list[pb.Event] = []
    page = pb.ListEventsResponse(more=True)
    while page.more:
        page = await feed.ListEvents(pb.ListEventsRequest(page_size=1000, page_token=page.next_page_token))
        found += page.events
    return found
