"""Parked cases before a console, and the forms by which somebody mends them."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from html import unescape
from pathlib import Path

import httpx

from fakes.hands import FakeHands
from integration.operations.repairs import park
from servers.console import OURS, Browser, Suite, run_with_cases
from servers.operations import told
from servers.waiting import until
from services.operations import store
from services.operations.rows import milliseconds
from services.operations.store import Look
from sevensteps import clock, events

CAUSE = "parked/OpenPlan/STAGE_ORDER"
MANY = 60
REASON = {"because": "the pack is mended"}
PARKED = [f"more-{number:02}" for number in range(MANY)]
CASE = re.compile(r'<th scope="row"[^>]*><a class="govuk-link" href="/cases/([^"]+)">')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
FORM = re.compile(r'<form method="post" action="(/(?:repairs|feed|views)[^"]*)".*?</form>', re.DOTALL)


@asynccontextmanager
async def run_with_parked(data: Path, hands: FakeHands) -> AsyncIterator[Suite]:
    """A console over more parked cases than a page shows, and three that are not. It was looked just now."""
    async with run_with_cases(data, hands=hands) as suite:
        await open_and_park(suite, PARKED)
        looked = Look(looked=milliseconds(clock.now()))
        await suite.operations.running.store.write(partial(store.note_look, look=looked))
        yield suite


async def open_and_park(suite: Suite, case_ids: Sequence[str]) -> None:
    """More cases, each of which is found parked."""
    opened = events.CaseOpened(kind="adult", due_on="2026-06-20")
    stories = [told(case_id, opened, after_seconds=10, council=OURS) for case_id in case_ids]
    await suite.operations.come_to(await suite.feed.append(stories))
    await park(suite.operations, case_ids)


def form_of(page: httpx.Response, of: str) -> dict[str, str]:
    """What the form of a page that goes to an address ending so has before anybody writes anything."""
    [form] = [found[0] for found in FORM.finditer(page.text) if found[1].endswith(of)]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


async def send(browser: Browser, path: str, fields: dict[str, str]) -> httpx.Response:
    """Send a form, and follow to where it leads."""
    return await browser.http.post(path, data=fields, follow_redirects=True)


async def planned(browser: Browser, wanted: str = f"cause={CAUSE}", action: str = "resume") -> httpx.Response:
    """The page of a repair that is planned through the form."""
    page = await why(browser, wanted, action)
    return await send(browser, "/repairs/new", {**form_of(page, "/new"), **REASON})


async def why(browser: Browser, wanted: str, action: str = "resume") -> httpx.Response:
    """The page that asks why."""
    return await browser.open(f"/repairs/new?{wanted}&action={action}")


async def mend(browser: Browser, page: httpx.Response, extent: str = "few", cases: int = 5) -> httpx.Response:
    """The page of a repair, once it has gone as far as it was to go."""
    fields = {**form_of(page, "/continue"), "extent": extent, "cases": str(cases), "pace": "1200"}
    await send(browser, f"{page.url.path}/continue", fields)
    return await standing(browser, page.url.path)


async def standing(browser: Browser, path: str) -> httpx.Response:
    """The page of a repair when it does not run any more."""

    async def stands() -> bool:
        now = await browser.open(path)
        return "refresh" not in now.headers and "must still be looked at" not in now.text

    await until(stands, "the repair to stand")
    return await browser.open(path)


async def cases_of(browser: Browser, page: httpx.Response) -> list[str]:
    """Every case of a repair, from page to page."""
    found, path = [], page.url.path
    while path:
        page = await browser.open(path)
        found += [unescape(case_id) for case_id in CASE.findall(page.text)]
        href = page.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        path = unescape(href) if 'rel="next"' in page.text else ""
    return found
