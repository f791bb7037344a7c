"""The scenes in which pages are drawn: each a console over services of its own, and somebody who is signed on to it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, StorageState

from browser.scene import run_scene, sign_on, time_stands_still
from browser.shown import CASES, DESK, PACKS, REPAIRS
from servers.console import OURS
from servers.console_desk import DeskSuite, draft_of, fill_desk, run_desk, stage_draft, with_two_people
from servers.console_repairs import run_with_repairs


@dataclass(frozen=True)
class Set:
    """Where a page of the scene is, and what a window keeps in which somebody is signed on."""

    address_of: Callable[[str], str]
    signed_on: StorageState
    ids: Mapping[str, str] = field(default_factory=dict)
    """What stands in the places of paths."""

    def at(self, path: str) -> str:
        """The whole address of a page."""
        return self.address_of(path.format(**self.ids))


@asynccontextmanager
async def _cases(browser: Browser, folder: Path) -> AsyncIterator[Set]:
    async with run_scene(folder) as suite:
        yield Set(suite.address_of, await sign_on(browser, suite))


@asynccontextmanager
async def _repairs(browser: Browser, folder: Path) -> AsyncIterator[Set]:
    with time_stands_still():
        async with run_with_repairs(folder) as suite:
            yield Set(suite.address_of, await sign_on_as(browser, suite.address_of("/cookies"), "operations", "*"))


@asynccontextmanager
async def _desk(browser: Browser, folder: Path) -> AsyncIterator[Set]:
    async with _desk_in(folder) as desk:
        await fill_desk(desk)
        address_of = desk.suite.address_of
        yield Set(address_of, await sign_on_as(browser, address_of("/cookies"), "team_manager", OURS))


@asynccontextmanager
async def _packs(browser: Browser, folder: Path) -> AsyncIterator[Set]:
    async with _desk_in(folder) as desk:
        draft = draft_of(desk.suite.settings.policies, folder / "draft", "value: 4, reference", "value: 5, reference")
        ids = {"publication_id": await stage_draft(desk, draft, by="tess")}
        address_of = desk.suite.address_of
        yield Set(address_of, await sign_on_as(browser, address_of("/cookies"), "policy_officer", OURS), ids)


@asynccontextmanager
async def _desk_in(folder: Path) -> AsyncIterator[DeskSuite]:
    with time_stands_still():
        async with run_desk(folder / "data", with_two_people(folder / "policies")) as desk:
            yield desk


async def sign_on_as(browser: Browser, address: str, role: str, council: str) -> StorageState:
    """What a window keeps once tess has signed on in it."""
    async with await browser.new_context() as context:
        page = await context.new_page()
        await page.goto(address.replace("/cookies", "/sign-in?next=/cookies"))
        await page.get_by_label("Who you are").fill("tess")
        await page.get_by_label("Your role").select_option(role)
        await page.get_by_label("Your council").select_option(council)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="Sign out").wait_for()
        return await context.storage_state()


SCENES: Mapping[str, Callable[[Browser, Path], AbstractAsyncContextManager[Set]]] = {
    CASES: _cases,
    REPAIRS: _repairs,
    DESK: _desk,
    PACKS: _packs,
}
