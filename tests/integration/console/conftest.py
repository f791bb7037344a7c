"""The console over a real feed and real operations that have a few cases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fakes.hands import FakeHands
from integration.console.mending import run_with_parked
from servers.console import Browser, Suite, browser_at, run_with_cases
from services.operations.looking.look import Looking
from services.operations.repairs import repairing


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


@pytest.fixture
def hands() -> FakeHands:
    """Those that repair; what they do can be said later."""
    return FakeHands()


@pytest.fixture
async def mending(tmp_path: Path, hands: FakeHands, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Suite]:
    """A console over parked cases. Cases are looked at again soon, and the test says what is found stuck."""

    async def finds_nothing(_: Looking) -> None:
        """Leave what is on record as it is."""

    monkeypatch.setattr(repairing, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(Looking, "look", finds_nothing)
    async with run_with_parked(tmp_path, hands) as suite:
        yield suite
