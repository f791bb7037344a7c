"""The console while operations or the feed do not answer, and what it shows of what is stuck."""

from pathlib import Path

from servers.console import Suite, browser_at, note_stuck, run_with_cases, text_of
from servers.services import NOBODY


async def test_what_is_stuck_is_told_by_its_cause_and_then_case_by_case(own_suite: Suite) -> None:
    """On the home page by kind, then by cause with what to do, then each case, and on the case's own page."""
    await note_stuck(own_suite)
    async with browser_at(own_suite.console) as browser:
        await browser.sign_in()
        home = await browser.open("/")
        assert "Parked 2" in text_of(home)
        assert "/cases?open=yes&amp;stuck_kinds=parked" in home.text
        causes = await browser.open("/stuck")
        said = text_of(causes)
        assert said.index("No worker runs journeys") < said.index("open the plan was refused (PLAN_TEMPLATE_UNKNOWN).")
        assert "What to do Put right what was refused." in said
        assert "Cases 2 cases" in said
        cases = text_of(await browser.open("/stuck/cases?cause=parked:PLAN_TEMPLATE_UNKNOWN"))
        assert cases.count("open the plan was refused (PLAN_TEMPLATE_UNKNOWN): There is no such template.") == 2
        one = text_of(await browser.open("/cases/case-one"))
        assert "There is no such template. Parked What to do Put right what was refused." in one
        assert "2 cases" in text_of(await browser.open("/cases?stuck=yes&stuck_kinds=parked"))


async def test_while_operations_are_down_pages_say_so_and_a_case_has_its_story(tmp_path: Path) -> None:
    """A list cannot be shown; the page of a case shows what the feed knows. Nobody sees a trace."""
    async with run_with_cases(tmp_path, operations=NOBODY) as suite, browser_at(suite.console) as browser:
        await browser.sign_in()
        for path in ("/", "/cases", "/cases.csv", "/stuck", "/stuck/cases?cause=x"):
            page = await browser.open(path)
            assert page.status_code == 503
            said = text_of(page)
            assert "A part of the suite does not answer" in said
            assert f"nothing answers at {NOBODY}" in said
            assert page.headers["x-request-id"] in said
            assert "Traceback" not in page.text
        case = await browser.open("/cases/case-one")
        assert case.status_code == 200
        said = text_of(case)
        assert "Where it stands cannot be shown: nothing answers at" in said
        assert "What is stuck cannot be shown: nothing answers at" in said
        assert "Case opened: adult" in said
        assert (await browser.open("/healthz")).status_code == 200


async def test_while_the_feed_is_down_a_case_is_shown_with_how_old_that_is(tmp_path: Path) -> None:
    """Where it stands is known; what has happened is not. How far the feed was read stands below."""
    async with run_with_cases(tmp_path) as suite, browser_at(suite.console) as browser:
        await suite.feed.stop()
        await browser.sign_in()
        case = text_of(await browser.open("/cases/case-one"))
        assert "Waits for a practitioner to confirm the determination" in case
        assert "What has happened cannot be shown: The feed does not answer." in case
        assert "Every event of the feed up to number 5 is in this, as of" in case
        assert "3 open" in text_of(await browser.open("/"))
