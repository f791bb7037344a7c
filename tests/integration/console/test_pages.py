"""What the pages of the console show, over a real feed and real operations."""

import pytest

from servers.console import OURS, THEIRS, Browser, text_of

PAGES = ("/", "/cases?open=yes", "/cases/case-one", "/stuck", "/stuck/cases?cause=x", "/glossary", "/cookies")


async def test_the_home_page_counts_what_is_open_late_and_on_hold(olu: Browser) -> None:
    """Three open cases in step 1, one of them on hold; each number leads to the list of its cases."""
    page = await olu.open("/")
    said = text_of(page)
    assert "3 open" in said
    assert "1 on hold" in said
    assert "Step 1: finding out how much money 3" in said
    assert "the hold to be released 1" in said
    assert "Nothing is stuck." in said
    assert 'href="/cases?open=yes&amp;steps=money_found"' in page.text


async def test_every_page_says_how_much_is_known(olu: Browser) -> None:
    """How far the feed has been read, and when it was last heard."""
    for path in ("/", "/cases", "/cases/case-one", "/stuck"):
        assert "Every event of the feed up to number 5 is in this, as of" in text_of(await olu.open(path))


async def test_who_looks_after_one_council_sees_its_cases_alone(browser: Browser) -> None:
    """Neither counts, nor lists, nor the page of a case tell of another council's."""
    await browser.sign_in("operations", council=OURS)
    assert "2 open" in text_of(await browser.open("/"))
    listed = text_of(await browser.open("/cases"))
    assert "2 cases" in listed
    assert THEIRS not in listed
    other = await browser.open("/cases/case-three")
    assert other.status_code == 404
    assert "There is no case case-three. Check the id." in text_of(other)


async def test_the_page_of_a_case_tells_its_story(olu: Browser) -> None:
    """Where it stands, whose turn it is and until when; then its events, the newest first, in plain words."""
    said = text_of(await olu.open("/cases/case-two"))
    for part in (
        "Kind carer",
        "On hold hospital",
        "Waits for the hold to be released",
    ):
        assert part in said
    assert said.index("Put on hold: hospital; because: stroke") < said.index("Case opened: carer")


async def test_the_page_of_a_case_says_who_can_act(olu: Browser) -> None:
    """By the table of rights; and where no service answers, each part of the page says so in its place."""
    said = text_of(await olu.open("/cases/case-one"))
    assert "Whose turn it is a practitioner Who can act practitioner" in said
    for part in (
        "What its journey says cannot be shown: Temporal does not answer",
        "Some decisions cannot be shown: The approval service does not answer.",
        "Budgets and arrangements cannot be shown: The planning service does not answer.",
        "Some of the reviews cannot be shown: The review service does not answer.",
    ):
        assert part in said


async def test_a_late_case_is_marked_so(olu: Browser) -> None:
    """In the list and on its own page."""
    assert "30 June 2026 Overdue" in text_of(await olu.open("/cases?case_ids=case-one"))
    assert "Due 30 June 2026 Overdue" in text_of(await olu.open("/cases/case-one"))


async def test_who_may_not_read_the_feed_sees_the_rest_of_a_case(browser: Browser) -> None:
    """The feed's own sentence stands where its events would."""
    await browser.sign_in("practitioner", council=OURS)
    page = await browser.open("/cases/case-one")
    assert page.status_code == 200
    said = text_of(page)
    assert "Waits for a practitioner to confirm the determination" in said
    assert "What has happened cannot be shown: " in said
    assert "operations" in said.partition("What has happened cannot be shown: ")[2][:200]


async def test_who_may_not_read_what_is_stuck_hears_why(browser: Browser) -> None:
    """The service's sentence in an error summary, and the number by which the log knows the request."""
    await browser.sign_in("integrator", council=OURS)
    page = await browser.open("/stuck")
    assert page.status_code == 403
    said = text_of(page)
    assert "There is a problem" in said
    assert "You may not see this" in said
    assert page.headers["x-request-id"] in said


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "case'\"&", "Amy Smith"])
async def test_an_odd_id_is_neither_run_nor_repeated(olu: Browser, name: str) -> None:
    """It is no id of a case, and the page says so without it."""
    page = await olu.http.get(f"/cases/{name.replace('/', '%2F')}")
    assert page.status_code == 404
    assert "<script>alert" not in page.text


async def test_there_is_a_page_for_an_address_that_there_is_not(olu: Browser) -> None:
    """It looks like every other one."""
    page = await olu.open("/nowhere")
    assert page.status_code == 404
    assert "There is no such page" in text_of(page)


async def test_the_glossary_is_there(olu: Browser) -> None:
    """With the words of the field."""
    assert "indicative budget" in text_of(await olu.open("/glossary")).lower()


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_has_a_style_or_a_script_of_its_own(olu: Browser, path: str) -> None:
    """Both would be refused by the policy that goes with it; the two scripts that there are have its nonce."""
    page = await olu.open(path)
    policy = page.headers["content-security-policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert nonce
    assert " style=" not in page.text
    assert "<style" not in page.text
    assert " onclick=" not in page.text
    assert page.text.count("<script") == page.text.count(f'nonce="{nonce}"') == 2
    assert "unsafe" not in policy


async def test_no_two_pages_have_the_same_nonce(olu: Browser) -> None:
    """Whoever has seen one knows none of the next."""
    policies = {(await olu.open("/cookies")).headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


async def test_pages_are_kept_nowhere(olu: Browser) -> None:
    """Neither by the browser nor by what is between; nobody frames them or guesses what they are."""
    headers = (await olu.open("/cases")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_with_all_that_it_loads_is_light(olu: Browser, path: str) -> None:
    """Less than 250 kB, so that it comes soon over a poor line."""
    page = await olu.open(path)
    loaded = ["/static/govuk/govuk-frontend.min.css", "/static/console.css", "/static/icon.svg"]
    loaded += ["/static/console.js", "/static/govuk/govuk-frontend.min.js"]
    assert all(part in page.text for part in loaded[:4])
    files = [await olu.open(part) for part in loaded]
    assert all(file.status_code == 200 for file in files)
    assert len(page.content) + sum(len(file.content) for file in files) < 250_000


async def test_it_says_that_it_works(browser: Browser) -> None:
    """To whatever asks, without a sign-on."""
    answer = await browser.open("/healthz")
    assert (answer.status_code, answer.text) == (200, "serving\n")
