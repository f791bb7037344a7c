"""How a program gets tokens of its own from an issuer."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from servers.issuer import SECRET, Issuer, run_issuer
from servers.services import refusal_of
from servers.waiting import until
from sevensteps.api.feed.v1.feed_pb2 import ListEventsRequest, WatchEventsRequest
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.errors import Fault, Kind
from sevensteps.identity import client_credentials
from sevensteps.identity.client_credentials import Client, ClientCredentials
from sevensteps.rpc.client import channel

ASKED = "/council/token"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with run_issuer() as running:
        yield running


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    return file


@pytest.fixture
def tokens(issuer: Issuer, secret: Path) -> ClientCredentials:
    return ClientCredentials(Client(issuer.url, "worker", secret, ""))


async def test_a_token_is_fetched_once_and_used_again(tokens: ClientCredentials, issuer: Issuer) -> None:
    """However many calls begin at once."""
    found = await asyncio.gather(*(tokens() for _ in range(20)))
    assert set(found) == {await tokens()}
    assert issuer.asked[ASKED] == 1


async def test_a_token_is_renewed_before_it_expires(tokens: ClientCredentials, issuer: Issuer) -> None:
    """In the background, so that no call waits for it."""
    issuer.seconds = 6.0
    first = await tokens()
    issuer.seconds = 3600.0
    keeping = asyncio.create_task(tokens.keep())

    async def is_renewed() -> bool:
        return issuer.asked[ASKED] == 2

    await until(is_renewed, "the token to be renewed")
    assert await tokens() != first
    assert issuer.asked[ASKED] == 2
    keeping.cancel()


async def test_while_the_issuer_is_down_it_is_asked_again(
    tokens: ClientCredentials, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After longer and longer pauses, with one line in the log, and one when it is up again."""
    monkeypatch.setattr(client_credentials, "FIRST_PAUSE", 0.05)
    issuer.answers = False
    with capture_logs() as logged:
        keeping = asyncio.create_task(tokens.keep())

        async def is_told() -> bool:
            return len(logged) == (2 if issuer.answers else 1)

        await until(is_told, "the trouble to be told")
        issuer.answers = True
        await until(is_told, "its end to be told")
        keeping.cancel()
    assert [line["log_level"] for line in logged] == ["error", "info"]
    assert await tokens()


async def test_without_a_token_a_call_is_told_why(tokens: ClientCredentials, issuer: Issuer) -> None:
    """It ends as one that a service refuses for now, so that whoever sends it sends it again."""
    issuer.answers = False
    async with channel("127.0.0.1:1", tokens) as calls:
        feed = FeedServiceStub(calls)
        for call in (feed.ListEvents(ListEventsRequest()), anext(aiter(feed.WatchEvents(WatchEventsRequest())))):
            fault = await refusal_of(call)
            assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "NO_TOKEN")
            assert "401, invalid_client" in fault.detail


@pytest.mark.parametrize("text", [None, "wrong-secret"])
async def test_a_secret_that_changes_is_read_again(tokens: ClientCredentials, secret: Path, text: str | None) -> None:
    """So that a new one needs no restart. What is wrong is said, the secret is not."""
    keep(secret, text)
    with pytest.raises(Fault) as refused:
        await tokens()
    assert (refused.value.reason, "wrong-secret" in refused.value.detail) == ("NO_TOKEN", False)
    assert ("SEVENSTEPS_CLIENT_SECRET_FILE" in refused.value.detail) is (text is None)
    keep(secret, SECRET)
    assert await tokens()


def keep(file: Path, text: str | None) -> None:
    """Put a text into a file; None takes the file away."""
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
