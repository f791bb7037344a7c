"""Mending cases from the console: which ones, what would happen, a few first, and what has become of each."""

import asyncio
import re
from html import unescape

import httpx
import pytest

from fakes.hands import FakeHands, came_back, unchanged
from integration.console.mending import (
    CASE,
    CAUSE,
    FORM,
    MANY,
    PARKED,
    REASON,
    cases_of,
    form_of,
    mend,
    open_and_park,
    planned,
    send,
    standing,
    why,
)
from servers.console import OURS, Browser, Suite, browser_at, text_of
from services.operations.domain.prediction import Prediction
from services.operations.repairs import repairing
from sevensteps.errors import Fault, Kind


@pytest.fixture
async def suite(mending: Suite) -> Suite:
    """A console over more parked cases than a page shows, and three that are not."""
    return mending


async def test_a_repair_of_a_list_takes_all_of_it_and_not_only_the_visible_rows(olu: Browser) -> None:
    """The list shows fifty of sixty; what is planned are the sixty, and the page says so before and after."""
    listed = await olu.open("/cases?stuck=yes")
    assert "Mend these 60 cases : all of them, not only the 50 on this page" in text_of(listed)
    assert 'href="/repairs/new?stuck=yes"' in listed.text
    begun = text_of(await olu.open("/repairs/new?stuck=yes"))
    assert "Mend 60 cases" in begun
    assert "60 cases are like that now" in begun
    assert "Resume: 60 cases" in text_of(await why(olu, "stuck=yes"))
    page = await planned(olu, "stuck=yes")
    assert "Resume: 60 cases" in text_of(page)
    assert "The list is settled" in text_of(page)
    assert sorted(await cases_of(olu, page)) == PARKED


async def test_ticked_cases_are_taken_and_no_others(olu: Browser) -> None:
    """Whatever filters are on, and however many rows are shown."""
    listed = await olu.open("/cases?stuck=yes")
    assert listed.text.count('type="checkbox" id="tick-') == 50
    page = await planned(olu, "ticked=yes&case_ids=more-07&case_ids=more-55")
    assert await cases_of(olu, page) == ["more-07", "more-55"]


@pytest.mark.parametrize("wanted", ["", "ticked=yes", "sort=due", "cause="])
async def test_nothing_chosen_is_never_every_case(olu: Browser, wanted: str) -> None:
    """The page says what to do instead, and has no form to send."""
    page = await olu.open(f"/repairs/new?{wanted}")
    assert page.status_code == 400
    assert "Say which cases" in text_of(page) or "Tick the cases that you want to mend." in text_of(page)
    assert not FORM.search(page.text)
    key = form_of(await why(olu, "stuck=yes"), "/new")
    sent = await send(olu, "/repairs/new", {**key, "wanted": wanted, **REASON})
    assert sent.status_code == 400
    assert "There has been no repair." in text_of(await olu.open("/repairs"))


async def test_a_case_that_is_stuck_later_is_not_taken(olu: Browser, suite: Suite, hands: FakeHands) -> None:
    """The filter is not asked again at the click: what was shown is what is done. The difference before is told."""
    form = form_of(await why(olu, "stuck=yes"), "/new")
    await open_and_park(suite, ["later-1"])
    page = await send(olu, "/repairs/new", {**form, **REASON})
    assert "60 cases were like that when you opened the form, and 61 cases when you sent it." in text_of(page)
    await open_and_park(suite, ["later-2", "later-3"])
    done = await mend(olu, page, "all")
    assert "Resume: 61 cases" in text_of(done)
    assert sorted(case_id for case_id, _ in hands.acted) == sorted([*PARKED, "later-1"])


async def test_a_few_come_first_and_the_rest_when_somebody_has_looked(olu: Browser, hands: FakeHands) -> None:
    """Five, then it waits and says so; then all that are left. Each case tells what was seen of it."""
    page = await planned(olu)
    assert re.search(r'<input[^>]* name="cases"[^>]* value="5"', page.text)
    first = await mend(olu, page)
    assert len(hands.acted) == 5
    assert "Look at what has become of them, and continue." in text_of(first)
    assert "Moved 5" in text_of(first)
    assert "Still to do 55" in text_of(first)
    assert "Waits for the plan to be submitted" in text_of(first) or "submit" in text_of(first)
    last = await mend(olu, first, "all")
    assert len(hands.acted) == MANY
    assert "Moved 60" in text_of(last)
    assert "Stands Done" in text_of(last)
    assert "continue" not in text_of(last)


