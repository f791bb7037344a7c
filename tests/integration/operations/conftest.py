"""Operations to be tested over real gRPC, beside a feed, on either database."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from servers.feed import Feed, run_feed
from servers.operations import Operations, run_operations
from servers.services import PACK
from services.operations.looking.look import Looking
from services.operations.repairs import repairing
from sevensteps.config import Settings


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """Of a feed, and of operations beside it."""
    return Settings(data=tmp_path, database=database, pack=PACK)


@pytest.fixture
async def feed(settings: Settings) -> AsyncIterator[Feed]:
    """An empty feed."""
    async with run_feed(settings) as feed:
        yield feed


@pytest.fixture
async def operations(settings: Settings, feed: Feed) -> AsyncIterator[Operations]:
    """Operations that follow it."""
    async with run_operations(replace(settings, feed=feed.running.address)) as operations:
        yield operations


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at cases again sooner than people want it."""
    monkeypatch.setattr(repairing, "LOOK_SECONDS", 0.1)


@pytest.fixture
def no_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations find nothing by themselves: the test says what is found."""

    async def finds_nothing(_: Looking) -> None:
        """Leave what is on record as it is."""

    monkeypatch.setattr(Looking, "look", finds_nothing)
