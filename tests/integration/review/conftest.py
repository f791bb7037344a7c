"""The home of the review tests."""

from collections.abc import AsyncIterator

import pytest

from integration.review.home import Home
from servers.services import NOBODY, PACK, Running, SuiteOf, run_suite
from sevensteps.config import Settings


@pytest.fixture(scope="session")
async def review_service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The review service on SQLite, for all tests that need none of their own."""
    async with run_suite("review", Settings(data=tmp_path_factory.mktemp("review"), pack=PACK, feed=NOBODY)) as running:
        yield running


@pytest.fixture
def home(review_service: Running) -> Home:
    """A case of the test's own at the service that all share."""
    return Home(review_service)


@pytest.fixture
async def home_on(suite_of: SuiteOf, database: str) -> AsyncIterator[Home]:
    """A case at a service of its own, on either database."""
    async with suite_of("review", database=database) as running:
        yield Home(running)