async def test_nothing_is_done_twice_by_reload_or_by_going_back(olu: Browser, hands: FakeHands) -> None:
    """The same form for planning finds the repair again; the same form for going on does nothing more, and says so."""
    form = {**form_of(await why(olu, f"cause={CAUSE}"), "/new"), **REASON}
    page = await send(olu, "/repairs/new", form)
    again = await send(olu, "/repairs/new", form)
    assert again.url.path == page.url.path
    assert (await olu.open("/repairs")).text.count("Resume: 60 cases") == 1
    other = await send(olu, "/repairs/new", {**form, "because": "another reason"})
    assert "This form was sent before with other answers" in text_of(other)
    going = {**form_of(page, "/continue"), "extent": "few", "cases": "5", "pace": "1200"}
    await asyncio.gather(*(send(olu, f"{page.url.path}/continue", going) for _ in range(3)))
    await standing(olu, page.url.path)
    late = await send(olu, f"{page.url.path}/continue", going)
    assert "what you sent did nothing" in text_of(late)
    assert len(hands.acted) == 5


@pytest.mark.parametrize(("becomes", "word"), [(came_back, "Came back"), (unchanged, "Unchanged")])
async def test_what_did_not_help_is_never_called_a_success(
    olu: Browser, hands: FakeHands, monkeypatch: pytest.MonkeyPatch, becomes: object, word: str
) -> None:
    """Every case is looked at again, and the page warns of those that did not go on, with what was seen."""
    monkeypatch.setattr(repairing, "PATIENCE_SECONDS", 0.3)
    hands.becomes = becomes  # type: ignore[assignment]  # one of the two
    page = await mend(olu, await planned(olu), cases=3)
    said = text_of(page)
    assert f"{word} 3" in said
    assert "3 cases did not go on. Look at what was seen before you go on." in said
    assert "Moved" not in said
    assert said.count("OpenPlan was refused (STAGE_ORDER): A determination must come first.") == 3


async def test_the_reason_of_a_refusal_is_told_case_by_case(olu: Browser, hands: FakeHands) -> None:
    """In the words of the service that refused, with its reason, and not as something that could not be done."""
    refusal = "Case more-00 has changed since. Read it again."
    hands.refuses["more-00"] = Fault(Kind.ABORTED, "ETAG_MISMATCH", refusal)
    page = await mend(olu, await planned(olu), cases=2)
    assert f"Refused ETAG_MISMATCH: {refusal}" in text_of(page)
    only = await olu.open(f"{page.url.path}?outcome=refused")
    assert CASE.findall(only.text) == ["more-00"]


async def test_a_running_repair_shows_itself_anew_and_can_be_stopped(olu: Browser, hands: FakeHands) -> None:
    """Every few seconds, unless somebody wants it to stand still; the form for stopping never loads itself anew."""
    hands.pause = 0.2
    page = await planned(olu)
    going = {**form_of(page, "/continue"), "extent": "all", "pace": "1200"}
    running = await send(olu, f"{page.url.path}/continue", going)
    assert running.headers["refresh"] == f"5; url={page.url.path}?by_itself=yes"
    assert "Cases are being mended." in text_of(running)
    assert "refresh" not in (await olu.open(f"{page.url.path}?still=yes")).headers
    stopping = await olu.open(f"{page.url.path}/stop")
    assert "refresh" not in stopping.headers
    empty = await send(olu, f"{page.url.path}/stop", {**form_of(stopping, "/stop"), "because": " "})
    assert "Why: write a reason." in text_of(empty)
    await send(olu, f"{page.url.path}/stop", {**form_of(stopping, "/stop"), "because": "it is the wrong pack"})
    stopped = await standing(olu, page.url.path)
    assert "Stopped: it is the wrong pack" in text_of(stopped)
    assert 0 < len(hands.acted) < MANY
    hands.pause = 0.0
    done = await mend(olu, stopped, "all")
    assert len(hands.acted) == MANY
    assert "it is the wrong pack" not in text_of(done)


async def test_what_would_do_nothing_is_left_out_with_its_reason(olu: Browser) -> None:
    """Of all open cases three are not parked: the page counts them with why, before anything is done."""
    page = await planned(olu, "open=yes")
    said = text_of(page)
    assert "3 cases: Its journey is not parked, so there is nothing to resume." in said
    assert "60 of 63 cases would be mended." in said


