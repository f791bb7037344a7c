"""Signing in and out by a council's issuer, as a real browser does it: over TLS, under the policy of the pages."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from browser.test_accessible import SMALL, ensure_narrow, ensure_usable
from servers.console import OURS
from servers.sign_on import Production, run_in_production

SESSION = "__Host-seven_steps"


@pytest.fixture(scope="module")
async def production(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Production]:
    """A console in production, with two issuers."""
    async with run_in_production(tmp_path_factory.mktemp("production")) as production:
        yield production


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
async def window(chromium: Browser, request: pytest.FixtureRequest) -> AsyncIterator[BrowserContext]:
    """A window in which nobody has signed in. It does not know the authority of the test."""
    async with await chromium.new_context(ignore_https_errors=True, java_script_enabled=request.param) as context:
        yield context


async def test_somebody_signs_in_and_out(window: BrowserContext, production: Production) -> None:
    """To the page that they wanted; out at the console and at the issuer, from which they come back."""
    page = await window.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    await page.goto(f"{production.origin}/cases?open=yes")
    await page.get_by_role("button", name="Example Council").click()
    await page.get_by_role("heading", name="2 cases", exact=True).wait_for()
    assert page.url == f"{production.origin}/cases?open=yes"
    cookies = await window.cookies()
    assert {(each["name"], each["secure"], each["httpOnly"]) for each in cookies} == {
        ("__Host-seven_steps", True, True)
    }
    asked = production.ours.asked["/council/end"]
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url(f"{production.origin}/signed-out")
    await expect(page.get_by_role("heading")).to_have_text("You have signed out")
    assert production.ours.asked["/council/end"] == asked + 1
    assert await window.cookies() == []
    await page.goto(f"{production.origin}/cases")
    await page.get_by_role("heading", name="Sign in").wait_for()
    assert refused == []


async def every_state(page: Page, production: Production) -> AsyncIterator[str]:
    """The pages around signing in by an issuer, one after another."""
    await page.goto(f"{production.origin}/sign-in")
    yield "choose"
    await page.goto(f"{production.origin}/sign-in/back/{OURS}?code=x&state=y")
    await page.get_by_role("heading", name="You are not signed in").wait_for()
    yield "not signed in"
    await page.goto(f"{production.origin}/cookies")
    yield "cookies"


async def test_everybody_can_sign_in(chromium: Browser, axe: str, production: Production) -> None:
    """By axe, and on a small screen with large text."""
    async with await chromium.new_context(ignore_https_errors=True) as context:
        page = await context.new_page()
        async for _ in every_state(page, production):
            await ensure_usable(page, axe)
    async with await chromium.new_context(ignore_https_errors=True, viewport=SMALL) as context:  # type: ignore[arg-type]
        page = await context.new_page()
        async for _ in every_state(page, production):
            await ensure_narrow(page)
