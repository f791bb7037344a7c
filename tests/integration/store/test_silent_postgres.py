"""PostgreSQL is cut off without a word: whoever waits for it hears of that, and what runs by itself goes on later."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from servers.silence import SilentLink
from sevensteps.errors import Fault
from sevensteps.service import postgres_store
from sevensteps.service.postgres_store import PostgresStore

LONGEST = 0.5
"""Seconds within which PostgreSQL has to answer here."""
PATIENCE = 60.0


@pytest.fixture
async def link(postgres_url: str) -> AsyncIterator[SilentLink]:
    """The way to the server."""
    async with SilentLink(urlsplit(postgres_url).netloc.rpartition("@")[2]) as link:
        yield link


async def test_a_unit_does_not_wait_for_ever(
    link: SilentLink, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit without a deadline of its own is given up after a while, and the next one is run when there is a way."""
    monkeypatch.setattr(postgres_store, "LONGEST_ANSWER", LONGEST)
    monkeypatch.setattr(postgres_store, "BUSY_SECONDS", LONGEST)
    user_and_address = urlsplit(postgres_url).netloc
    store = PostgresStore(postgres_url.replace(user_and_address, f"test@{link.address}"), "public")

    def unit(connection: sa.Connection) -> int:
        return int(connection.execute(sa.text("SELECT 1")).scalar_one())

    try:
        assert await store.read(unit) == 1
        link.fall_silent()
        with pytest.raises(Fault, match="STORE_UNAVAILABLE"):
            async with asyncio.timeout(PATIENCE):
                await store.write(unit)
        link.speak_again()
        async with asyncio.timeout(PATIENCE):
            assert await store.read(unit) == 1
    finally:
        await store.close()
