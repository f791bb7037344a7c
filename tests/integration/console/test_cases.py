"""The list of cases: its filters in the address, its order, its pages, and the file of all."""

import csv
from io import StringIO
from urllib.parse import urlsplit

import pytest

from console.files import harmless
from console.filters import read
from servers.console import OURS, THEIRS, Browser, Suite, browser_at, text_of
from servers.operations import told
from sevensteps import events

MANY = 120


async def cases_in(browser: Browser, path: str) -> list[str]:
    """The ids that the file of a list has."""
    answer = await browser.open(path.replace("/cases", "/cases.csv", 1))
    assert answer.headers["content-type"].startswith("text/csv"), text_of(answer)
    return [row["case"] for row in csv.DictReader(StringIO(answer.text))]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", ["case-one", "case-two", "case-three"]),
        ("whom=practitioner", ["case-one", "case-three"]),
        ("waiting_for=release", ["case-two"]),
        ("waiting_for=release&waiting_for=determination", ["case-one", "case-two", "case-three"]),
        ("case_kinds=carer", ["case-two"]),
        ("on_hold=yes", ["case-two"]),
        ("steps=money_found&case_kinds=adult", ["case-one", "case-three"]),
        ("steps=plan_made", []),
        (f"councils={THEIRS}", ["case-three"]),
        (f"councils={OURS}+{THEIRS}&overdue=yes", ["case-one", "case-three"]),
        ("case_ids=case-one,case-three", ["case-one", "case-three"]),
        ("due_from=2026-06-21&due_before=2026-07-01", ["case-one"]),
        ("opened_before=2026-01-01", []),
        ("waiting_since_before=2100-01-01&open=yes", ["case-one", "case-two", "case-three"]),
        ("stuck_kinds=parked", []),
        ("hard=yes", []),
        ("escalated=yes", []),
        ("teams=north,south+west", []),
        ("sort=-opened", ["case-three", "case-two", "case-one"]),
        ("sort=due&overdue=yes", ["case-three", "case-one"]),
    ],
)
async def test_the_address_says_which_cases(olu: Browser, wanted: str, found: list[str]) -> None:
    """Of several values of a filter any is enough, of several filters each must hold; the file has the same order."""
    assert await cases_in(olu, f"/cases?{wanted}") == found
    page = await olu.open(f"/cases?{wanted}")
    assert f"{len(found)} case{'' if len(found) == 1 else 's'}" in text_of(page)
    places = [page.text.find(f'href="/cases/{case_id}"') for case_id in found]
    assert places == sorted(places)
    assert -1 not in places


@pytest.mark.parametrize(
    ("wanted", "field", "sentence"),
    [
        ("due_from=tomorrow", "due_from", "Due on this day or later: write one real date"),
        ("due_before=2026-02-30", "due_before", "Due before: write one real date"),
        ("steps=eighth", "steps", "Step: choose from the list."),
        ("open=perhaps", "open", "Not ended: is either yes or left out."),
        ("case_ids=%3Cb%3E", "case_ids", "Cases: write names of letters"),
        ("teams=" + "x" * 65, "teams", "Teams: write names of at most 64 characters"),
        ("colour=red", "filters", "There is no filter called colour."),
        ("sort=size", "filters", "Cases are sorted by one of opened, due, since, step."),
        ("after=nowhere", "filters", "The list: "),
    ],
)
async def test_a_wrong_value_is_told_by_its_field(olu: Browser, wanted: str, field: str, sentence: str) -> None:
    """An error summary leads to the field, which says the same; no case is shown, in the page or as a file."""
    for path in ("/cases", "/cases.csv") if not wanted.startswith("after") else ("/cases",):
        page = await olu.open(f"{path}?{wanted}")
        assert page.status_code == 400
        assert page.text.count(sentence) == 2, text_of(page)
        assert f'<a href="#{field}">' in page.text
        assert f'id="{field}"' in page.text
        assert "<title>Error: Cases" in page.text
        assert "case-one" not in page.text


async def test_a_filter_is_taken_off_by_itself(olu: Browser) -> None:
    """Every value that is on is a link to the same list without it."""
    page = await olu.open("/cases?open=yes&steps=plan_made&steps=money_found")
    assert "Take off: Step: Step 2: making your plan" in text_of(page)
    assert 'href="?open=yes&amp;steps=money_found"' in page.text
    assert 'href="?steps=plan_made&amp;steps=money_found"' in page.text


