"""Views that people name: addresses of the list of cases, for themselves or for their council."""

import re
from html import unescape

import pytest

from console.saved_views import MOST_VIEWS
from integration.console.mending import form_of, send
from servers.console import OURS, THEIRS, Browser, Suite, browser_at, text_of

DELETE = re.compile(r'action="(/views/[^/]+/delete)"')


@pytest.fixture
async def suite(own_suite: Suite) -> Suite:
    """The test's own: what it saves is in no other."""
    return own_suite


async def save(browser: Browser, question: str, name: str, **more: str) -> str:
    """Save a view by its form; answers what the page says then."""
    page = await browser.open(f"/views/new?{question}")
    answer = await send(browser, "/views", {**form_of(page, "/views"), "name": name, **more})
    return text_of(answer)


async def test_a_named_view_leads_to_the_same_address(olu: Browser) -> None:
    """Filters and order stand in it; it is listed above the cases, and marked where it is what is shown."""
    await olu.open("/cases?on_hold=yes&sort=due")
    said = await save(olu, "on_hold=yes&sort=due", "Held, by date")
    assert "Held, by date" in said
    assert "1 case" in said
    page = await olu.open("/cases?open=yes")
    [address] = [unescape(href) for href in re.findall(r'href="(/cases\?[^"]+)">Held, by date', page.text)]
    assert address == "/cases?on_hold=yes&sort=due"
    shown = await olu.open(address)
    assert 'aria-current="page">Held, by date' in shown.text


async def test_a_view_is_an_address_and_holds_no_cases(olu: Browser, suite: Suite) -> None:
    """It asks again each time that it is opened: what is stored has no case in it."""
    await save(olu, "on_hold=yes", "Held")
    kept = await suite.console.app.state.console.views.of("*", "olu")
    assert [(view.name, view.question) for view in kept] == [("Held", "on_hold=yes")]


async def test_a_shared_view_is_for_all_of_the_council_and_nobody_else(suite: Suite) -> None:
    """One's own is seen by nobody; a shared one by the council's own people."""
    async with browser_at(suite.console) as amy, browser_at(suite.console) as ben, browser_at(suite.console) as cem:
        await amy.sign_in("practitioner", council=OURS, subject="amy")
        await ben.sign_in("practitioner", council=OURS, subject="ben")
        await cem.sign_in("practitioner", council=THEIRS, subject="cem")
        await save(amy, "overdue=yes", "Late ones", shared="yes")
        await save(amy, "stuck=yes", "For me")
        seen = text_of(await ben.open("/views"))
        assert "Late ones Shared by amy" in seen
        assert "For me" not in seen
        assert "Late ones" not in text_of(await cem.open("/views"))
        assert not DELETE.search((await ben.open("/views")).text)


async def test_who_saved_it_deletes_it_and_operations_what_is_left_behind(suite: Suite) -> None:
    """Nobody needs to go into the records by hand for a view of somebody who has left."""
    async with browser_at(suite.console) as amy, browser_at(suite.console) as ben, browser_at(suite.console) as ops:
        await amy.sign_in("practitioner", council=OURS, subject="amy")
        await ben.sign_in("practitioner", council=OURS, subject="ben")
        await ops.sign_in("operations", council=OURS, subject="olu")
        await save(amy, "overdue=yes", "Late ones", shared="yes")
        page = await amy.open("/views")
        [path] = DELETE.findall(page.text)
        key = form_of(await ben.open("/views/new?open=yes"), "/views")["form_key"]
        assert (await send(ben, path, {"form_key": key})).status_code == 404
        assert "Late ones" in text_of(await amy.open("/views"))
        theirs = await ops.open("/views")
        await send(ops, path, form_of(theirs, "/delete"))
        assert "There is none yet." in text_of(await amy.open("/views"))


async def test_what_is_no_view_is_told_by_its_field(olu: Browser) -> None:
    """No name, one that is too long, one that is taken by other cases, and an address that cannot be read."""
    assert "There is a problem" in await save(olu, "open=yes", " ")
    assert "Name: must have at most 60 characters." in await save(olu, "open=yes", "x" * 61)
    await save(olu, "open=yes", "Mine")
    assert "You have a view of this name already" in await save(olu, "stuck=yes", "Mine")
    assert "There is a problem" not in await save(olu, "open=yes", "Mine")
    assert (await olu.open("/views/new?colour=red")).status_code == 400
    assert text_of(await olu.open("/views")).count("Yours alone") == 1


async def test_a_name_is_text(olu: Browser) -> None:
    """Nothing in it is run."""
    await save(olu, "open=yes", "<script>alert(1)</script>")
    for path in ("/views", "/cases"):
        assert "<script>alert" not in (await olu.open(path)).text


async def test_there_is_an_end_to_how_many_somebody_has(olu: Browser) -> None:
    """So that the list can be read."""
    form = form_of(await olu.open("/views/new?open=yes"), "/views")
    for number in range(MOST_VIEWS):
        await olu.http.post("/views", data={**form, "name": f"View {number}"})
    assert f"You have {MOST_VIEWS} views" in text_of(await send(olu, "/views", {**form, "name": "One more"}))
