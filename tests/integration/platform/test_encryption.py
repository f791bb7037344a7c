"""Encrypted calls: who may call as one of the suite's own processes, and what is said of a connection that fails."""

import asyncio
import socket
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import grpc
import pytest

from servers.authority import DAY, HERE, Authority
from servers.feed import event, run_feed
from servers.services import PACK, reason_of, refusal_of
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.encryption.folder import Certificates, certificates_for_calls
from sevensteps.encryption.handshake import trouble
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import on_free_ports
from sevensteps.rpc.caller import Caller
from sevensteps.rpc.client import channel, channel_without_token
from sevensteps.rpc.faults import fault_of
from sevensteps.rpc.serving import is_serving

APPEND = pb.AppendEventsRequest(events=[event()])
LIST = pb.ListEventsRequest()


@dataclass
class Encrypted:
    """A feed that encrypts, and folders of who calls it."""

    settings: Settings
    keys: Keys
    authority: Authority
    folder: Path

    def token(self, subject: str, *roles: Role) -> str:
        return self.keys.issue(subject, roles, EVERY_COUNCIL)

    def calls_of(self, process: str, address: str, token: str) -> grpc.aio.Channel:
        """A channel with the certificate of a process, or of people, who have none."""
        return channel(address, lambda: token, Certificates(self.folder, process))


@pytest.fixture
async def feed(tmp_path: Path) -> AsyncIterator[Encrypted]:
    """A feed on free ports; planning, approval and the worker have certificates too."""
    authority = Authority()
    folder = authority.write(tmp_path / "c", "feed", "planning", "approval", "worker")
    settings = on_free_ports(replace(Settings(), data=tmp_path / "data", pack=PACK, certificates=str(folder)))
    async with run_feed(settings, settings.feed) as running:
        yield Encrypted(settings, running.running.keys, authority, folder)


async def test_callers_need_no_certificate(feed: Encrypted) -> None:
    """An integrator trusts the authority, and shows a token."""
    async with Caller(feed.settings, lambda: feed.token("ida", Role.INTEGRATOR)) as ida:
        assert (await ida.ask(LIST, pb.ListEventsResponse)).events == []


@pytest.mark.parametrize(
    ("process", "subject", "role", "reason"),
    [
        ("planning", "planning", Role.SERVICE, ""),
        ("approval", "planning", Role.SERVICE, "PROCESS_UNPROVEN"),
        ("worker", "planning", Role.SERVICE, "PROCESS_UNPROVEN"),
        ("worker", "journey", Role.SERVICE, "UNAUTHENTICATED"),
    ],
)
async def test_a_service_is_who_its_certificate_says(
    feed: Encrypted, process: str, subject: str, role: Role, reason: str
) -> None:
    """Its token alone is not enough: whoever got hold of the key could sign one."""
    token = feed.token(subject, role)
    async with feed.calls_of(process, feed.settings.feed_internal, token) as calls:
        assert await reason_of(FeedServiceStub(calls).AppendEvents(APPEND)) == reason


@pytest.mark.parametrize(("process", "reason"), [("worker", ""), ("planning", "PROCESS_UNPROVEN")])
async def test_the_journeys_are_the_worker(feed: Encrypted, process: str, reason: str) -> None:
    """They read the feed with the worker's certificate; no other process reads it as they do."""
    token = feed.token("journey", Role.JOURNEY)
    async with feed.calls_of(process, feed.settings.feed_internal, token) as calls:
        assert await reason_of(FeedServiceStub(calls).ListEvents(LIST)) == reason


@pytest.mark.parametrize("process", ["planning", "nobody"])
async def test_where_people_call_nobody_is_a_process(feed: Encrypted, process: str) -> None:
    """No certificate is asked for there, so the tokens of processes are refused, for calls and for streams."""
    for subject, role in (("planning", Role.SERVICE), ("journey", Role.JOURNEY)):
        async with feed.calls_of(process, feed.settings.feed, feed.token(subject, role)) as calls:
            stub = FeedServiceStub(calls)
            refused = await refusal_of(stub.AppendEvents(APPEND) if role is Role.SERVICE else stub.ListEvents(LIST))
            assert (refused.kind, refused.reason) == (Kind.DENIED, "PROCESS_UNPROVEN")
            assert "this connection shows none" in refused.detail
    async with feed.calls_of(process, feed.settings.feed, feed.token("journey", Role.JOURNEY)) as calls:
        with pytest.raises(grpc.aio.AioRpcError) as stopped:
            async for _ in FeedServiceStub(calls).WatchEvents(pb.WatchEventsRequest()):
                pass
        assert fault_of(stopped.value).reason == "PROCESS_UNPROVEN"


async def test_a_certificate_with_another_uri_is_no_process(feed: Encrypted) -> None:
    """One authority may sign certificates for all kinds of machines, some of which are called worker."""
    for name, uri in (("a", "https://worker.example"), ("b", "spiffe://elsewhere/worker")):
        certificate, key = feed.authority.sign("worker", (*HERE, "worker"), uri=uri)
        (feed.folder / f"{name}.pem").write_bytes(certificate)
        (feed.folder / f"{name}.key").write_bytes(key)
        token = feed.token("journey", Role.JOURNEY)
        async with feed.calls_of(name, feed.settings.feed_internal, token) as calls:
            refused = await refusal_of(FeedServiceStub(calls).ListEvents(LIST))
            assert refused.reason == "PROCESS_UNPROVEN"
            assert uri in refused.detail


