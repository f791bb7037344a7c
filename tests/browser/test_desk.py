"""Everybody can use the pages of those who decide: with axe, on a small screen, and by keyboard without scripts."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page

from browser.shown import OF_DESK, OF_PACKS
from browser.test_accessible import SMALL, SUMMARY, ensure_focus, ensure_narrow, ensure_usable
from servers.console import OURS
from servers.console_desk import DEAR, JUDGED, DeskSuite, draft_of, fill_desk, run_desk, stage_draft, with_two_people
from servers.console_desk import SMALL as SMALL_PLAN
from sevensteps.config import POLICIES
from sevensteps.policy.packs.pack import read_pack

HASH = read_pack(POLICIES, OURS).hash
Open = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DeskSuite]:
    """A console over the services that decide."""
    folder = tmp_path_factory.mktemp("desk")
    policies = with_two_people(folder / "policies")
    async with run_desk(folder / "data", policies) as desk:
        await fill_desk(desk)
        yield desk


@pytest.fixture(scope="module")
async def publication_id(desk: DeskSuite, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pam has sent to every service, and nobody has put in force."""
    change = ("value: 4, reference", "value: 5, reference")
    draft = draft_of(desk.suite.settings.policies, tmp_path_factory.mktemp("draft") / "packs", *change)
    return await stage_draft(desk, draft, by="tess")


@pytest.fixture
async def window(chromium: Browser, desk: DeskSuite) -> AsyncIterator[Open]:
    """Opens windows in which somebody signs on, a team manager unless it is said who."""
    async with AsyncExitStack() as windows:

        async def open_page(path: str, role: str = "team_manager", **options: object) -> Page:
            context = await chromium.new_context(**options)  # type: ignore[arg-type]  # those of the window
            windows.push_async_callback(context.close)
            page = await context.new_page()
            await page.goto(f"http://{desk.suite.console.address}{path}")
            await page.get_by_label("Who you are").fill("tess")
            await page.get_by_label("Your role").select_option(role)
            await page.get_by_label("Your council").select_option(OURS)
            await page.get_by_role("button", name="Sign in").click()
            await page.get_by_role("button", name="Sign out").wait_for()
            return page

        yield open_page


@pytest.mark.parametrize("path", OF_DESK.values(), ids=[*OF_DESK])
async def test_every_page_can_be_used_by_everybody(window: Open, axe: str, path: str) -> None:
    """With axe by WCAG 2.2 AA, and at 320 pixels also at twice the size of text."""
    await ensure_usable(await window(path), axe)
    await ensure_narrow(await window(path, viewport=SMALL))


@pytest.mark.parametrize("path", OF_PACKS.values(), ids=[*OF_PACKS])
async def test_the_pages_of_packs_can_be_used_by_everybody(
    window: Open, axe: str, publication_id: str, path: str
) -> None:
    """As the others."""
    at = path.format(publication_id=publication_id)
    await ensure_usable(await window(at, "policy_officer"), axe)
    await ensure_narrow(await window(at, "policy_officer", viewport=SMALL))


async def test_a_second_person_is_asked_for_in_words_that_everybody_can_read(
    window: Open, axe: str, publication_id: str
) -> None:
    """Whoever published it comes from the summary to the form."""
    page = await window(f"/packs/publications/{publication_id}", "policy_officer")
    await page.get_by_role("button", name="Put it in force").click()
    await page.get_by_role("heading", name="There is a problem").wait_for()
    await ensure_usable(page, axe)
    await page.locator(".govuk-error-summary a").click()
    await ensure_focus(page, "#put-in-force")


async def test_a_refused_signature_can_be_read_and_put_right_by_everybody(window: Open, axe: str) -> None:
    """The summary has the focus and leads to the field; what was written is still there."""
    page = await window(f"/approvals/{JUDGED}")
    await page.get_by_label("Why you sign it").fill("It does what she wants.")
    await page.get_by_role("button", name="Sign the plan").click()
    await ensure_focus(page, SUMMARY)
    await ensure_usable(page, axe)
    await page.locator(".govuk-error-summary a").click()
    await ensure_focus(page, "#judgement-0")
    assert await page.get_by_label("Why you sign it").input_value() == "It does what she wants."
    await page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    await ensure_narrow(page)


async def test_a_limit_leads_to_the_form(window: Open, axe: str) -> None:
    """The form itself takes the focus."""
    page = await window(f"/approvals/{DEAR}", java_script_enabled=True)
    await page.get_by_label("Why you sign it").fill("It does what she wants.")
    await page.get_by_role("button", name="Sign the plan").click()
    await page.locator(".govuk-error-summary a").click()
    await ensure_focus(page, "#approve")
    await ensure_usable(page, axe)


async def test_a_plan_is_signed_by_keyboard_without_scripts(window: Open) -> None:
    """From the queue to the signature; to load the page again asks nothing again."""
    page = await window("/approvals", java_script_enabled=False)
    await page.get_by_role("link", name=SMALL_PLAN).focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name=f"Plan of {SMALL_PLAN}").wait_for()
    await page.get_by_label("Why you sign it").focus()
    await page.keyboard.type("It does what she wants.")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_text("The plan is signed.").wait_for()
    await page.reload()
    await page.get_by_text("Signed by").wait_for()
