"""What operations count: how many cases are stuck, how old what is known is, and how alerts went."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from servers.feed import Feed
from servers.operations import Operations, run_operations, told
from servers.pages import Scraped, families_of, scrape, silence_others, with_page
from servers.services import NOBODY
from servers.stuck import BEGAN, cases, missing, no_worker, parked
from servers.waiting import until
from services.operations import store
from services.operations.domain.finding import StuckKind
from services.operations.store import Look
from sevensteps import clock
from sevensteps.config import Settings
from sevensteps.events import CaseOpened
from sevensteps.service import checks
from sevensteps.telemetry import health

pytestmark = pytest.mark.usefixtures("no_looks")
STUCK, PARTS = "sevensteps_cases_stuck", "sevensteps_parts_stuck"
LAST_LOOK = "sevensteps_last_look_timestamp_seconds"


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is counted more often than in life, and this process is operations alone."""
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(health, "COUNT_SECONDS", 0.1)
    silence_others(monkeypatch)


@pytest.fixture
async def counted(settings: Settings, feed: Feed) -> AsyncIterator[Operations]:
    """Operations with a page."""
    async with run_operations(with_page(replace(settings, feed=feed.running.address))) as operations:
        yield operations


async def seen(operations: Operations, name: str, value: float, **labels: str) -> Scraped:
    """The page, when it has a value."""
    found: list[Scraped] = []

    async def is_there() -> bool:
        found[:] = [await scrape(operations.running.settings.metrics)]
        return found[0].value(name, **labels) == value

    await until(is_there, f"{name} to be {value}")
    return found[0]


async def test_every_series_of_operations_is_there(counted: Operations) -> None:
    """Those of the table, and no other process's."""
    found = await scrape(counted.running.settings.metrics)
    assert {name for name in found.families if name.startswith("sevensteps_")} == families_of("operations")


async def test_what_is_stuck_is_counted_by_kind(counted: Operations) -> None:
    """Cases by council, and parts by themselves; what is only near, or is mended, is not among it."""
    near = replace(missing("case-n"), kind=StuckKind.CLOCK_NEAR, cause="clock_near/advice")
    await counted.finds(BEGAN, *map(parked, cases(3)), missing("case-x"), near, no_worker())
    page = await seen(counted, STUCK, 3, council="example", kind="parked")
    assert page.value(STUCK, council="example", kind="journey_missing") == 1
    assert page.value(PARTS, kind="worker_missing") == 1
    assert page.value(PARTS, kind="part_not_answering") == 0
    assert page.value(STUCK, council="example", kind="clock_near") == 0
    await counted.finds(BEGAN + timedelta(minutes=1), missing("case-x"))
    page = await seen(counted, PARTS, 0, kind="worker_missing")
    assert page.value(STUCK, council="example", kind="parked") == 0


async def test_how_old_is_what_is_known(counted: Operations, feed: Feed) -> None:
    """When it was last looked, or since when nobody has; and how far the rows are behind the feed."""

    async def is_as_old_as_the_process() -> bool:
        page = await scrape(counted.running.settings.metrics)
        return 0 <= clock.now().timestamp() - page.value(LAST_LOOK) < 60

    await until(is_as_old_as_the_process, "the moment since when nobody has looked")
    looked = Look(looked=1_790_000_000_000, asked=0, silent=())
    await counted.running.store.write(lambda connection: store.note_look(connection, looked))
    await seen(counted, LAST_LOOK, 1_790_000_000)
    await counted.come_to(await feed.append([told("case-1", CaseOpened("adult", "2026-06-29"))]))
    page = await seen(counted, "sevensteps_rows_behind_events", 0)
    assert page.value("sevensteps_rows_rebuilding") == 0
    assert 0 <= clock.now().timestamp() - page.value("sevensteps_rows_heard_timestamp_seconds") < 60


async def test_operations_whose_events_wait_are_not_ready(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The feed is away: after a minute the page says so, with how many events wait."""
    monkeypatch.setattr(checks, "LONGEST_WAIT", 60.0)
    async with run_operations(with_page(replace(settings, feed=NOBODY))) as operations:
        await operations.finds(BEGAN, missing("case-1"))
        page = await seen(operations, "sevensteps_ready_check", 0, check="feed")
        assert page.value("sevensteps_ready") == 0
        await seen(operations, "sevensteps_outbox_events", 1)
