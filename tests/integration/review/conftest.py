"""The home of the review tests."""

from collections.abc import AsyncIterator

import pytest

from integration.review.home import Home
from servers.services import SuiteOf


@pytest.fixture
async def home(suite_of: SuiteOf) -> AsyncIterator[Home]:
    """The review service on SQLite."""
    async with suite_of("review") as running:
        yield Home(running)


@pytest.fixture
async def home_on(suite_of: SuiteOf, database: str) -> AsyncIterator[Home]:
    """The review service on either database."""
    async with suite_of("review", database=database) as running:
        yield Home(running)
