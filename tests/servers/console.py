"""A real console in the test's own process, and a browser without a window that goes through its pages."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from console.assets import is_there
from console.serving import Serving
from servers.feed import Feed, run_feed
from servers.operations import Operations, run_operations, told
from servers.services import NOBODY, PACK
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.whom import Whom
from services.operations.finding_pages import replace_findings
from services.operations.repairs.hands import Hands
from sevensteps import clock, events
from sevensteps.config import DECIDING_SERVICES, POLICIES, Settings
from sevensteps.local.ports import free_port

FORM_KEY = re.compile(r'name="form_key" value="([^"]+)"')
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Browser:
    """Goes to pages and sends forms; keeps cookies."""

    http: httpx.AsyncClient

    async def open(self, path: str) -> httpx.Response:
        """Go to a page, and on from there where it sends one."""
        return await self.http.get(path, follow_redirects=True)

    async def send(self, path: str, fields: Mapping[str, str], *, form: str = "") -> httpx.Response:
        """Send a form as a page shows it; `form` is the page, where it is at another address."""
        shown = (await self.open(form or path)).text
        [key] = FORM_KEY.findall(shown)[:1]
        return await self.http.post(path, data={"form_key": unescape(key), **fields}, follow_redirects=True)

    async def sign_in(self, role: str = "operations", council: str = "*", subject: str = "olu") -> httpx.Response:
        """Sign on as somebody."""
        return await self.send("/sign-in", {"subject": subject, "role": role, "council": council, "next": "/"})


def text_of(answer: httpx.Response) -> str:
    """What a page says, in one line."""
    return " ".join(unescape(TAG.sub(" ", answer.text.partition("<body")[2])).split())


def skip_without_files() -> None:
    """Leave a test out where set-up could not fetch the files by which pages look: it said so."""
    if not is_there():
        pytest.skip("GOV.UK Frontend's files were not fetched: the console is not tested. `make setup` says why.")


@asynccontextmanager
async def run_console(settings: Settings) -> AsyncIterator[Serving]:
    """A console on a free port; the settings say where the services are."""
    skip_without_files()
    if settings.console == Settings().console:
        settings = replace(settings, console=f"127.0.0.1:{free_port()}")
    async with Serving(settings) as serving:
        yield serving


@asynccontextmanager
async def browser_at(serving: Serving) -> AsyncIterator[Browser]:
    """A browser that has no cookies yet."""
    async with httpx.AsyncClient(base_url=f"http://{serving.address}") as http:
        yield Browser(http)


CASES = ("case-one", "case-two", "case-three")
OURS, THEIRS = "example-council", "another-council"


@dataclass(frozen=True)
class Suite:
    """A feed, operations that follow it, and a console over both."""

    settings: Settings
    feed: Feed
    operations: Operations
    console: Serving

    def address_of(self, path: str) -> str:
        """Where a page is."""
        return f"http://{self.console.address}{path}"


async def tell_cases(feed: Feed, operations: Operations) -> None:
    """Three cases: two of our council, of which one is on hold, and one of another council."""
    stories = [
        told("case-one", events.CaseOpened(kind="adult", due_on="2026-06-20"), council=OURS),
        told("case-one", events.AssessmentOpened(round=1, due_on="2026-06-30"), after_seconds=1, council=OURS),
        told("case-two", events.CaseOpened(kind="carer", due_on="2026-06-20"), after_seconds=2, council=OURS),
        told("case-two", events.HoldPlaced(reason="hospital", because="stroke"), after_seconds=3, council=OURS),
        told("case-three", events.CaseOpened(kind="adult", due_on="2026-06-20"), after_seconds=4, council=THEIRS),
    ]
    await operations.come_to(await feed.append(stories))


PARKED = {"operation": "open the plan", "reason": "PLAN_TEMPLATE_UNKNOWN", "detail": "There is no such template."}


def parked(case_id: str) -> Finding:
    """A case that a service refuses."""
    since = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    return Finding(case_id, StuckKind.PARKED, "parked:PLAN_TEMPLATE_UNKNOWN", Whom.SYSTEM, since, case_id, OURS, PARKED)


async def note_stuck(suite: Suite) -> None:
    """Have operations know of two cases that one cause has parked, and of a part of the suite that is missing."""
    worker = Finding("worker", StuckKind.WORKER_MISSING, "worker", Whom.SYSTEM, clock.now() - timedelta(hours=1))
    found = [parked("case-one"), parked("case-two"), worker]
    now = int(clock.now().timestamp() * 1000)
    await suite.operations.running.store.write(lambda records: replace_findings(records, (), found, (), now))


@asynccontextmanager
async def run_with_cases(
    data: Path, *, hands: Hands | None = None, policies: Path = POLICIES, **seen: str
) -> AsyncIterator[Suite]:
    """A console, with a feed and operations that have three cases; `seen` is what else is set for the console alone.

    So is where it looks for one of them. An address of its own is kept; otherwise it is on a free port. `hands` are
    those by which repairs act; by default those of a running suite.
    """
    away = dict.fromkeys((*DECIDING_SERVICES, "temporal"), NOBODY)
    settings = Settings(data=data, policies=policies, pack=PACK, **away)  # type: ignore[arg-type]  # each is an address
    async with AsyncExitStack() as stack:
        feed = await stack.enter_async_context(run_feed(settings))
        settings = replace(settings, feed=feed.running.address)
        operations = await stack.enter_async_context(run_operations(settings, hands=hands))
        settings = replace(settings, operations=operations.running.address)
        await tell_cases(feed, operations)
        yield Suite(settings, feed, operations, await stack.enter_async_context(run_console(replace(settings, **seen))))  # type: ignore[arg-type]
