"""The page of a case that has come far: decisions with why and why not, money, reviews, and who can act."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from console.pages import case
from console.serving import Serving
from integration.operations.told_case import Town, town
from servers.console import Browser, browser_at, run_console, text_of
from servers.feed import run_feed
from servers.services import NOBODY, PACK
from sevensteps.config import Settings


@dataclass(frozen=True)
class Seen:
    """A case at a whole suite but for Temporal, and somebody of operations who looks at it."""

    town: Town
    console: Serving
    browser: Browser

    async def says(self) -> str:
        """What the page of the case says."""
        return text_of(await self.browser.open(f"/cases/{self.town.case_id}"))


@pytest.fixture(scope="module")
async def seen(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seen]:
    """A case that has come to step 6."""
    settings = Settings(data=tmp_path_factory.mktemp("case_page"), pack=PACK, temporal=NOBODY)
    async with run_feed(settings) as feed, town(settings, feed) as there:
        await there.come_to_life()
        await there.has_heard()
        running = there.operations.running
        async with (
            run_console(replace(running.settings, operations=running.address)) as console,
            browser_at(console) as browser,
        ):
            await browser.sign_in()
            yield Seen(there, console, browser)


async def test_decisions_are_told_with_why_and_why_not(seen: Seen) -> None:
    """Each with its law, who asked for it, and the rules for and against; the newest first."""
    said = await seen.says()
    assert said.index("Spending: ") < said.index("Eligibility: ")
    eligibility = said[said.index("Eligibility: ") :]
    assert "asked by amy. By the law of " in eligibility
    assert "Why " in eligibility
    assert ", met: Care Act 2014" in eligibility or ", met: SI " in eligibility, eligibility[:600]
    spending = said[said.index("Spending: ") : said.index("Eligibility: ")]
    assert "Why not otherwise" in spending


async def test_money_and_reviews_are_told(seen: Seen) -> None:
    """Budgets, arrangements and what was spent; when the next review is due, and what came of those before."""
    said = await seen.says()
    for part in (
        "Indicative budget £82.91 a week",
        "Personal budget £60.00 a week",
        "Spent £612.50",
        "Spends to judge 1",
        "council managed £60.00",
        "provider for nutrition, community",
        "Next review due ",
        "rae Continue",
    ):
        assert part in said


async def test_a_long_story_makes_no_heavy_page(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last events and decisions are shown, how many came before is said, and the command that has them all."""
    whole = await seen.browser.open(f"/cases/{seen.town.case_id}")
    monkeypatch.setattr(case, "EVENTS", 3)
    monkeypatch.setattr(case, "DECISIONS", 2)
    short = await seen.browser.open(f"/cases/{seen.town.case_id}")
    assert len(short.content) < len(whole.content) < 100_000
    assert short.text.count("app-timeline__item") == 3
    assert short.text.count("<details") == 2
    said = text_of(short)
    events, decisions = whole.text.count("app-timeline__item"), whole.text.count("<details")
    assert f"{events - 3} earlier events are not shown. sevensteps case show" in said
    assert f"{decisions - 2} earlier decisions are not shown. sevensteps case explain" in said


async def test_who_may_read_less_sees_less(seen: Seen) -> None:
    """Rights hold for each part of the page; the rest is there."""
    async with browser_at(seen.console) as browser:
        await browser.sign_in("planner")
        said = text_of(await browser.open(f"/cases/{seen.town.case_id}"))
    assert "Some decisions cannot be shown: ListReceipts may be called by: " in said
    assert "What has happened cannot be shown: ListEvents may be called by: " in said
    assert "Personal budget £60.00 a week" in said
