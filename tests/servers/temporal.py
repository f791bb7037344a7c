"""A real Temporal server, in memory."""

from collections.abc import AsyncIterator

import pytest

from sevensteps.local.devserver import DevServer


@pytest.fixture(scope="session")
async def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Address of a development server. Tests share it: each its own task queue and workflow ids."""
    async with DevServer(log=tmp_path_factory.mktemp("temporal") / "temporal.log") as server:
        yield server.address
