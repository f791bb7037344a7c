"""A feed that hangs in the middle of numbering: another goes on, and it numbers nothing when it wakes."""

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

from servers.feed import event, run_feed
from servers.processes import run_process
from servers.services import PACK, refusal_of
from servers.waiting import until
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.ports import free_port
from sevensteps.rpc.client import channel

PATIENCE = 60.0
AT_ONCE = 5.0
"""Seconds within which another instance goes on."""
HANGS = """
import os, signal
from pathlib import Path
from services.feed import store
add = store.add
hung = Path(os.environ["SEVENSTEPS_DATA"], "hung")
def hangs(connection, rows, last):
    add(connection, rows, last)
    if not hung.exists():
        hung.touch()
        os.kill(os.getpid(), signal.SIGSTOP)
store.add = hangs
"""
"""It stops itself when it has numbered events, before it commits them."""


async def test_one_that_hangs_while_it_numbers_holds_nobody_up_and_numbers_nothing(
    tmp_path: Path, postgres_url: str
) -> None:
    """PostgreSQL ends its transaction, and another numbers. When it wakes nothing was committed, and it goes on."""
    settings = Settings(data=tmp_path, database=postgres_url, pack=PACK)
    hanging = replace(settings, feed=f"127.0.0.1:{free_port()}", log="json")
    token = Keys.open(tmp_path).issue("planning", [Role.SERVICE], EVERY_COUNCIL)
    async with (
        run_feed(settings) as other,
        run_process("feed", hanging, before=HANGS) as process,
        channel(hanging.feed, lambda: token) as calls,
    ):
        sent = pb.AppendEventsRequest(events=[event(), event()])
        hung = asyncio.create_task(refusal_of(FeedServiceStub(calls).AppendEvents(sent, timeout=PATIENCE)))

        async def hangs() -> bool:
            return (tmp_path / "hung").exists()

        await until(hangs, "the feed to hang", PATIENCE)
        async with asyncio.timeout(2 * AT_ONCE):  # the machine may be busy
            assert await other.append([event()]) == 1
        assert other.is_sequencer()
        process.send_signal(signal.SIGCONT)
        assert (await hung).reason == "STORE_UNAVAILABLE"
        assert (await FeedServiceStub(calls).AppendEvents(sent, timeout=PATIENCE)).head == 3
        assert [each.position for each in await other.everything()] == [1, 2, 3]

        async def hears() -> bool:
            return not other.is_sequencer()

        await until(hears, "the other feed to hear that it is not the one that numbers")
