"""Temporal's test server, in which ten years pass in seconds."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from servers.programs import find_test_server

START_LIMIT = timedelta(minutes=1)  # Java on a busy machine


@pytest.fixture(scope="session")
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal that skips time: one workflow after another, never two at once (the clock is the server's)."""
    program = find_test_server()
    if program is None:
        pytest.fail("Temporal's time-skipping test server is missing. Run `make setup-dev`.")
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(program), test_server_startup_timeout=START_LIMIT
    )
    yield environment
    await environment.shutdown()
