"""Everybody can mend cases, read the audit and the feed, and name views: with axe, on a small screen, by keyboard."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, StorageState

from browser.conftest import Open
from browser.shown import OF_REPAIRS
from browser.test_accessible import SMALL, SUMMARY, ensure_focus, ensure_narrow, ensure_usable
from servers.console import Suite
from servers.console_repairs import CAUSE, PLANNED, RUNNING, page_of, run_with_repairs


@pytest.fixture(scope="module")
async def suite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """A console in which repairs are as far as they can be."""
    async with run_with_repairs(tmp_path_factory.mktemp("repairs")) as suite:
        yield suite


@pytest.fixture(scope="module")
async def signed_on(chromium: Browser, suite: Suite) -> StorageState:
    """What a window keeps once somebody of operations has signed on in it, and has saved a view."""
    async with await chromium.new_context() as context:
        page = await context.new_page()
        await page.goto(f"http://{suite.console.address}/views/new?on_hold=yes")
        await page.get_by_label("Who you are").fill("olu")
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_label("Name").fill("On hold in the whole of the county")
        await page.get_by_label("Share it").check()
        await page.get_by_role("button", name="Save").click()
        await page.get_by_role("link", name="On hold in the whole of the county").wait_for()
        return await context.storage_state()


@pytest.mark.parametrize("path", OF_REPAIRS.values(), ids=[*OF_REPAIRS])
async def test_every_page_can_be_used_by_everybody(window: Open, axe: str, path: str) -> None:
    """With axe by WCAG 2.2 AA, and at 320 pixels also at twice the size of text."""
    await ensure_usable(await window(path), axe)
    await ensure_narrow(await window(path, viewport=SMALL))


async def test_a_form_with_mistakes_leads_to_each(window: Open, axe: str) -> None:
    """The summary has the focus and leads to the fields; what was chosen is still chosen."""
    page = await window(f"/repairs/new?cause={CAUSE}")
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_role("link", name="What to do: choose one.").click()
    await ensure_focus(page, "#action")
    await page.get_by_label("Hold").check()
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_label("Why", exact=True).fill("")
    await page.get_by_role("button", name="Show what would happen").click()
    await ensure_focus(page, SUMMARY)
    await ensure_usable(page, axe)
    await page.get_by_role("link", name="Why it is on hold: choose one.").click()
    await ensure_focus(page, "#hold_reason")
    await page.get_by_role("link", name="Why: write a reason for the record.").click()
    await ensure_focus(page, "#because")
    await page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    await ensure_narrow(page)


async def test_numbers_that_cannot_be_are_told_on_the_page(window: Open, axe: str) -> None:
    """Of how many cases, and how fast."""
    page = await window(page_of(PLANNED))
    await page.get_by_label("How many cases").fill("none")
    await page.get_by_label("Cases a minute").fill("0")
    await page.get_by_role("button", name="Mend so many").click()
    await ensure_usable(page, axe)
    await page.get_by_role("link", name="How many cases: write a number from 1 to 5,000.").click()
    await ensure_focus(page, "#cases")
    await page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    await ensure_narrow(page)


async def test_cases_are_mended_without_scripts_and_by_keyboard_alone(window: Open) -> None:
    """Tick two, say what and why, see what would happen."""
    page = await window("/cases?open=yes", java_script_enabled=False)
    for case_id in ("case-05", "case-06"):
        await page.get_by_label(f"Mend {case_id}").focus()
        await page.keyboard.press("Space")
    await page.get_by_role("button", name="Mend those that are ticked").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Mend 2 cases").wait_for()
    await page.get_by_label("Resume").focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Go on").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Why", exact=True).fill("The template is put right.")
    await page.get_by_role("button", name="Show what would happen").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Resume: 2 cases").wait_for()
    assert await page.get_by_role("link", name="case-0", exact=False).all_inner_texts() == ["case-05", "case-06"]


async def test_going_back_and_sending_again_plans_nothing_twice(window: Open) -> None:
    """The browser's own back button, and the same form."""
    page = await window("/repairs/new?case_ids=case-07")
    await page.get_by_label("Resume").check()
    await page.get_by_role("button", name="Go on").click()
    await page.get_by_label("Why", exact=True).fill("The template is put right.")
    await page.get_by_role("button", name="Show what would happen").click()
    await page.get_by_role("heading", name="Resume: 1 case").wait_for()
    first = page.url
    await page.reload()
    await page.go_back()
    await page.get_by_label("Why", exact=True).fill("The template is put right.")
    await page.get_by_role("button", name="Show what would happen").click()
    await page.get_by_role("heading", name="Resume: 1 case").wait_for()
    assert page.url == first


async def test_a_running_repair_is_loaded_anew_by_itself(window: Open) -> None:
    """Without scripts too; and where it is to stand still, it does."""
    page = await window(page_of(RUNNING), java_script_enabled=False)
    async with page.expect_navigation(timeout=10_000):
        pass
    await page.get_by_role("link", name="Let it stand still").click()
    await page.get_by_role("link", name="Look again").wait_for()
    assert "still=yes" in page.url
