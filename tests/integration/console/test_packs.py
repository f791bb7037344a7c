"""Packs in force, what a publication changes, and its being put in force by a second person."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from servers.console import FORM_KEY, OURS, Browser, browser_at, text_of
from servers.console_desk import DeskSuite, draft_of, run_desk, stage_draft, with_two_people
from servers.waiting import until
from sevensteps import clock
from sevensteps.config import DECIDING_SERVICES, POLICIES
from sevensteps.policy.packs.pack import read_pack
from sevensteps.publication.putting_in_force import packs_in_force
from sevensteps.rpc.caller import policy_officer

WAS, BECOMES = "value: 4, reference", "value: 5, reference"
CHANGE = "parameter reviews.complex_months: the value from 2025-04-01 was 4, is 5"
HASH = read_pack(POLICIES, OURS).hash


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DeskSuite]:
    """One for all tests that only look, of a council that lets two people publish."""
    folder = tmp_path_factory.mktemp("packs")
    async with run_desk(folder / "data", with_two_people(folder / "policies")) as desk:
        yield desk


@pytest.fixture
async def own_desk(tmp_path: Path) -> AsyncIterator[DeskSuite]:
    """The test's own, in which it may publish."""
    async with run_desk(tmp_path / "data", with_two_people(tmp_path / "policies")) as desk:
        yield desk


async def hashes(desk: DeskSuite) -> set[str]:
    """By which versions the services decide."""
    async with policy_officer(desk.settings, "rae") as caller:
        found = await packs_in_force(caller)
    return {found[name][OURS].hash for name in DECIDING_SERVICES}


async def put_in_force(browser: Browser, publication_id: str, from_day: str = "") -> httpx.Response:
    """Send the form of a publication."""
    page = f"/packs/publications/{publication_id}"
    return await browser.send(f"{page}/put-in-force", {"from_day": from_day}, form=page)


async def test_each_council_has_its_pack_and_by_which_version_it_decides(desk: DeskSuite) -> None:
    """In every service alike, since when and from where; the header leads to it only for who may read it."""
    async with browser_at(desk.suite.console) as browser:
        await browser.sign_in("policy_officer", council=OURS, subject="pol")
        page = await browser.open("/packs")
        said = text_of(page)
        assert f"{OURS}, version {HASH[:12]}" in said
        assert f"every service: {HASH[:12]} since" in said
        assert "from the folder of packs" in said
        assert "No pack waits." in said
        assert f'href="/packs/{HASH}"' in page.text
    async with browser_at(desk.suite.console) as browser:
        await browser.sign_in("practitioner", council=OURS, subject="pia")
        assert 'href="/packs"' not in (await browser.open("/")).text
        refused = await browser.open("/packs")
        assert refused.status_code == 403
        assert "GetPacksInForce may be called by: " in text_of(refused)


async def test_a_pack_is_told_in_values_with_dates_and_law_and_in_sentences(desk: DeskSuite) -> None:
    """Both pages are light."""
    async with browser_at(desk.suite.console) as browser:
        await browser.sign_in("policy_officer", council=OURS, subject="pol")
        values = await browser.open(f"/packs/{HASH}")
        said = text_of(values)
        row = "How long a complex or risky plan goes on without a review reviews.complex_months From 1 April 2025 Today"
        assert f"{row} 4 months Example Council, review policy 2025 set by the council" in said
        assert "£5,200.00 a year" in said
        rules = await browser.open(f"/packs/{HASH}/rules")
        told = text_of(rules)
        assert "Whether somebody may sign a plan, and which level of the scheme of delegation it needs" in told
        assert (
            "AUTH-6 Somebody else wrote the plan. Whoever wrote a plan does not sign it. Separation of duties" in told
        )
        assert "AUTH-1 The scheme of delegation names the role: [role]." in told
        assert max(len(values.content), len(rules.content)) < 72_000
        assert (await browser.open(f"/packs/{'0' * 64}")).status_code == 404


async def test_a_second_person_puts_in_force_what_they_see(own_desk: DeskSuite, tmp_path: Path) -> None:
    """Who staged it is refused, and nothing is scheduled by that; the second is on record, and it is done once."""
    draft = draft_of(own_desk.suite.settings.policies, tmp_path / "draft", WAS, BECOMES)
    new, old = read_pack(draft, OURS).hash, await hashes(own_desk)
    publication_id = await stage_draft(own_desk, draft, by="pam")
    async with browser_at(own_desk.suite.console) as browser:
        await browser.sign_in("policy_officer", council="*", subject="pam")
        assert "The council met. pam Sent to every service; it has no date yet" in text_of(await browser.open("/packs"))
        assert CHANGE in text_of(await browser.open(f"/packs/publications/{publication_id}"))
        refused = await put_in_force(browser, publication_id)
        assert refused.status_code == 403
        assert refused.text.count("A council lets two people publish its packs, and you are the first.") == 2
        assert '<a href="#put-in-force">' in refused.text
        assert "SECOND_PERSON_NEEDED. If you ask" in text_of(refused)
        assert "Sent to every service; it has no date yet" in text_of(await browser.open("/packs"))
        assert await hashes(own_desk) == old
    async with browser_at(own_desk.suite.console) as browser:
        await browser.sign_in("policy_officer", council="*", subject="pol")
        done = await put_in_force(browser, publication_id)
        assert done.history[0].status_code == 303
        for shown in (done, await browser.open(str(done.url))):
            assert "confirmed by pol" in text_of(shown)
        assert 'method="post" action="/packs' not in done.text
        assert await until_hashes(own_desk, {new})
        assert f"version {new[:12]}" in text_of(await browser.open("/packs"))


