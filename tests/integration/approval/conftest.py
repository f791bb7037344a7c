"""The desk of the approval tests."""

from collections.abc import AsyncIterator

import pytest

from integration.approval.desk import Desk
from servers.services import SuiteOf


@pytest.fixture
async def desk(suite_of: SuiteOf) -> AsyncIterator[Desk]:
    """The approval service on SQLite."""
    async with suite_of("approval") as running:
        yield Desk(running)


@pytest.fixture
async def desk_on(suite_of: SuiteOf, database: str) -> AsyncIterator[Desk]:
    """The approval service on either database."""
    async with suite_of("approval", database=database) as running:
        yield Desk(running)
