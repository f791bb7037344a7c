"""The desk of the approval tests."""

from collections.abc import AsyncIterator

import pytest

from integration.approval.desk import Desk
from servers.services import NOBODY, PACK, Running, SuiteOf, run_suite
from sevensteps.config import Settings


@pytest.fixture(scope="session")
async def approval_service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The approval service on SQLite, for all tests that need none of their own."""
    async with run_suite(
        "approval", Settings(data=tmp_path_factory.mktemp("approval"), pack=PACK, feed=NOBODY)
    ) as running:
        yield running


@pytest.fixture
def desk(approval_service: Running) -> Desk:
    """A case of the test's own at the service that all share."""
    return Desk(approval_service)


@pytest.fixture
async def desk_on(suite_of: SuiteOf, database: str) -> AsyncIterator[Desk]:
    """A case at a service of its own, on either database."""
    async with suite_of("approval", database=database) as running:
        yield Desk(running)
