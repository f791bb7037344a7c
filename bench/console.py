"""Pages of the console over many cases: how long somebody waits for the first byte of each, as a process of its own."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING

import httpx

from bench import cases
from bench.figure import Figure
from servers.console import Browser
from sevensteps.background import Background
from sevensteps.config import Settings
from sevensteps.local.console import LocalConsole
from sevensteps.local.suite import on_free_ports
from sevensteps.service.migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOOK_UPS = 60
AIM = "p95 under 200 ms"
PAGES: Mapping[str, str] = {
    "home": "/",
    "cases": "/cases",
    "open cases": "/cases?open=yes",
    "overdue ones, by date": "/cases?open=yes&overdue=yes&sort=due",
    "those of two steps, for finance": "/cases?open=yes&steps=money_organised&steps=support_organised&whom=finance",
    "those on hold, by waiting time": "/cases?open=yes&on_hold=yes&sort=since",
    "those of a small council": "/cases?open=yes&councils=small-council",
    "what is stuck": "/stuck",
    "a case": f"/cases/case-{cases.CASES // 2:012d}",
}


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Fill a feed, let operations make rows of it, and open each page by one person, one after another."""
    with tempfile.TemporaryDirectory() as folder:
        settings = on_free_ports(replace(Settings(), data=Path(folder), database=database))
        say(f"{cases.CASES:,} cases ...")
        for service in ("feed", "operations"):
            await asyncio.to_thread(upgrade, service, settings.database, settings.data)
        events = await cases.fill(settings)
        async with cases.running(settings) as (operations, _):
            say(f"{events:,} events; making rows of them ...")
            await cases.speed(operations, events)
            async with _browser(settings) as browser:
                say("opening pages ...")
                return [await _opened(browser, name, path) for name, path in PAGES.items()]


@asynccontextmanager
async def _browser(settings: Settings) -> "AsyncIterator[Browser]":
    """Somebody who has signed on to a console that runs as a process of its own."""
    console = LocalConsole(settings, Background())
    if problem := await console.start():
        raise RuntimeError(problem)
    try:
        async with httpx.AsyncClient(base_url=console.address, timeout=60) as http:
            browser = Browser(http)
            await browser.sign_in()
            yield browser
    finally:
        await console.stop()


async def _opened(browser: Browser, name: str, path: str) -> Figure:
    times = []
    for _ in range(LOOK_UPS):
        began = perf_counter()
        async with browser.http.stream("GET", path) as page:
            times.append((perf_counter() - began) * 1000)
            if page.status_code != httpx.codes.OK:
                raise RuntimeError(f"{path} is answered by {page.status_code}")
            size = len(await page.aread())
    p95 = quantiles(times, n=20)[-1]
    return Figure(name, f"p95 {p95:.0f} ms, median {median(times):.0f}, {size / 1000:.0f} kB of HTML", AIM)
