"""The worker and the command line with a Temporal that encrypts, and wants a certificate of theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import grpc
import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from fakes.council import eventually, happened, new_case
from fakes.services import opening
from servers.authority import DAY, Authority, server_context
from servers.feed import run_feed
from servers.proxy import TlsProxy
from servers.services import PACK
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.encryption.folder import Certificates
from sevensteps.errors import Fault
from sevensteps.identity.actor import Role
from sevensteps.identity.own_tokens import tokens_of_process
from sevensteps.identity.tokens import machine_token
from sevensteps.journeys import connect
from sevensteps.local.suite import on_free_ports
from sevensteps.rpc.client import channel
from sevensteps.temporal import workflow_id
from workflows.__main__ import reaching, work

PROCESSES = ("feed", "planning", "worker", "temporal")


@dataclass
class Encrypted:
    """A feed, a worker and Temporal, each of which encrypts."""

    settings: Settings
    folder: Path
    proxy: TlsProxy
    temporal: Client
    planning: grpc.aio.Channel

    async def begins(self) -> None:
        """Open a case, and wait until Temporal runs its journey."""
        case_id = new_case()
        await FeedServiceStub(self.planning).AppendEvents(pb.AppendEventsRequest(events=happened(case_id, opening())))

        async def runs() -> bool:
            with suppress(RPCError):
                return bool(await self.temporal.get_workflow_handle(workflow_id(case_id)).describe())
            return False

        await eventually(runs)


@pytest.fixture
async def encrypted(temporal_server: str, tmp_path: Path, authority: Authority) -> AsyncIterator[Encrypted]:
    folder = authority.write(tmp_path / "c", *PROCESSES)
    proxy = TlsProxy(temporal_server)
    settings = replace(
        on_free_ports(Settings(data=tmp_path / "data", pack=PACK, task_queue=str(uuid4()))),
        certificates=str(folder),
        temporal_certificates=str(folder),
        temporal=proxy.address,
    )
    async with run_feed(settings, settings.feed) as feed:
        token = machine_token(feed.running.keys, "planning", Role.SERVICE)
        async with channel(settings.feed_internal, token, Certificates(folder, "planning")) as planning:
            yield Encrypted(settings, folder, proxy, await Client.connect(temporal_server), planning)


@pytest.fixture
def authority() -> Authority:
    return Authority("old")


async def _work(settings: Settings) -> None:
    async with reaching(settings, tokens_of_process(settings, "journey", Role.JOURNEY)) as reached:
        await work(settings, reached)


async def test_the_worker_goes_on_with_new_certificates(
    encrypted: Encrypted, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal takes the old ones no more, and cuts the connections: journeys begin all the same."""
    monkeypatch.setattr("sevensteps.encryption.watch.LOOK_SECONDS", 0.1)
    working = asyncio.create_task(_work(encrypted.settings))
    new = Authority("new")
    try:
        async with encrypted.proxy.listening(server_context(encrypted.folder, "temporal")):
            await encrypted.begins()
            (encrypted.folder / "authority.pem").write_bytes(authority.pem + new.pem)
            await encrypted.begins()
        new.write(encrypted.folder, *PROCESSES)
        async with encrypted.proxy.listening(server_context(encrypted.folder, "temporal")):
            await encrypted.begins()
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def test_why_temporal_cannot_be_reached_is_told(
    encrypted: Encrypted, authority: Authority, tmp_path: Path
) -> None:
    """In plain words: it wants encryption, or a certificate, or shows one that is not trusted."""
    address = encrypted.proxy.address
    stranger = Authority("a stranger").write(tmp_path / "stranger", "command-line")
    both = Authority("a stranger").write(tmp_path / "both", "command-line")
    (both / "authority.pem").write_bytes((both / "authority.pem").read_bytes() + authority.pem)
    async with encrypted.proxy.listening(server_context(encrypted.folder, "temporal")):
        said = {
            name: await _said(replace(encrypted.settings, temporal_certificates=folder))
            for name, folder in {
                "none": "",
                "no certificate": str(encrypted.folder),
                "stranger": str(stranger),
                "refused": str(both),
            }.items()
        }
    ends = clock.day_in_words((clock.now() + 365 * DAY).date())
    assert said == {
        "none": f"Temporal: {address} wants encrypted calls: set SEVENSTEPS_TEMPORAL_CERTIFICATES to a folder with its "
        "authority.pem.",
        "no certificate": f"Temporal: {address} wants a certificate of whoever calls, and there is no command-line.pem "
        f"in {encrypted.folder}.",
        "stranger": f"Temporal: The certificate of {address} is signed by CN=old, which is not in "
        f"{stranger}/authority.pem. If that authority is to be trusted, put its certificate there.",
        "refused": f"Temporal: {address} refuses the certificate in {both}/command-line.pem, which ends on {ends} and "
        "is signed by CN=a stranger: is that authority trusted there?",
    }


async def _said(settings: Settings) -> str:
    with pytest.raises(Fault) as refused:
        await connect(settings)
    assert refused.value.reason == "NOT_ENCRYPTED"
    return refused.value.detail
