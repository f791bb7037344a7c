"""A feed, and a service whose own publisher reaches nobody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from servers.feed import Feed, run_feed
from servers.services import PACK, Running, SuiteOf
from sevensteps.config import Settings


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    """A feed's settings, beside a service's: the same key, the same database."""
    return Settings(data=tmp_path, database=database, pack=PACK)


@pytest.fixture
async def feed(settings: Settings) -> AsyncIterator[Feed]:
    """An empty feed."""
    async with run_feed(settings) as running:
        yield running


@pytest.fixture
async def unheard(suite_of: SuiteOf, database: str) -> AsyncIterator[Running]:
    """A service whose own publisher reaches nobody."""
    async with suite_of("assessment", database=database) as running:
        yield running