async def test_actions_that_fit_are_offered_with_what_they_do(olu: Browser) -> None:
    """Parked cases can ask once more; what is not on hold cannot be released. What has to be told is asked for."""
    page = await olu.open("/repairs/new?case_ids=more-01")
    said = text_of(page)
    assert "Parked cases ask once more. Put right what was refused first." in said
    assert 'value="release"' not in page.text
    assert 'value="retry"' not in page.text
    held = await olu.open("/repairs/new?case_ids=case-two")
    assert 'value="release"' in held.text
    assert 'value="resume"' not in held.text
    nothing = await olu.open("/repairs/new?case_ids=more-01&request=1")
    assert "What to do: choose one." in text_of(nothing)
    form = form_of(await why(olu, "case_ids=more-01", "hold"), "/new")
    wrong = await send(olu, "/repairs/new", {**form, "because": ""})
    assert wrong.status_code == 400
    assert "Why it is on hold: choose one." in text_of(wrong)
    assert "Why: write a reason for the record." in text_of(wrong)
    right = await send(olu, "/repairs/new", {**form, "hold_reason": "away", **REASON})
    assert "Hold: 1 case" in text_of(right)
    assert "Dates of law run on" in text_of(right)


async def test_a_refused_plan_has_the_services_words_its_reason_and_a_number(olu: Browser, suite: Suite) -> None:
    """By an error summary, on the form that was sent."""
    form = form_of(await why(olu, "case_ids=more-01"), "/new")
    fields = {**form, "wanted": "case_ids=nobody", **REASON}
    page = await send(olu, "/repairs/new", fields)
    assert page.status_code == 409
    said = text_of(page)
    assert "There is a problem NO_CASES." in said
    assert "No case is as the filter asks now. List them again." in said
    assert page.headers["x-request-id"] in said
    long = await send(olu, "/repairs/new", {**form, "because": "x" * 1001})
    assert "Why: must have at most 1000 characters." in text_of(long)


async def test_who_may_not_mend_is_not_offered_to(suite: Suite, olu: Browser) -> None:
    """An auditor sees repairs and their cases, and no form; the service refuses what is sent all the same."""
    page = await planned(olu)
    async with browser_at(suite.console) as browser:
        await browser.sign_in("auditor", subject="aud")
        await nothing_is_offered(browser, page)


async def nothing_is_offered(browser: Browser, page: httpx.Response) -> None:
    """Neither on the page of a repair nor where one would begin."""
    seen = await browser.open(page.url.path)
    assert "Resume: 60 cases" in text_of(seen)
    assert not FORM.search(seen.text)
    assert "Mend" not in text_of(await browser.open("/cases?stuck=yes"))
    assert "Mend" not in text_of(await browser.open("/stuck"))
    assert (await browser.open("/repairs/new?stuck=yes")).status_code == 403
    key = re.findall(r'name="form_key" value="([^"]+)"', seen.text)[0]
    fields = {"form_key": unescape(key), "left": str(MANY), "extent": "all", "pace": "5"}
    sent = await send(browser, f"{page.url.path}/continue", fields)
    assert "ContinueRepair may be called by: operations." in text_of(sent)
    assert sent.status_code == 403


async def test_who_may_not_read_repairs_is_not_led_to_them(browser: Browser) -> None:
    """The header has no such page, and its address says why."""
    await browser.sign_in("practitioner", council=OURS)
    assert "Repairs" not in text_of(await browser.open("/"))
    assert (await browser.open("/repairs")).status_code == 403


async def test_a_form_of_another_site_is_refused(olu: Browser, hands: FakeHands) -> None:
    """Planning, going on and stopping want the key of the session with them."""
    page = await planned(olu)
    for path in ("/repairs/new", f"{page.url.path}/continue", f"{page.url.path}/stop", f"{page.url.path}/agree"):
        answer = await olu.http.post(path, data={"form_key": "x", "extent": "all", "pace": "5", "because": "y"})
        assert answer.status_code == 403
    assert hands.acted == []


async def test_the_list_of_repairs_tells_how_far_each_is(olu: Browser) -> None:
    """The newest first, with what has become of the cases."""
    page = await mend(olu, await planned(olu), cases=4)
    await planned(olu, "case_ids=more-59")
    said = text_of(await olu.open("/repairs"))
    assert said.index("Resume: 1 case") < said.index("Resume: 60 cases")
    assert "Waiting Moved: 4 Still to do: 56" in said
    assert page.url.path in (await olu.open("/repairs")).text