async def until_hashes(desk: DeskSuite, wanted: set[str]) -> bool:
    """Wait until every service decides by these versions."""

    async def is_so() -> bool:
        return await hashes(desk) == wanted

    await until(is_so, "the new version to be in force")
    return True


async def test_a_publication_comes_in_force_on_a_day_to_come(own_desk: DeskSuite, tmp_path: Path) -> None:
    """From the first moment of that day in the United Kingdom; the version before decides until then."""
    draft = draft_of(own_desk.suite.settings.policies, tmp_path / "draft", WAS, BECOMES)
    old = await hashes(own_desk)
    publication_id = await stage_draft(own_desk, draft, by="pam")
    day = clock.today() + timedelta(days=20)
    async with browser_at(own_desk.suite.console) as browser:
        await browser.sign_in("policy_officer", council="*", subject="pol")
        said = text_of(await put_in_force(browser, publication_id, day.isoformat()))
        moment = clock.moment_in_words(clock.begin_of_uk_day(day))
        assert f"It comes in force in every service on {moment}." in said
        assert await hashes(own_desk) == old


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "2020-01-01", "2199-01-01"])
async def test_a_wrong_day_is_told_by_its_field(desk: DeskSuite, tmp_path: Path, day: str) -> None:
    """And nothing is put in force."""
    draft = draft_of(desk.suite.settings.policies, tmp_path / "draft", WAS, BECOMES)
    publication_id = await stage_draft(desk, draft, by="pam")
    async with browser_at(desk.suite.console) as browser:
        await browser.sign_in("policy_officer", council="*", subject="pol")
        page = await put_in_force(browser, publication_id, day)
        assert page.status_code == 400
        assert page.text.count("From which day: write a day from tomorrow on") == 2
        assert '<a href="#from_day">' in page.text
        assert await hashes(desk) == {HASH}


async def test_who_publishes_nothing_has_no_form(desk: DeskSuite, tmp_path: Path) -> None:
    """An auditor reads what a publication changes."""
    publication_id = await stage_draft(desk, draft_of(desk.suite.settings.policies, tmp_path / "draft", WAS, BECOMES))
    async with browser_at(desk.suite.console) as browser:
        await browser.sign_in("auditor", council="*", subject="rae")
        page = await browser.open(f"/packs/publications/{publication_id}")
        assert "A policy officer puts it in force." in text_of(page)
        assert 'method="post" action="/packs' not in page.text
        assert (await browser.open("/packs/publications/nothing")).status_code == 404


async def test_what_was_compared_with_another_version_is_not_put_in_force(own_desk: DeskSuite, tmp_path: Path) -> None:
    """Of two drafts of one version the second one has to be published again."""
    policies = own_desk.suite.settings.policies
    first = await stage_draft(own_desk, draft_of(policies, tmp_path / "first", WAS, BECOMES))
    second = await stage_draft(own_desk, draft_of(policies, tmp_path / "second", WAS, "value: 6, reference"))
    async with browser_at(own_desk.suite.console) as browser:
        await browser.sign_in("policy_officer", council="*", subject="pol")
        shown = await browser.open(f"/packs/publications/{second}")
        [key] = FORM_KEY.findall(shown.text)[:1]
        await put_in_force(browser, first)
        assert await until_hashes(own_desk, {read_pack(tmp_path / "first", OURS).hash})
        late = await browser.http.post(f"/packs/publications/{second}/put-in-force", data={"form_key": key})
        assert late.status_code == 409
        assert "is in force than the one that this was compared with. Publish again." in text_of(late)
        assert "PACK_CHANGED. If you ask" in text_of(late)
        assert '<a href="#stands">' in late.text


async def test_a_policy_officer_begins_at_the_packs(desk: DeskSuite) -> None:
    """Their role reads no case: neither counts nor a refusal are the first that they see."""
    async with browser_at(desk.suite.console) as browser:
        page = await browser.sign_in("policy_officer", council=OURS, subject="pol")
        assert page.url.path == "/packs"
        assert 'href="/cases?open=yes"' not in page.text
