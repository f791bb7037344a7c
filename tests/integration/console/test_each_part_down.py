"""The console while one part of the suite is down: what it knows, how old that is, and who does not answer."""

from datetime import timedelta
from pathlib import Path

import pytest

from servers.console import Suite, browser_at, run_with_cases, text_of
from servers.waiting import until
from services.operations.looking import look as looking
from services.operations.looking import troubles
from services.operations.looking.journeys import HowRead, Journeys, Seen, Worker
from services.operations.looking.parts import Parts, PartsSeen, Process
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import DECIDING_SERVICES
from sevensteps.errors import Fault, Kind

TEMPORAL = "temporal"
SENTENCES = {name: f"The {name} service does not answer." for name in DECIDING_SERVICES} | {
    TEMPORAL: "Temporal does not answer."
}
PAGES = ("/", "/cases", "/stuck", "/cases/case-one")


def without(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part answers what operations ask of it, but one. They look often, and tell it at once."""

    async def look(_: Parts) -> PartsSeen:
        return PartsSeen(frozenset({Process(part)} - {Process(TEMPORAL)}), frozenset(), [], {})

    async def seen(_: Journeys, __: HowRead, *, are_whole: bool) -> Seen:
        if part == TEMPORAL:
            raise Fault(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", f"It does not answer, {are_whole}.")
        return Seen(Worker(runs=True, asked_at=clock.now(), release=""), {}, {})

    monkeypatch.setattr(Parts, "look", look)
    monkeypatch.setattr(Journeys, "look", seen)
    monkeypatch.setattr(looking, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(troubles, "SILENT", timedelta(0))


@pytest.mark.parametrize("part", SENTENCES)
async def test_while_a_part_is_down_every_page_says_so(
    tmp_path: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page is shown, names the part, and says how old that and the rest are."""
    without(part, monkeypatch)
    async with run_with_cases(tmp_path) as suite, browser_at(suite.console) as browser:
        await browser.sign_in()

        async def is_told() -> bool:
            return SENTENCES[part] in text_of(await browser.open("/stuck"))

        await until(is_told, f"the page to say that {part} does not answer")
        for path in PAGES:
            page = await browser.open(path)
            said = text_of(page)
            assert page.status_code == 200, path
            assert "Not answered when last looked, " in said, path
            assert f" ago: {part}." in said, path
            assert "Every event of the feed up to number " in said, path
        assert "3 open" in text_of(await browser.open("/"))
        case = text_of(await browser.open("/cases/case-one"))
        assert "Waits for a practitioner to confirm the determination" in case
        assert "Case opened: adult" in case


async def feed_was_heard(suite: Suite, ago: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on it is so much later, and the feed is not there any more."""
    await suite.feed.stop()
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + ago)


async def test_while_the_feed_is_down_every_page_says_how_old_what_it_shows_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases and where they stand are shown as they were last heard of, and that what has happened since is missing."""
    without("feed", monkeypatch)
    async with run_with_cases(tmp_path) as suite, browser_at(suite.console) as browser:
        await browser.sign_in()
        await feed_was_heard(suite, timedelta(minutes=5), monkeypatch)

        async def is_silent() -> bool:
            answer = await suite.operations.staff.ListCauses(pb.ListCausesRequest())
            return list(answer.view.silent) == ["feed"]

        await until(is_silent, "a look to find the feed silent")
        for path in PAGES:
            said = text_of(await browser.open(path))
            assert "Operations last heard from the feed 5 minutes ago: what has happened since is missing." in said, (
                path
            )
        assert "The feed does not answer." in text_of(await browser.open("/stuck"))
        case = text_of(await browser.open("/cases/case-one"))
        assert "Waits for a practitioner to confirm the determination" in case
        assert "What has happened cannot be shown" in case
