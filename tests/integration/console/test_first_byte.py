"""How soon a page begins to come, with many cases. `make bench` measures it with 100,000."""

from itertools import islice
from time import perf_counter
from uuid import uuid4

from servers.console import CASES as THREE
from servers.console import Browser, Suite, browser_at, text_of
from servers.many_cases import LATE, OF_CASES, events

CASES = 1000
AT_ONCE = 500
TIMES = 10
SOON = 0.2
"""Seconds."""
PAGES = ("/", "/cases", "/cases?open=yes&sort=due", "/cases?open=yes&whom=finance", "/stuck", f"/cases/{LATE}")


async def fill(suite: Suite) -> None:
    """The feed has the events of many cases, and operations have rows of them."""
    every, head = events(CASES), 0
    while some := list(islice(every, AT_ONCE)):
        for event in some:
            event.event_id, event.source, event.actor = str(uuid4()), "assessment", "amy"
        head = await suite.feed.append(some)
    await suite.operations.come_to(head)


async def seconds_to_first_byte(browser: Browser, path: str) -> float:
    """How long it takes until a page, which is shown, begins to come."""
    began = perf_counter()
    async with browser.http.stream("GET", path) as page:
        took = perf_counter() - began
        assert page.status_code == 200, path
        return took


async def test_each_page_begins_to_come_at_once(own_suite: Suite) -> None:
    """At the best of several times, because other tests use the machine as well."""
    await fill(own_suite)
    async with browser_at(own_suite.console) as browser:
        await browser.sign_in()
        assert f"{CASES + len(OF_CASES) + len(THREE)} cases" in text_of(await browser.open("/cases")).replace(",", "")
        for path in PAGES:
            assert min([await seconds_to_first_byte(browser, path) for _ in range(TIMES)]) < SOON, path
