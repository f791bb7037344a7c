"""The reviews that are due, by period, and as a file."""

import csv
from collections.abc import AsyncIterator
from datetime import date
from io import StringIO

import pytest

from console.pages.reviews import periods
from servers.console import OURS, THEIRS, Browser, browser_at, text_of
from servers.console_desk import DUE, DeskSuite, run_desk
from servers.operations import told
from sevensteps import clock, events

HELD = "case-review-held"
"""Its clock stands still, so that it has no date."""


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DeskSuite]:
    """One for all tests: five reviews of our council, one of them of a case on hold."""
    async with run_desk(tmp_path_factory.mktemp("reviews")) as desk:
        await desk.come_to_reviews()
        await desk.come_to_review(HELD, clock.today())
        hold = told(HELD, events.HoldPlaced(reason="hospital", because="x"), after_seconds=9, council=OURS)
        await desk.tell(hold)
        yield desk


@pytest.fixture
async def rob(desk: DeskSuite) -> AsyncIterator[Browser]:
    """A reviewer is signed on in it."""
    async with browser_at(desk.suite.console) as browser:
        await browser.sign_in("reviewer", council=OURS, subject="rob")
        yield browser


def found_in(text: str) -> list[str]:
    """The cases of a page, in its order."""
    return sorted((case_id for case_id in (*DUE, HELD) if f'href="/cases/{case_id}"' in text), key=text.index)


async def test_each_period_has_its_reviews_and_their_number(rob: Browser) -> None:
    """Those that are past their date are no part of this week; each number is that of the list it leads to."""
    page = await rob.open("/reviews")
    said = text_of(page)
    assert "5 reviews" in said
    assert found_in(page.text) == [*DUE, HELD]
    for name, cases in {"Past their date": 1, "This week": 1, "Next 4 weeks": 2, "After that": 1, "All": 5}.items():
        assert f"{name} ({cases})" in said
        address = page.text.partition(f">{name} (")[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        assert f"{cases} review" in text_of(await rob.open(address)), name


async def test_the_review_of_a_case_on_hold_is_among_them(rob: Browser) -> None:
    """Under all of them, although it has no date while the hold lasts."""
    page = await rob.open("/reviews?on_hold=yes")
    assert found_in(page.text) == [HELD]
    assert "On hold: hospital" in text_of(page)


async def test_a_team_finds_its_own(rob: Browser, desk: DeskSuite) -> None:
    """By the council's own name for it, which may have spaces; the row has it too."""
    given = events.CaseAssigned(team="North and coast", because="x")
    await desk.tell(told("case-review-far", given, after_seconds=20, council=OURS))
    page = await rob.open("/reviews?teams=North+and+coast")
    assert found_in(page.text) == ["case-review-far"]
    assert f"adult, {OURS}, team North and coast" in text_of(page)


async def test_the_file_has_what_the_filters_want(rob: Browser) -> None:
    """In the same order, whatever page is shown."""
    answer = await rob.open("/reviews.csv?overdue=yes")
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["case"] for row in csv.DictReader(StringIO(answer.text))] == ["case-review-late"]
    every = await rob.open("/reviews.csv?sort=-due")
    assert [row["case"] for row in csv.DictReader(StringIO(every.text))] == [HELD, *reversed(DUE)]
    assert (await rob.open("/reviews.csv?due_from=soon")).status_code == 400


async def test_a_date_of_law_is_marked(rob: Browser, desk: DeskSuite) -> None:
    """And can be asked for alone."""
    life = events.LifeOpened(
        round=1, plan_version=1, review_due=clock.in_years(1).isoformat(), due_kind="hard", rule="REVIEW-1"
    )
    opened = events.CaseOpened(kind="adult", due_on="2026-06-20")
    await desk.tell(told("case-law", opened, council=THEIRS), told("case-law", life, after_seconds=1, council=THEIRS))
    async with browser_at(desk.suite.console) as browser:
        await browser.sign_in("operations", council="*")
        said = text_of(await browser.open("/reviews?hard=yes"))
        assert "1 review" in said
        assert f"{clock.day_in_words(clock.in_years(1))} (law)" in said
    assert "case-law" not in (await rob.open("/reviews")).text


@pytest.mark.parametrize(
    ("today", "before"), [(date(2026, 11, 23), "2026-11-30"), (date(2026, 11, 29), "2026-11-30")], ids=["mon", "sun"]
)
def test_a_week_ends_on_sunday(today: date, before: str) -> None:
    """On a Sunday it is that day alone."""
    week = {each.name: each.days for each in periods(today)}["This week"]
    assert week == {"due_from": today.isoformat(), "due_before": before}
