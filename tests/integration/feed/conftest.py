"""Feeds to be tested over real gRPC, on either database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from servers.feed import Feed, run_feed
from servers.services import PACK
from sevensteps.config import Settings


@pytest.fixture
async def feed(tmp_path: Path, database: str) -> AsyncIterator[Feed]:
    """An empty feed."""
    async with run_feed(Settings(data=tmp_path, database=database, pack=PACK)) as feed:
        yield feed
