"""Plans that wait to be signed: the queue, the page of one, and the two forms, over the real services that decide."""

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from servers.console import FORM_KEY, OURS, Browser, browser_at, run_console, text_of
from servers.console_desk import DEAR, JUDGED, SMALL, DeskSuite, fill_desk, run_desk
from servers.operations import told
from servers.services import NOBODY
from sevensteps import events
from sevensteps.api.approval.v1 import approval_pb2 as pb

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DeskSuite]:
    """One for all tests that only look, or that are refused."""
    async with run_desk(tmp_path_factory.mktemp("desk")) as desk:
        await fill_desk(desk)
        yield desk


@pytest.fixture
async def browser(desk: DeskSuite) -> AsyncIterator[Browser]:
    """Nobody is signed on in it."""
    async with browser_at(desk.suite.console) as browser:
        yield browser


@pytest.fixture
async def own_desk(tmp_path: Path) -> AsyncIterator[tuple[DeskSuite, Browser]]:
    """The test's own, whose plans it may sign, and a browser in which tess, a team manager, is signed on."""
    async with run_desk(tmp_path) as desk, browser_at(desk.suite.console) as browser:
        await browser.sign_in("team_manager", council=OURS, subject="tess")
        yield desk, browser


def form_of(page: httpx.Response, act: str) -> dict[str, str]:
    """What a form of the page sends besides what is written in it."""
    form = page.text.partition(f'id="{act}" tabindex')[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


async def send(browser: Browser, case_id: str, act: str, **written: str) -> httpx.Response:
    """Open the page of a plan and send one of its forms."""
    page = await browser.open(f"/approvals/{case_id}")
    return await browser.http.post(
        f"/approvals/{case_id}/{act}", data={**form_of(page, act), **written}, follow_redirects=True
    )


async def test_the_queue_lists_plans_that_wait_what_is_due_first_first(browser: Browser) -> None:
    """Each with its council, since when it waits and when it is due; who works on other things does not see it."""
    await browser.sign_in("team_manager", council=OURS)
    page = await browser.open("/approvals")
    said = text_of(page)
    assert "3 plans wait for a decision" in said
    assert f"{SMALL} adult, {OURS}, plan version 1" in said
    places = [page.text.index(f'href="/approvals/{case_id}"') for case_id in (SMALL, DEAR)]
    assert places == sorted(places)
    assert 'href="/approvals"' in page.text.partition("</header>")[0]


async def test_a_plan_whose_case_is_on_hold_is_in_the_queue_and_says_so(
    own_desk: tuple[DeskSuite, Browser],
) -> None:
    """The hold stops no date of law, and nobody finds a plan that the queue leaves out."""
    desk, browser = own_desk
    await desk.plan(SMALL, "40.00")
    hold = told(SMALL, events.HoldPlaced(reason="hospital", because="stroke"), after_seconds=9, council=OURS)
    await desk.tell(hold)
    for path in ("/approvals", "/approvals?on_hold=yes"):
        assert "On hold: hospital" in text_of(await browser.open(path))


@pytest.mark.parametrize(
    ("wanted", "field", "sentence"),
    [
        ("steps=plan_made", "filters", "Step: this page has no such filter."),
        ("due_before=soon", "due_before", "Due before: write one real date"),
        ("colour=red", "filters", "There is no filter called colour."),
    ],
)
@pytest.mark.parametrize("path", ["/approvals", "/reviews"])
async def test_a_wrong_filter_is_told_and_shows_nothing(
    browser: Browser, path: str, wanted: str, field: str, sentence: str
) -> None:
    """A filter that the page does not have is not passed over: the list would be of other cases than asked for."""
    await browser.sign_in("team_manager", council=OURS)
    page = await browser.open(f"{path}?{wanted}")
    assert page.status_code == 400
    assert page.text.count(sentence) == 2
    assert f'<a href="#{field}">' in page.text
    assert f'id="{field}"' in page.text
    assert SMALL not in page.text


async def test_a_plan_is_told_in_words(browser: Browser) -> None:
    """What the person wrote, what the rules say and why, what it costs, who took part, and which authority it needs."""
    await browser.sign_in("team_manager", council=OURS)
    said = text_of(await browser.open(f"/approvals/{SMALL}"))
    for part in (
        "What is important What I say about important.",
        "l1 Help with cooking nutrition £40.00",
        "Made by the person with family.",
        "meets the needs",
        "money is enough",
        "Personal budget asked for £60.00 a week, £3,120.00 a year",
        "Indicative budget £62.00 a week",
        "Difference £2.00 a week less than the indicative budget (3 %)",
        "Level L0. A small plan that passes every check needs the decision of one person only.",
        "Assessed by ash",
        "Planned by pat",
    ):
        assert part in said, said
    dear = text_of(await browser.open(f"/approvals/{DEAR}"))
    assert "Level L2. Above the team manager's limit the service manager signs." in dear


async def test_a_plan_is_signed_once_however_often_the_form_is_sent(own_desk: tuple[DeskSuite, Browser]) -> None:
    """It has the visitor's name and role; to load the page again, or to send the form again, adds nothing."""
    desk, browser = own_desk
    await desk.plan(SMALL, "40.00")
    form = form_of(await browser.open(f"/approvals/{SMALL}"), "approve") | {"because": "It does what she wants."}
    for _ in range(2):
        signed = await browser.http.post(f"/approvals/{SMALL}/approve", data=form, follow_redirects=True)
        said = text_of(signed)
        assert signed.history[0].status_code == 303
        assert "The plan is signed." in said
        assert "Signed by tess, as team manager" in said
        assert "Because It does what she wants." in said
        assert 'method="post" action="/approvals' not in signed.text
    kept = await desk.approval(SMALL)
    assert (kept.state, kept.decided_by, kept.etag) == (pb.APPROVAL_STATE_APPROVED, "tess", "2")
    again = await browser.http.post(f"/approvals/{SMALL}/approve", data=form | {"because": "Otherwise."})
    assert again.status_code == 400
    assert '<a href="#decide">' in again.text
    assert await desk.approval(SMALL) == kept


async def test_a_plan_is_returned_with_reasons(own_desk: tuple[DeskSuite, Browser]) -> None:
    """In the visitor's own words."""
    desk, browser = own_desk
    await desk.plan(SMALL, "40.00")
    said = text_of(await send(browser, SMALL, "return", because="Let us talk about the evenings."))
    assert "The plan is returned." in said
    assert "Because Let us talk about the evenings." in said
    kept = await desk.approval(SMALL)
    assert (kept.state, kept.decided_by) == (pb.APPROVAL_STATE_RETURNED, "tess")


async def test_what_is_for_a_person_to_judge_has_a_field_of_its_own(own_desk: tuple[DeskSuite, Browser]) -> None:
    """Without an answer the service's sentence stands at that field; with one the judgement is on record."""
    desk, browser = own_desk
    await desk.plan(JUDGED, "40.00", indicative="100.00")
    page = await send(browser, JUDGED, "approve", because="It does what she wants.")
    assert page.status_code == 409
    assert '<a href="#judgement-0">' in page.text
    assert page.text.count("Say in a judgement of each why the council is satisfied.") == 2
    assert "JUDGEMENT_MISSING. If you ask somebody about this" in text_of(page)
    assert page.headers["x-request-id"] in text_of(page)
    assert "It does what she wants." in page.text
    written = {"because": "It does what she wants.", "judgement-0": "She has done so for years."}
    signed = text_of(await send(browser, JUDGED, "approve", **written))
    assert "She has done so for years." in signed
    assert [each.because for each in (await desk.approval(JUDGED)).judgements] == ["She has done so for years."]


@pytest.mark.parametrize("act", ["approve", "return"])
@pytest.mark.parametrize(
    ("subject", "sentence"), [("ash", "You assessed this case, so"), ("pat", "You wrote this plan, so")]
)
async def test_who_took_part_decides_nothing(
    browser: Browser, desk: DeskSuite, act: str, subject: str, sentence: str
) -> None:
    """The service says why, at the form and in the summary; what was written is still there."""
    await browser.sign_in("head_of_service", council=OURS, subject=subject)
    before = await desk.approval(SMALL)
    page = await send(browser, SMALL, act, because="In my own words.")
    assert page.status_code == 403
    assert page.text.count(f"{sentence} somebody else must decide on the plan.") == 2
    assert f'<a href="#{act}">' in page.text
    assert "In my own words." in page.text
    assert await desk.approval(SMALL) == before


async def test_a_limit_of_authority_is_told(browser: Browser, desk: DeskSuite) -> None:
    """Which level the plan takes, and by which rule the visitor's role does not suffice."""
    await browser.sign_in("team_manager", council=OURS, subject="tess")
    before = await desk.approval(DEAR)
    page = await send(browser, DEAR, "approve", because="It does what she wants.")
    assert page.status_code == 403
    assert page.text.count("Signing this plan takes authority that you do not have (level L2).") == 2
    assert "is above the role&#39;s limit of" in page.text
    assert await desk.approval(DEAR) == before


async def test_an_empty_reason_is_told_by_its_field(browser: Browser) -> None:
    """As the service says it."""
    await browser.sign_in("team_manager", council=OURS, subject="tess")
    page = await send(browser, SMALL, "approve", because=" ")
    assert page.status_code == 400
    assert page.text.count("Why you sign it: must not be empty.") == 2
    assert '<a href="#approve-because">' in page.text


async def test_a_record_that_has_changed_is_not_decided_unseen(own_desk: tuple[DeskSuite, Browser]) -> None:
    """Who opened the page before somebody else decided hears so, and sees what was decided."""
    desk, browser = own_desk
    await desk.plan(SMALL, "40.00")
    form = form_of(await browser.open(f"/approvals/{SMALL}"), "approve")
    await send(browser, SMALL, "return", because="Let us talk about the evenings.")
    late = await browser.http.post(f"/approvals/{SMALL}/approve", data=form | {"because": "Yes."})
    assert late.status_code == 409
    assert '<a href="#decide">' in late.text
    assert "Returned by tess" in text_of(late)


async def test_whose_role_signs_nothing_has_no_form(browser: Browser) -> None:
    """A practitioner reads the page; the form that they could make themselves is refused by the service."""
    await browser.sign_in("practitioner", council=OURS, subject="pia")
    page = await browser.open(f"/approvals/{SMALL}")
    assert "People in your role do not sign plans." in text_of(page)
    assert 'method="post" action="/approvals' not in page.text
    key = unescape(FORM_KEY.findall(page.text)[0])
    forged = {"form_key": key, "request_id": str(uuid4()), "version": "1", "etag": "1", "because": "Yes."}
    refused = await browser.http.post(f"/approvals/{SMALL}/approve", data=forged)
    assert refused.status_code == 403
    assert "ApprovePlan may be called by: " in text_of(refused)


async def test_another_councils_plan_is_not_there(browser: Browser) -> None:
    """As the service says it."""
    await browser.sign_in("team_manager", council="*", subject="tess")
    page = await browser.open("/approvals/case-nowhere")
    assert page.status_code == 404


async def test_a_form_of_another_site_decides_nothing(browser: Browser, desk: DeskSuite) -> None:
    """Without the key that the page has."""
    await browser.sign_in("team_manager", council=OURS, subject="tess")
    before = await desk.approval(SMALL)
    form = form_of(await browser.open(f"/approvals/{SMALL}"), "approve") | {"because": "Yes.", "form_key": "guessed"}
    assert (await browser.http.post(f"/approvals/{SMALL}/approve", data=form)).status_code == 403
    assert await desk.approval(SMALL) == before


async def test_nobody_is_asked_to_sign_a_plan_that_they_cannot_read(desk: DeskSuite, tmp_path: Path) -> None:
    """While planning does not answer, its sentence stands where the plan would, and there is no form."""
    keys = tmp_path / "data"  # of the same suite; a console has records of its own
    shutil.copytree(desk.suite.settings.data, keys, ignore=shutil.ignore_patterns("*.db*", "*.lock"))
    seen = replace(desk.suite.settings, data=keys, approval=desk.services["approval"].address, planning=NOBODY)
    async with run_console(seen) as console, browser_at(console) as browser:
        await browser.sign_in("team_manager", council=OURS, subject="tess")
        page = await browser.open(f"/approvals/{SMALL}")
    said = text_of(page)
    assert page.status_code == 200
    assert "The plan cannot be shown: nothing answers at" in said
    assert "Personal budget asked for £60.00 a week" in said
    assert "Nobody should sign a plan that they cannot read." in said
    assert 'method="post" action="/approvals' not in page.text