async def test_tls_before_1_2_is_refused(feed: Encrypted) -> None:
    """1.2 and 1.3 are spoken at both addresses."""
    for address in (feed.settings.feed, feed.settings.feed_internal):
        versions = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
        spoken = [version for version in versions if await asyncio.to_thread(_speaks, address, version, feed.folder)]
        assert spoken == [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


def _speaks(address: str, version: ssl.TLSVersion, folder: Path) -> bool:
    host, _, port = address.rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(folder / "planning.pem", folder / "planning.key")
    context.set_ciphers("ALL:@SECLEVEL=0")  # else OpenSSL itself would refuse the old ones
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection((host, int(port))) as bare, context.wrap_socket(bare) as encrypted:
            return encrypted.version() is not None
    except OSError:
        return False


async def said_of(settings: Settings, token: str) -> str:
    """What a caller with these settings hears."""
    with pytest.raises(Fault) as refused:
        async with Caller(settings, lambda: token) as caller:
            await caller.ask(LIST, pb.ListEventsResponse)
    assert (refused.value.kind, refused.value.reason) == (Kind.UNAVAILABLE, "NOT_ENCRYPTED")
    assert "SSL" not in refused.value.detail
    return refused.value.detail


async def test_a_caller_hears_why_no_encrypted_call_can_be_made(feed: Encrypted, tmp_path: Path) -> None:
    """In plain words, with what to do: encryption on one side only, an unknown authority, a certificate wanted."""
    settings, token = feed.settings, feed.token("ida", Role.INTEGRATOR)
    assert await said_of(replace(settings, certificates=""), token) == (
        f"{settings.feed} wants encrypted calls: set SEVENSTEPS_CERTIFICATES to a folder with its authority.pem."
    )
    stranger = Authority("a stranger").write(tmp_path / "stranger")
    assert await said_of(replace(settings, certificates=str(stranger)), token) == (
        f"The certificate of {settings.feed} is signed by CN=tests, which is not in {stranger}/authority.pem. If that "
        "authority is to be trusted, put its certificate there."
    )
    assert await said_of(replace(settings, feed=settings.feed_internal), token) == (
        f"{settings.feed_internal} wants a certificate of whoever calls, and there is no command-line.pem in "
        f"{feed.folder}."
    )
    assert await trouble(settings.feed, Certificates(feed.folder, "worker")) == ""
    assert await trouble("127.0.0.1:1", Certificates(feed.folder, "worker")) == ""
    assert await trouble("127.0.0.1:1", None) == ""


async def test_a_caller_hears_that_a_certificate_of_its_own_is_refused(feed: Encrypted, tmp_path: Path) -> None:
    """It is signed by an authority that the service does not know."""
    mixed = Authority("a stranger").write(tmp_path / "mixed", "planning")
    (mixed / "authority.pem").write_bytes((mixed / "authority.pem").read_bytes() + feed.authority.pem)
    ends = clock.day_in_words((clock.now() + 365 * DAY).date())
    assert await trouble(feed.settings.feed_internal, Certificates(mixed, "planning")) == (
        f"{feed.settings.feed_internal} refuses the certificate in {mixed}/planning.pem, which ends on {ends} and is "
        "signed by CN=a stranger: is that authority trusted there?"
    )


async def test_a_caller_hears_that_a_service_does_not_encrypt(tmp_path: Path) -> None:
    """The other side has no certificates, or somebody else listens there."""
    folder = Authority().write(tmp_path / "c")
    async with run_feed(replace(Settings(), data=tmp_path / "data", pack=PACK)) as running:
        settings = replace(running.running.settings, feed=running.running.address)
        assert await said_of(replace(settings, certificates=str(folder)), "") == (
            f"{settings.feed} does not encrypt calls, and SEVENSTEPS_CERTIFICATES is set. Set it on both sides, or on "
            "neither."
        )


@pytest.mark.parametrize(
    ("names", "ends", "said"),
    [
        (
            ("feed.example", "10.0.0.1"),
            365 * DAY,
            "is for spiffe://sevensteps/feed, feed.example, 10.0.0.1. Call it by",
        ),
        (HERE, timedelta(seconds=1.5), "ended on {today}. Whoever looks after it has to put a new one there."),
    ],
)
async def test_a_caller_hears_what_is_wrong_with_the_certificate_of_a_service(
    tmp_path: Path, names: tuple[str, ...], ends: timedelta, said: str
) -> None:
    """It is for other names, or has ended while the service runs."""
    folder = Authority().write(tmp_path / "c", "feed", names=names, ends=ends)
    settings = on_free_ports(replace(Settings(), data=tmp_path / "data", pack=PACK, certificates=str(folder)))
    async with run_feed(settings, settings.feed) as running:
        await asyncio.sleep(min(ends.total_seconds(), 2))
        heard = await said_of(settings, running.running.token("ida", Role.INTEGRATOR))
        today = clock.day_in_words(clock.now().date())
        assert heard.startswith(f"The certificate of {settings.feed} {said.format(today=today)}")


async def test_a_service_whose_certificate_has_ended_says_that_it_does_not_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for its health hears it; with a new certificate it serves again, without a restart."""
    monkeypatch.setattr("sevensteps.encryption.watch.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("sevensteps.encryption.folder.LOOK_SECONDS", 0.0)
    authority = Authority()
    folder = authority.write(tmp_path / "c", "feed", ends=timedelta(seconds=2.5))
    settings = on_free_ports(replace(Settings(), data=tmp_path / "data", pack=PACK, certificates=str(folder)))
    async with run_feed(settings, settings.feed), health_of(settings) as serves:
        assert await serves()

        async def has_ended() -> bool:
            return not await serves()

        await until(has_ended, "the end of the certificate to be told")
        authority.write(folder, "feed")
        await until(serves, "the new certificate to be taken")


@asynccontextmanager
async def health_of(settings: Settings) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Asks over one connection, which was made while the certificate was good."""
    async with channel_without_token(settings.feed, certificates_for_calls(settings, "command-line")) as calls:
        yield partial(is_serving, calls)