async def test_what_a_page_links_to_asks_the_same_again() -> None:
    """What is read from an address and written again is the same question."""
    pairs = [("open", "yes"), ("steps", "plan_made"), ("steps", "life_lived"), ("due_before", "2026-12-01")]
    asked = read(pairs)
    assert not asked.problems
    query = urlsplit(asked.address(sort="-due")).query
    again = read([(name, value) for pair in query.split("&") for name, _, value in [pair.partition("=")]])
    assert (again.message, again.order, again.descending) == (asked.message, read([("sort", "due")]).order, True)


async def test_the_file_has_every_case_and_not_only_those_of_one_page(own_suite: Suite) -> None:
    """A page shows fifty and leads on to the next; the file has all that the filters want, whichever page is shown."""
    opened = events.CaseOpened(kind="adult", due_on="2026-06-20")
    stories = [told(f"more-{number}", opened, after_seconds=10 + number, council=OURS) for number in range(MANY)]
    await own_suite.operations.come_to(await own_suite.feed.append(stories))
    async with browser_at(own_suite.console) as browser:
        await browser.sign_in()
        path, shown = "/cases?case_kinds=adult&sort=opened", 0
        while path:
            page = await browser.open(path)
            shown += page.text.count('<th scope="row"')
            assert f"{MANY + 2} cases" in text_of(page)
            href = page.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
            path = "/cases" + href.replace("&amp;", "&") if 'rel="next"' in page.text else ""
        assert shown == MANY + 2
        assert len(set(await cases_in(browser, "/cases?case_kinds=adult"))) == MANY + 2


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_nothing(cell: str) -> None:
    """What would be run begins with an apostrophe, and is text."""
    assert harmless(cell) == f"'{cell}"
    assert harmless("case-one") == "case-one"


async def test_a_councils_odd_name_is_text_in_the_file_and_on_the_page(own_suite: Suite) -> None:
    """Names come from councils' own systems: neither a spreadsheet nor a browser runs one."""
    opened = events.CaseOpened(kind="adult", due_on="2026-06-20")
    odd = '=HYPERLINK("x")<b>'
    await own_suite.operations.come_to(await own_suite.feed.append([told("case-odd", opened, council=odd)]))
    async with browser_at(own_suite.console) as browser:
        await browser.sign_in()
        answer = await browser.open("/cases.csv?case_ids=case-odd")
        [row] = csv.DictReader(StringIO(answer.text))
        assert row["council"] == f"'{odd}"
        assert "<b>" not in (await browser.open("/cases?case_ids=case-odd")).text


async def test_cases_are_found_by_team_and_by_whether_they_are_escalated(own_suite: Suite) -> None:
    """A team's name may have spaces in it; of several teams any is enough. Both stand on the page and in the file."""
    given = events.CaseAssigned(team="North and east")
    told_so = [
        told("case-one", given, after_seconds=10, council=OURS),
        told("case-two", events.CaseAssigned(team="South"), after_seconds=11, council=OURS),
        told("case-two", events.CaseEscalated(role="service_manager"), after_seconds=12, council=OURS),
    ]
    await own_suite.operations.come_to(await own_suite.feed.append(told_so))
    async with browser_at(own_suite.console) as browser:
        await browser.sign_in()
        assert await cases_in(browser, "/cases?teams=North+and+east") == ["case-one"]
        assert await cases_in(browser, "/cases?teams=North+and+east,+South") == ["case-one", "case-two"]
        assert await cases_in(browser, "/cases?escalated=yes") == ["case-two"]
        page = text_of(await browser.open("/cases?teams=South"))
        assert "Take off: Teams: South" in page
        assert f"{OURS}, team South" in page
        assert "Escalated: service manager" in page
        wrong = await browser.open(f"/cases?teams={'x' * 65}")
        assert "Teams: write names of at most 64 characters, with commas between them." in text_of(wrong)
        [row] = csv.DictReader(StringIO((await browser.open("/cases.csv?teams=South")).text))
        assert (row["team"], row["escalated to"]) == ("South", "service_manager")
