"""Certificates that are replaced while a service runs: nobody restarts anything, and no call is cut."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import grpc
import pytest
from structlog.testing import capture_logs

from servers.authority import Authority
from servers.feed import event, run_feed
from servers.services import PACK
from servers.waiting import until
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.encryption.folder import Certificates
from sevensteps.encryption.handshake import shown_by, trouble
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import on_free_ports
from sevensteps.rpc.client import channel

PROCESSES = ("feed", "planning", "worker")


@dataclass
class Lives:
    """A feed, a service that sends it events, and the worker that watches it, all with the same folder."""

    settings: Settings
    folder: Path
    sender: grpc.aio.Channel
    watcher: grpc.aio.Channel
    heard: list[int] = field(default_factory=list)

    async def send(self) -> None:
        """Send an event by the channel that was there from the beginning, and wait until the worker hears it."""
        sent = pb.AppendEventsRequest(events=[event()])
        position = (await FeedServiceStub(self.sender).AppendEvents(sent)).head

        async def is_heard() -> bool:
            return self.heard[-1:] == [position]

        await until(is_heard, "the event to be heard")

    async def watch(self) -> None:
        async for part in FeedServiceStub(self.watcher).WatchEvents(pb.WatchEventsRequest()):
            self.heard += [each.position for each in part.events]


@pytest.fixture(autouse=True)
def _look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at whenever somebody connects or calls."""
    monkeypatch.setattr("sevensteps.encryption.folder.LOOK_SECONDS", 0.0)
    monkeypatch.setattr("sevensteps.encryption.watch.LOOK_SECONDS", 0.05)


@pytest.fixture
async def lives(tmp_path: Path, authority: Authority) -> AsyncIterator[Lives]:
    folder = authority.write(tmp_path / "c", *PROCESSES)
    settings = on_free_ports(replace(Settings(), data=tmp_path / "data", pack=PACK, certificates=str(folder)))
    keys = Keys.open(settings.data)
    tokens = {
        "planning": keys.issue("planning", [Role.SERVICE], EVERY_COUNCIL),
        "worker": keys.issue("journey", [Role.JOURNEY], EVERY_COUNCIL),
    }
    async with run_feed(settings, settings.feed), AsyncExitStack() as stack:
        channels = {
            name: channel(settings.feed_internal, partial(str, token), Certificates(folder, name))
            for name, token in tokens.items()
        }
        for each in channels.values():
            await stack.enter_async_context(each)
        yield Lives(settings, folder, channels["planning"], channels["worker"])


@pytest.fixture
def authority() -> Authority:
    return Authority("old")


async def test_an_authority_is_replaced_while_a_stream_goes_on(lives: Lives, authority: Authority) -> None:
    """First everybody trusts both, then gets a certificate of the new one, then trusts the new one alone."""
    new = Authority("new")
    watching = asyncio.create_task(lives.watch())
    await lives.send()
    (lives.folder / "authority.pem").write_bytes(authority.pem + new.pem)
    await lives.send()
    new.write(lives.folder, *PROCESSES)
    (lives.folder / "authority.pem").write_bytes(authority.pem + new.pem)
    await lives.send()
    (lives.folder / "authority.pem").write_bytes(new.pem)
    await lives.send()
    assert lives.heard == [1, 2, 3, 4]
    assert not watching.done()
    for address in (lives.settings.feed, lives.settings.feed_internal):
        shown = await shown_by(address)
        assert shown is not None
        assert shown.issuer == "CN=new"
    old = Certificates(authority.write(lives.folder.parent / "old", "planning"), "planning")
    assert "is signed by CN=new, which is not in" in await trouble(lives.settings.feed_internal, old)
    watching.cancel()


async def test_a_connection_with_old_certificates_ends_with_its_last_call(lives: Lives, authority: Authority) -> None:
    """What is under way goes on over it, and nothing new; then it is closed."""
    watching = asyncio.create_task(lives.watch())
    await lives.send()
    assert connections_to(lives.settings.feed_internal) == 2
    authority.write(lives.folder, *PROCESSES)
    await lives.send()
    await FeedServiceStub(lives.watcher).ListEvents(pb.ListEventsRequest())

    async def are(number: int) -> bool:
        return connections_to(lives.settings.feed_internal) == number

    await until(lambda: are(3), "the sender's old connection to be closed, and the watcher's to be kept")
    await lives.send()
    watching.cancel()
    await asyncio.wait([watching])
    del watching  # with what it has of the call
    gc.collect()
    await until(lambda: are(2), "the watcher's old connection to be closed")


async def test_a_pair_that_is_written_half_changes_nothing(lives: Lives, authority: Authority) -> None:
    """Whoever connects meanwhile gets the old one, and the log says why; then the new one."""
    old = await shown_by(lives.settings.feed)
    certificate, key = authority.sign("feed")
    with capture_logs() as logged:
        (lives.folder / "feed.pem").write_bytes(certificate)
        assert await shown_by(lives.settings.feed) == old

        async def is_told() -> bool:
            return "new certificates are not taken" in {line["event"] for line in logged}

        await until(is_told, "the log to say why")
        (lives.folder / "feed.key").write_bytes(key)

        async def is_new() -> bool:
            return await shown_by(lives.settings.feed) != old

        await until(is_new, "the new certificate to be shown")
    assert [line["log_level"] for line in logged if line["event"].startswith("new cert")] == ["error", "info"]


def connections_to(address: str) -> int:
    """How many connections there are, by what the system says."""
    port = f"{int(address.rpartition(':')[2]):04X}"
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    return sum(local.endswith(f":{port}") and state == "01" for _, local, _, state, *_ in rows)
