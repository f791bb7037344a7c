"""The desk of the approval tests."""

from collections.abc import AsyncIterator

import pytest

from integration.approval.desk import Desk
from servers.services import SharedService, SuiteOf


@pytest.fixture
async def desk(shared_service: SharedService) -> Desk:
    """A case of the test's own at the service that all share."""
    return Desk(await shared_service("approval"))


@pytest.fixture
async def desk_on(suite_of: SuiteOf, database: str) -> AsyncIterator[Desk]:
    """A case at a service of its own, on either database."""
    async with suite_of("approval", database=database) as running:
        yield Desk(running)
