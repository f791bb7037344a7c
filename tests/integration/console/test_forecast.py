"""How many dates of law may be missed, on the home page."""

from datetime import timedelta
from pathlib import Path

from servers.console import OURS, Suite, browser_at, text_of
from servers.console_desk import run_desk
from servers.operations import told
from sevensteps import clock, events


async def test_the_home_page_says_how_many_dates_may_be_missed_and_how_that_is_counted(tmp_path: Path) -> None:
    """By week, and by what they are for; with the share of past ones that were met. All of it is rounded to dates."""
    async with run_desk(tmp_path) as desk, browser_at(desk.suite.console) as browser:
        await browser.sign_in("team_manager", council=OURS, subject="tess")
        assert "No date of law ends in the next four weeks." in text_of(await browser.open("/"))
        await desk.come_to_law_dates()
        page = await browser.open("/")
        said = text_of(page)
    assert "6 dates of law end in the next four weeks. If all goes on as it has, about 5 will be missed." in said
    assert "those of its kind in the past 13 weeks that were still open as many days before" in said
    assert "The answer to a complaint 6 1 5 0 5 of 10" in said
    week = clock.day_in_words(clock.today() + timedelta(days=6))
    assert f"to {week} 4 0 4 0" in said
    assert page.text.count('<rect class="app-bar__late" width="100.0"') == 1


async def test_what_is_not_known_is_not_told_to_be_safe(own_suite: Suite) -> None:
    """Where too few such dates have ended: neither that they are met, nor that they are missed."""
    due = (clock.today() + timedelta(days=3)).isoformat()
    recorded = events.ComplaintRecorded("c1", "2026-05-28", "letter", "person", "", due)
    await own_suite.operations.come_to(await own_suite.feed.append([told("case-one", recorded, council=OURS)]))
    async with browser_at(own_suite.console) as browser:
        await browser.sign_in()
        said = text_of(await browser.open("/"))
    assert "1 date of law ends in the next four weeks." in said
    assert "Of 1 it is not known: too few such dates have ended lately." in said
    assert "The answer to a complaint 1 0 0 1 none yet" in said
