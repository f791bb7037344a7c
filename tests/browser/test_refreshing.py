"""The numbers of a page that stays open are refreshed, and whoever reads it or works in it is not disturbed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, Request, StorageState

from browser.scene import Scene
from servers.console import OURS
from servers.operations import told
from servers.waiting import until
from sevensteps import events

ALMOST, DUE = 29_000, 4_000
"""Milliseconds: shortly before a refresh is due, and from there until it has begun."""
HIDDEN = "() => Object.defineProperty(document, 'visibilityState', {get: () => 'hidden', configurable: true})"
SHOWN = "() => { delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange')) }"
THRIFTY = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"


@dataclass
class Left:
    """A page that somebody has left open: its clock is the test's."""

    page: Page
    asked: list[str] = field(default_factory=list)
    """What it has asked for since."""

    def note(self, request: Request) -> None:
        """A script has asked for something; where that leads to elsewhere is not asked for by itself."""
        if request.resource_type == "fetch" and not request.redirected_from:
            self.asked.append(request.url)

    async def passes(self, milliseconds: int) -> None:
        """So much time passes."""
        await self.page.clock.run_for(milliseconds)

    async def knows(self, position: int) -> None:
        """Wait until it says that it has so many events."""
        await self.page.get_by_text(f"up to number {position} ").wait_for()


Leave = Callable[..., Awaitable[Left]]


@pytest.fixture
async def leave(chromium: Browser, suite: Scene, signed_on: StorageState) -> AsyncIterator[Leave]:
    """Opens a page of which somebody who is signed on does nothing more."""
    async with AsyncExitStack() as windows:

        async def left_open(path: str, script: str = "") -> Left:
            context = await windows.enter_async_context(await chromium.new_context(storage_state=signed_on))
            page = await context.new_page()
            await page.clock.install()
            await page.add_init_script(script)
            await page.goto(suite.address_of(path))
            left = Left(page)
            page.on("request", left.note)
            await page.evaluate("window.isTheSame = true")
            return left

        yield left_open


async def opens_a_case(suite: Scene) -> int:
    """Somebody opens a case. Answers how many events the feed has now, which every page says."""
    opened = told(f"case-{uuid4().hex[:6]}", events.CaseOpened(kind="adult", due_on="2026-07-20"), council=OURS)
    position = await suite.feed.append([opened])
    await suite.operations.come_to(position)
    return position


@pytest.mark.parametrize("path", ["/", "/stuck"])
async def test_numbers_are_refreshed_without_a_reload(leave: Leave, suite: Scene, path: str) -> None:
    """After half a minute, and again after another; the page itself stays, and so does the policy that goes with it."""
    left = await leave(path)
    complaints: list[str] = []
    left.page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    await left.passes(ALMOST)
    assert left.asked == []
    for times in (1, 2):
        position = await opens_a_case(suite)
        await left.passes(DUE if times == 1 else ALMOST + DUE)
        await left.knows(position)
        assert len(left.asked) == times
    assert await left.page.evaluate("window.isTheSame")
    assert complaints == []


async def test_what_has_the_focus_keeps_it_and_nothing_is_read_out(leave: Leave, suite: Scene) -> None:
    """The link is the same element as before, and no part of the page is one whose changes are announced."""
    left = await leave("/")
    await left.page.get_by_role("link", name="open", exact=True).focus()
    await left.page.evaluate("window.focused = document.activeElement")
    await left.page.evaluate("window.scrollTo(0, 100)")
    position = await opens_a_case(suite)
    await left.passes(ALMOST + DUE)
    await left.knows(position)
    assert await left.page.evaluate("document.activeElement === window.focused && window.focused.isConnected")
    assert await left.page.evaluate("window.scrollY") == 100
    assert await left.page.locator("main [aria-live], main [role=status], main [role=alert]").count() == 0


async def test_a_page_that_nobody_sees_asks_for_nothing(leave: Leave, suite: Scene) -> None:
    """Once it is seen again, what is old is refreshed at once."""
    left = await leave("/")
    await left.page.evaluate(HIDDEN)
    await left.passes(10 * ALMOST)
    assert left.asked == []
    position = await opens_a_case(suite)
    await left.page.evaluate(SHOWN)
    await left.knows(position)
    assert len(left.asked) == 1


async def test_who_saves_data_is_asked_for_none(leave: Leave) -> None:
    """The page stays as it was loaded."""
    left = await leave("/", THRIFTY)
    await left.passes(10 * ALMOST)
    assert left.asked == []


async def test_it_ends_with_the_session(leave: Leave) -> None:
    """Whoever has signed out elsewhere is told nothing more, and no request follows the first that was sent away."""
    left = await leave("/")
    await left.page.context.clear_cookies()
    await left.passes(ALMOST + DUE)

    async def has_asked() -> bool:
        return len(left.asked) == 1

    await until(has_asked, "the page to ask")
    before = await left.page.locator("main").inner_text()
    for _ in range(5):
        await left.passes(ALMOST + DUE)
    assert len(left.asked) == 1
    assert await left.page.locator("main").inner_text() == before


async def test_other_pages_are_not_refreshed(leave: Leave) -> None:
    """A list would change under the hand that chooses from it."""
    left = await leave("/cases")
    await left.passes(10 * ALMOST)
    assert left.asked == []


async def test_without_scripts_the_page_is_the_same(chromium: Browser, suite: Scene, signed_on: StorageState) -> None:
    """Numbers are then refreshed as on every other page: by asking for it again."""
    async with await chromium.new_context(storage_state=signed_on, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(suite.address_of("/"))
        position = await opens_a_case(suite)
        assert not await page.get_by_text(f"up to number {position} ").count()
        await page.reload()
        await page.get_by_text(f"up to number {position} ").wait_for()
