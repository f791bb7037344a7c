"""A real browser before a console that has cases, some of them stuck. Where there is no browser, it says so."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page, StorageState

from browser.scene import Scene, run_scene, sign_on
from servers.chromium import NO_BROWSER, find_axe, find_browser, run_browser
from servers.console import Suite

Open = Callable[..., Awaitable[Page]]
"""Opens a page of the console in a window of its own, signed on; keyword arguments are those of the window."""


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of this machine."""
    program = find_browser()
    if program is None:
        pytest.skip(NO_BROWSER)
    async with run_browser(program) as browser:
        yield browser


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that looks whether everybody can use a page."""
    script = find_axe()
    if script is None:
        pytest.skip("axe could not be fetched by npm: no page is tested by it.")
    return script.read_text()


@pytest.fixture(scope="module")
async def suite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A console over cases of which two are stuck. For as long as it is there, time stands still."""
    async with run_scene(tmp_path_factory.mktemp("browser")) as suite:
        yield suite


@pytest.fixture(scope="module")
async def signed_on(chromium: Browser, suite: Scene) -> StorageState:
    """What a window keeps once somebody of operations has signed on in it."""
    return await sign_on(chromium, suite)


@pytest.fixture
async def window(chromium: Browser, suite: Suite, signed_on: StorageState) -> AsyncIterator[Open]:
    """Opens windows, and closes them after the test."""
    async with AsyncExitStack() as windows:

        async def open_page(path: str, *, is_signed_on: bool = True, **options: object) -> Page:
            kept = {"storage_state": signed_on} if is_signed_on else {}
            context = await chromium.new_context(**kept, **options)  # type: ignore[arg-type]  # those of the window
            windows.push_async_callback(context.close)
            page = await context.new_page()
            await page.goto(suite.address_of(path))
            return page

        yield open_page
