"""The audit in the console: in plain words, refused acts marked, and as the file that anybody can check."""

import csv
import json
from io import StringIO

import pytest

from fakes.hands import FakeHands
from integration.console.mending import CAUSE, form_of, mend, planned, send, why
from servers.console import OURS, Browser, Suite, browser_at, text_of
from sevensteps.audit_chain import problems
from sevensteps.errors import Fault, Kind


@pytest.fixture
async def suite(mending: Suite) -> Suite:
    """A console over parked cases."""
    return mending


async def test_every_entry_is_told_in_words_the_newest_first(olu: Browser, hands: FakeHands) -> None:
    """Who did what, why, and what was refused by which reason; what is signed is marked."""
    hands.refuses["more-00"] = Fault(Kind.PRECONDITION, "CASE_ENDED", "The case has ended.")
    page = await mend(olu, await planned(olu), cases=2)
    repair_id = page.url.path.rpartition("/")[2]
    said = text_of(await olu.open("/audit"))
    assert said.index("went on with a repair") < said.index("olu planned a repair")
    assert "olu wanted this, and was refused: mended a case: resume, more-00" in said
    assert "Refused: CASE_ENDED" in said
    assert "After: outcome: moved" in said
    assert "Why: the pack is mended" in said
    assert "Signed" in said
    only = await olu.open(f"/audit?about={repair_id}")
    assert "planned a repair" in text_of(only)
    assert "more-01" not in text_of(only)
    assert f'href="/repairs/{repair_id}"' in only.text


async def test_the_file_can_be_checked_without_the_suite(olu: Browser) -> None:
    """It has the whole chain, from its first entry on, as `sevensteps audit verify` reads it."""
    await mend(olu, await planned(olu), cases=3)
    answer = await olu.open("/audit.jsonl")
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert len(entries) >= 9
    assert list(problems(entries)) == []
    entries[1]["because"] = "something else"
    assert list(problems(entries)) != []
    table = await olu.open("/audit.csv")
    rows = list(csv.DictReader(StringIO(table.text)))
    assert [int(row["number"]) for row in rows] == [each["number"] for each in entries]
    assert rows[0]["act"] == "repair.planned"
    assert rows[0]["signed"] == "yes"


async def test_who_looks_after_one_council_has_its_entries_and_not_the_chain(suite: Suite) -> None:
    """A part of the chain proves nothing, so that it is not offered; the table is."""
    async with browser_at(suite.console) as theirs, browser_at(suite.console) as ours:
        await theirs.sign_in()
        await planned(theirs)
        await ours.sign_in(council=OURS, subject="amy")
        await planned(ours, "case_ids=more-03")
        page = await ours.open("/audit")
        assert "amy planned a repair" in text_of(page)
        assert "olu planned" not in text_of(page)
        assert "/audit.jsonl" not in page.text
        assert (await ours.open("/audit.jsonl")).status_code == 403
        assert (await ours.open("/audit.csv")).text.count("repair.planned") == 1


async def test_it_goes_from_page_to_page(olu: Browser) -> None:
    """Fifty entries a page, none of them twice."""
    for number in range(52):
        await planned(olu, f"case_ids=more-{number:02}")
    first = await olu.open("/audit")
    assert "52 " in text_of(first)
    href = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = text_of(await olu.open(href.replace("&amp;", "&")))
    assert second.count("planned a repair") == 2
    assert "First page" in second


async def test_a_wrong_id_is_told_by_its_field(olu: Browser) -> None:
    """And what is about nothing says so."""
    wrong = await olu.open("/audit?about=%3Cb%3E")
    assert wrong.status_code == 400
    assert "About: write the id of a case or a repair." in text_of(wrong)
    assert "Nothing is on record of this." in text_of(await olu.open("/audit?about=case-nowhere"))


async def test_an_attempt_that_is_refused_is_on_record(olu: Browser) -> None:
    """A plan for no case is refused, and the audit has who wanted it and why."""
    form = form_of(await why(olu, f"cause={CAUSE}"), "/new")
    fields = {**form, "wanted": "case_ids=nobody", "because": "by mistake"}
    await send(olu, "/repairs/new", fields)
    said = text_of(await olu.open("/audit"))
    assert "olu wanted this, and was refused: planned a repair" in said
    assert "Why: by mistake" in said
    assert "Refused: NO_CASES" in said
