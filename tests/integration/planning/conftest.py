"""The service and the case of the planning tests."""

import pytest

from integration.planning.case import PlanningCase
from servers.services import Running, SharedService


@pytest.fixture
async def planning(shared_service: SharedService) -> Running:
    """The service that all tests share."""
    return await shared_service("planning")


@pytest.fixture
def case(planning: Running) -> PlanningCase:
    """A case that is not in planning yet."""
    return PlanningCase(planning)