async def test_what_cannot_be_taken_back_waits_for_a_second_person(
    suite: Suite, olu: Browser, hands: FakeHands
) -> None:
    """Whoever planned it has the address to send, and no form; somebody else sees the same cases, and agrees."""
    form = form_of(await why(olu, "case_ids=more-04&case_ids=more-05", "end"), "/new")
    page = await send(olu, "/repairs/new", {**form, "ending": "moved", **REASON})
    said = text_of(page)
    assert "A second person must agree before anything is done. Send them this address:" in said
    assert f"http://{suite.console.address}{page.url.path}" in said
    assert "Given as the person has moved" in said
    assert not FORM.search(page.text)
    key = form_of(await olu.open("/views/new?open=yes"), "/views")["form_key"]
    own = await send(olu, f"{page.url.path}/agree", {"form_key": key, "because": "I am sure"})
    assert "You planned this repair, so you cannot be the second person." in text_of(own)
    going = {"form_key": key, "left": "2", "extent": "all", "pace": "60"}
    refused = await send(olu, f"{page.url.path}/continue", going)
    assert "SECOND_PERSON_NEEDED" in text_of(refused)
    async with browser_at(suite.console) as pat:
        await pat.sign_in(subject="pat")
        shown = await pat.open(page.url.path)
        assert "more-04" in text_of(shown)
        empty = await send(pat, f"{page.url.path}/agree", {**form_of(shown, "/agree"), "because": ""})
        assert "Why: write a reason for the record." in text_of(empty)
        agreed = await send(pat, f"{page.url.path}/agree", {**form_of(shown, "/agree"), "because": "both have moved"})
        assert "Agreed by pat" in text_of(agreed)
    assert hands.acted == []
    assert form_of(await olu.open(page.url.path), "/continue")["left"] == "2"


async def test_a_repair_waits_for_whoever_signs_in_again(olu: Browser, hands: FakeHands) -> None:
    """The operator's token ends in the middle: the case at hand is not lost, and the page says what it waits for."""
    ended = "Your token has ended. Sign in again."
    hands.refuses["more-02"] = Fault(Kind.UNAUTHENTICATED, "TOKEN_EXPIRED", ended)
    page = await mend(olu, await planned(olu), "all")
    said = text_of(page)
    assert f"TOKEN_EXPIRED: {ended}" in said
    assert "Moved 2" in said
    assert "Still to do 58" in said
    hands.refuses.clear()
    done = text_of(await mend(olu, page, "all"))
    assert "TOKEN_EXPIRED" not in done
    assert "Moved 60" in done


async def test_a_page_that_cannot_be_shown_has_the_reason_and_a_number(olu: Browser) -> None:
    """As has an act that is refused as a whole, which is not called a page that may not be seen."""
    page = await olu.open("/repairs/repair-nowhere")
    assert page.status_code == 404
    assert "There is no such repair." in text_of(page)
    assert (
        f"REPAIR_NOT_FOUND. If you ask somebody about this, give them this number: {page.headers['x-request-id']}"
        in (text_of(page))
    )
    act = await send(olu, "/repairs/new", {"form_key": "x"})
    assert "You may not do this" in text_of(act)
    assert "FORM_NOT_OURS." in text_of(act)


async def test_repairs_begin_from_a_cause_and_from_a_case(olu: Browser) -> None:
    """Each leads to the form with its cases chosen."""
    assert f'href="/repairs/new?cause={CAUSE}"' in (await olu.open("/stuck")).text.replace("%3A", ":").replace(
        "%2F", "/"
    )
    assert "Mend this case" in text_of(await olu.open("/cases/more-01"))
    begun = text_of(await olu.open(f"/repairs/new?cause={CAUSE}"))
    assert "Mend 60 cases" in begun
    assert "OpenPlan was refused (STAGE_ORDER)." in begun


async def test_a_correction_asks_for_what_is_right_of_one_case(olu: Browser, hands: FakeHands) -> None:
    """It is offered for one case that is named; what operations say of a field is told by that field."""
    hands.foreseen["more-01"] = Prediction(does=True, sentence="The record says 12.50 from then on.")
    assert 'value="correct"' not in (await olu.open("/repairs/new?stuck=yes")).text
    assert 'value="correct"' in (await olu.open("/repairs/new?case_ids=more-01")).text
    form = form_of(await why(olu, "case_ids=more-01", "correct"), "/new")
    empty = text_of(await send(olu, "/repairs/new", {**form, **REASON}))
    assert "What was recorded wrongly, by its id: write it." in empty
    assert "Where the evidence is kept: write it." not in empty
    right = {"spend_id": "s-1", "line_id": "l1", "amount": "12.50", "spent_on": "2026-06-01"}
    wrong = await send(olu, "/repairs/new", {**form, **REASON, **right, "amount": "a lot"})
    assert "The right amount in pounds: must be an amount" in text_of(wrong)
    assert 'id="amount" name="amount" type="text" value="a lot"' in wrong.text
    planned_so = await send(olu, "/repairs/new", {**form_of(wrong, "/new"), **REASON, **right})
    assert "Correct: 1 case" in text_of(planned_so)
    assert "The record says 12.50 from then on." in text_of(planned_so)
    assert "A second person must agree before anything is done." in text_of(planned_so)
