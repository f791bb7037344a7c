"""The console over a real feed and real operations that have a few cases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from servers.console import Browser, Suite, browser_at, run_with_cases


@pytest.fixture(scope="module")
async def suite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """One for all tests of a module that only look."""
    async with run_with_cases(tmp_path_factory.mktemp("console")) as suite:
        yield suite


@pytest.fixture
async def own_suite(tmp_path: Path) -> AsyncIterator[Suite]:
    """The test's own, whose parts it may stop."""
    async with run_with_cases(tmp_path) as suite:
        yield suite


@pytest.fixture
async def browser(suite: Suite) -> AsyncIterator[Browser]:
    """Nobody is signed on in it."""
    async with browser_at(suite.console) as browser:
        yield browser


@pytest.fixture
async def olu(browser: Browser) -> Browser:
    """Somebody of operations, who looks after every council's cases, is signed on in it."""
    await browser.sign_in()
    return browser
