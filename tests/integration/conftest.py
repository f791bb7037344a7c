"""Services to be tested over real gRPC, on either database."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import pytest

from servers.services import NOBODY, PACK, Running, SharedService, SuiteOf, run_suite
from sevensteps.config import Settings


@pytest.fixture
def suite_of(tmp_path: Path) -> SuiteOf:
    """Services whose data are the test's own. Started again within the same test they find the same data."""

    def suite(name: str, *, database: str = "", feed: str = NOBODY) -> AbstractAsyncContextManager[Running]:
        return run_suite(name, Settings(data=tmp_path, database=database, pack=PACK, feed=feed))

    return suite


@pytest.fixture(scope="session")
async def shared_service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SharedService]:
    """Services on SQLite, each started once for all tests that need none of their own."""
    services: dict[str, Running] = {}
    async with AsyncExitStack() as until_the_end:

        async def service(name: str) -> Running:
            if name not in services:
                suite = run_suite(name, Settings(data=tmp_path_factory.mktemp(name), pack=PACK, feed=NOBODY))
                services[name] = await until_the_end.enter_async_context(suite)
            return services[name]

        yield service
