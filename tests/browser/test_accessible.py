"""Everybody can use every page: with axe by WCAG 2.2 AA, by keyboard, without scripts, on a small screen, on paper."""

import re
from collections.abc import Sequence

import pytest
from playwright.async_api import Page

from browser.conftest import Open
from browser.shown import PAGES

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOK = (
    f"axe.run({{runOnly: {TAGS}}}).then(found => found.violations.map(each => [each.id, each.nodes.map(n => n.html)]))"
)
STATES = [(shown.path, shown.is_signed_on) for shown in PAGES.values()]
SUMMARY = '[class="govuk-error-summary"]'
"""The summary of what is wrong in a form."""
SMALL = {"width": 320, "height": 640}


async def wrong_in(page: Page) -> Sequence[object]:
    """What axe finds wrong on a page. Its script comes from the test, past the page's policy."""
    found: Sequence[object] = await page.evaluate(LOOK)
    return found


@pytest.mark.parametrize(("path", "is_signed_on"), STATES, ids=PAGES)
async def test_axe_finds_nothing_wrong(window: Open, axe: str, path: str, *, is_signed_on: bool) -> None:
    """By WCAG 2.0, 2.1 and 2.2, A and AA: with every part opened, and in forced colours."""
    await ensure_usable(await window(path, is_signed_on=is_signed_on), axe)


async def ensure_focus(page: Page, selector: str) -> None:
    """What is chosen by `selector` has the focus, or gets it once the scripts of the page have run."""
    await page.locator(f"{selector}:focus").wait_for(state="attached")


async def ensure_usable(page: Page, axe: str) -> None:
    """Fail where axe finds anything wrong, with every part opened, or the browser refuses anything."""
    await page.evaluate(axe)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    await page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert await wrong_in(page) == []
    await page.emulate_media(forced_colors="active")
    assert await wrong_in(page) == []
    assert complaints == []


@pytest.mark.parametrize(("path", "is_signed_on"), STATES, ids=PAGES)
async def test_a_page_has_one_main_heading_and_is_as_wide_as_the_screen(
    window: Open, path: str, *, is_signed_on: bool
) -> None:
    """At 320 pixels, also at twice the size of text, nothing has to be scrolled sideways but tables."""
    await ensure_narrow(await window(path, is_signed_on=is_signed_on, viewport=SMALL))


async def ensure_narrow(page: Page) -> None:
    """Fail where a page has not one main heading, or has to be scrolled sideways on a small screen."""
    assert await page.locator("h1").count() == 1
    for size in ("100%", "200%"):
        await page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= SMALL["width"], f"{page.url} at {size} is {wide} wide"


async def test_the_keyboard_comes_to_everything_in_the_order_of_the_page(window: Open) -> None:
    """First past the header by the skip link; then every link and field, each to be seen when it has the focus."""
    page = await window("/cases?open=yes")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    await page.keyboard.press("Enter")
    assert await page.evaluate("location.hash") == "#main-content"
    places: list[float] = []
    for _ in range(12):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(
            "(each => [each.tagName, each.getBoundingClientRect().top + scrollY])(document.activeElement)"
        )
        assert focused[0] in ("A", "INPUT", "SUMMARY", "DIV", "BUTTON")
        places.append(focused[1])
    assert places == sorted(places)


async def test_an_error_summary_has_the_focus_and_leads_to_its_field(window: Open) -> None:
    """Whoever does not see the page hears at once what is wrong, and comes to the field by one key."""
    page = await window("/cases?due_from=tomorrow")
    await ensure_focus(page, SUMMARY)
    await page.locator(".govuk-error-summary a").click()
    await ensure_focus(page, "#due_from")


async def test_everything_works_without_scripts(window: Open) -> None:
    """Signing on, filtering, a case, and signing out."""
    page = await window("/cases", is_signed_on=False, java_script_enabled=False)
    await page.get_by_label("Who you are").fill("amy")
    await page.get_by_label("Your role").select_option("operations")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("On hold").check()
    await page.get_by_role("button", name="Show these cases").click()
    await page.get_by_role("heading", name="1 case", exact=True).wait_for()
    await page.get_by_role("link", name="case-two").click()
    await page.get_by_role("heading", name="Case case-two").wait_for()
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("heading", name="You have signed out").wait_for()


async def test_a_filter_is_shown_in_the_address(window: Open) -> None:
    """What is chosen on the page can be sent to a colleague."""
    page = await window("/cases")
    await page.locator("summary").filter(has_text=re.compile(r"^\s*Step\s*$")).click()
    await page.get_by_label("Step 1: finding out how much money").check()
    await page.get_by_role("button", name="Show these cases").click()
    await page.get_by_role("link", name="Take off: Step").wait_for()
    assert "steps=money_found" in page.url


async def test_a_page_on_paper_has_what_is_known_and_no_menus(window: Open) -> None:
    """Neither the filters nor the navigation are printed."""
    page = await window("/cases?open=yes")
    await page.emulate_media(media="print")
    assert await page.get_by_role("link", name="case-one").is_visible()
    assert not await page.get_by_role("button", name="Show these cases").is_visible()
    assert not await page.get_by_role("navigation", name="Pages").is_visible()
