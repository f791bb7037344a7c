"""A planning service that the tests of this folder share: each test has a case of its own."""

from collections.abc import AsyncIterator

import pytest

from integration.planning.case import PlanningCase
from servers.services import NOBODY, PACK, Running, run_suite
from sevensteps.config import Settings


@pytest.fixture(scope="session")
async def planning(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The running service, on SQLite."""
    async with run_suite(
        "planning", Settings(data=tmp_path_factory.mktemp("planning"), pack=PACK, feed=NOBODY)
    ) as running:
        yield running


@pytest.fixture
def case(planning: Running) -> PlanningCase:
    """A case that is not in planning yet."""
    return PlanningCase(planning)
