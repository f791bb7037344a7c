"""The feed in the console: how far it is, how far its readers are behind, and a place that nobody needs any more."""

from pathlib import Path

import pytest

from console.pages.feed import FAR_BEHIND
from integration.console.mending import form_of, send
from servers.console import OURS, Browser, Suite, browser_at, run_with_cases, text_of
from servers.services import NOBODY
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.identity.actor import Role

ALERTS = Path(__file__).parents[3] / "deploy" / "prometheus" / "alerts" / "events.yaml"
GONE = f"name=ledger&council={OURS}&subject=reporting"


@pytest.fixture
async def suite(own_suite: Suite) -> Suite:
    """A suite in which a system of the council has read two of five events."""
    await read_two(own_suite)
    return own_suite


async def read_two(suite: Suite) -> None:
    """Somebody outside reads as far as the second event."""
    running = suite.feed.running
    integrator = running.stub(FeedServiceStub, running.token("reporting", Role.INTEGRATOR, council=OURS))
    await integrator.AcknowledgeEvents(feed_pb2.AcknowledgeEventsRequest(name="ledger", position=2))


async def test_each_reader_is_told_with_how_far_it_is_behind(olu: Browser) -> None:
    """The head of the feed, what these pages have read of it, each reader, when it was seen, and what to do."""
    said = text_of(await olu.open("/feed"))
    assert "5 events in the feed, as last heard" in said
    assert "0 still to be read for these pages" in said
    assert f"ledger reporting, {OURS}" in said
    assert "2 3 Behind" in said
    assert "ask whoever runs it to start it again" in said


async def test_a_place_is_deleted_after_a_question(olu: Browser, suite: Suite) -> None:
    """What nobody needs any more is removed on the page, not by hand; sent again, it is still deleted."""
    asking = await olu.open(f"/feed/delete?{GONE}")
    assert "Delete it only if its reader is gone for good." in text_of(asking)
    form = form_of(asking, "/delete")
    page = await send(olu, "/feed/delete", form)
    assert "The place of ledger is deleted." in text_of(page)
    left = await suite.feed.operations.ListSubscriptions(feed_pb2.ListSubscriptionsRequest())
    assert "ledger" not in [each.name for each in left.subscriptions]
    assert (await send(olu, "/feed/delete", form)).status_code == 200
    assert (await olu.open(f"/feed/delete?{GONE}")).status_code == 404


async def test_a_place_of_the_suite_is_not_offered(olu: Browser, suite: Suite) -> None:
    """Nobody deletes by a click what the journeys have read; another council's is not there for who sees one."""
    await suite.feed.journey.AcknowledgeEvents(feed_pb2.AcknowledgeEventsRequest(name="journeys", position=1))
    page = await olu.open("/feed")
    assert "journeys the suite itself" in text_of(page)
    assert page.text.count('href="/feed/delete?') == 1
    assert (await olu.open("/feed/delete?name=journeys&council=&subject=")).status_code == 404


async def test_who_may_not_read_the_readers_hears_why(browser: Browser) -> None:
    """An auditor has the audit, and not the readers of the feed; the header leads accordingly."""
    await browser.sign_in("auditor")
    home = text_of(await browser.open("/"))
    assert "Audit" in home
    assert "Feed" not in home
    page = await browser.open("/feed")
    assert page.status_code == 403
    assert "ListSubscriptions may be called by: operations" in text_of(page)


async def test_while_operations_are_down_the_readers_are_shown(tmp_path: Path) -> None:
    """And it is said what is not known."""
    async with run_with_cases(tmp_path, operations=NOBODY) as suite, browser_at(suite.console) as browser:
        await read_two(suite)
        await browser.sign_in()
        said = text_of(await browser.open("/feed"))
        assert "How far the feed is cannot be shown: nothing answers at" in said
        assert f"ledger reporting, {OURS}" in said


def test_far_behind_is_where_the_council_is_told() -> None:
    """The page and the alert agree on how many events that is."""
    rule = ALERTS.read_text().partition("alert: ReaderBehind")[2].partition("for:")[0]
    assert f"> {FAR_BEHIND}\n" in rule
