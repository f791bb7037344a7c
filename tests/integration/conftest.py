"""Services to be tested over real gRPC, on either database."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from servers.services import NOBODY, PACK, Running, SuiteOf, run_suite
from sevensteps.config import Settings


@pytest.fixture
def suite_of(tmp_path: Path) -> SuiteOf:
    """Services whose data are the test's own. Started again within the same test they find the same data."""

    def suite(name: str, *, database: str = "", feed: str = NOBODY) -> AbstractAsyncContextManager[Running]:
        return run_suite(name, Settings(data=tmp_path, database=database, pack=PACK, feed=feed))

    return suite
