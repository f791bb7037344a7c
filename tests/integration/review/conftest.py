"""The home of the review tests."""

from collections.abc import AsyncIterator

import pytest

from integration.review.home import Home
from servers.services import SharedService, SuiteOf


@pytest.fixture
async def home(shared_service: SharedService) -> Home:
    """A case of the test's own at the service that all share."""
    return Home(await shared_service("review"))


@pytest.fixture
async def home_on(suite_of: SuiteOf, database: str) -> AsyncIterator[Home]:
    """A case at a service of its own, on either database."""
    async with suite_of("review", database=database) as running:
        yield Home(running)
