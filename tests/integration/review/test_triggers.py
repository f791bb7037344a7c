"""What calls for a review reaches the rules: which trigger, since when, whether the plan is complex (R3, R5, R7)."""

import pytest

from integration.review.home import Home, completion, day, plan, request, today, trigger
from servers.services import refusal_of
from sevensteps.api.policy.v1 import decision_pb2 as policy
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.events import ReviewOpened, ReviewTriggered

EVERY = [value for value in pb.ReviewTrigger.values() if value]
BY_LAW = {
    pb.REVIEW_TRIGGER_MISUSE,
    pb.REVIEW_TRIGGER_CAPACITY_LOST,
    pb.REVIEW_TRIGGER_CAPACITY_REGAINED,
    pb.REVIEW_TRIGGER_CONDITION_LOST,
}


@pytest.mark.parametrize("what", EVERY, ids=pb.ReviewTrigger.Name)
@pytest.mark.parametrize("paid", [True, False])
async def test_every_trigger_reaches_the_rules(home: Home, what: pb.ReviewTrigger.ValueType, *, paid: bool) -> None:
    """With a direct payment four are due by law on the very day; all others within the council's 28 days."""
    life = await home.live(plan(today()), started_on=today(), direct_payment_since=today() if paid else "")
    life = (await home.rae.TriggerReview(trigger(life, what))).life
    at_once = paid and what in BY_LAW
    findings = {finding.rule: finding.verdict for finding in life.schedule.findings}
    assert (findings.get("REVIEW/R5") == policy.VERDICT_MET) is at_once
    if at_once:
        assert (life.review_due, life.law_due, life.due_kind) == (today(), today(), pb.DUE_KIND_HARD)
    else:
        assert (life.review_due, life.due_rule) == (day(28), "R7")
        assert bool(life.law_due) is paid
        assert life.law_due != today()
    facts = await home.facts_of(life.schedule.receipt_id)
    assert facts["triggered_on"] == today()


async def test_the_review_that_is_triggered_by_law_is_due_on_the_day(home_on: Home) -> None:
    """Its opening tells the journey the law's date, which no hold moves."""
    life = await home_on.live(started_on=today(), direct_payment_since="2026-06-01")
    life = (await home_on.rae.TriggerReview(trigger(life, pb.REVIEW_TRIGGER_CAPACITY_LOST))).life
    assert (await home_on.events())[-1] == ReviewTriggered(1, "capacity_lost", today())
    opening = home_on.review_opening(opened_on=today())
    answer = await home_on.journey.OpenReview(opening)
    assert (answer.due_on, answer.law_due) == (today(), today())
    assert (await home_on.events())[-1] == ReviewOpened(1, "triggered", today(), today())
    assert await home_on.journey.OpenReview(opening) == answer


async def test_a_request_is_answered_within_the_councils_days(home: Home) -> None:
    """28 days from the day on which it was asked for, sooner than the eight weeks of a planned review."""
    life = (await home.rae.RequestReview(request(await home.live(started_on=today())))).life
    assert (life.review_due, life.due_rule, life.law_due) == (day(28), "R7", "")
    answer = await home.journey.OpenReview(home.review_opening(opened_on=today()))
    assert (answer.due_on, answer.law_due) == (day(28), "")


async def test_what_calls_for_a_review_never_puts_it_off(home: Home) -> None:
    """A review that was due last summer stays due last summer."""
    life = await home.live(direct_payment_since="2026-06-01")
    called = (await home.rae.TriggerReview(trigger(life))).life
    assert (called.review_due, called.due_rule, called.law_due) == (life.review_due, "R1", life.law_due)


@pytest.mark.parametrize(("is_complex", "months", "rule"), [(True, 4, "R3"), (False, 12, "R2"), (None, 12, "R2")])
async def test_a_complex_plan_is_reviewed_more_often(
    home: Home, *, is_complex: bool | None, months: int, rule: str
) -> None:
    """After its first review, by the council's months; where nobody has said, a finding asks somebody to."""
    await home.come_to(pb.LIFE_STATE_ELSEWHERE)
    in_force = plan()
    if is_complex is not None:
        in_force.complex = is_complex
    again = home.life_opening(2, started_on="2026-07-20", continues=True, in_force=in_force)
    answer = await home.journey.OpenLife(again)
    assert answer.review_due == {4: "2026-11-20", 12: "2027-07-20"}[months]
    life = await home.read()
    findings = {finding.rule: finding.verdict for finding in life.schedule.findings}
    assert (life.due_rule, life.in_force.HasField("complex")) == (rule, is_complex is not None)
    unknown = is_complex is None
    assert findings["COMPLEXITY"] == (policy.VERDICT_NEEDS_JUDGEMENT if unknown else policy.VERDICT_MET)


@pytest.mark.parametrize(
    ("achieved", "wrong"),
    [
        (["nutrition"], ["achieved[community]"]),
        (["nutrition", "community", "hygiene"], ["achieved[hygiene]"]),
        (["hygiene"], ["achieved[hygiene]", "achieved[nutrition]", "achieved[community]"]),
        (["community", "nutrition"], []),
    ],
)
async def test_a_review_answers_for_every_need_of_the_case(home: Home, achieved: list[str], wrong: list[str]) -> None:
    """Each need has an answer; what is no need, and a need without an answer, are named."""
    done = completion(await home.come_to(pb.LIFE_STATE_UNDER_REVIEW))
    done.achieved.clear()
    done.achieved.update(dict.fromkeys(achieved, pb.ACHIEVED_YES))
    if not wrong:
        await home.rae.CompleteReview(done)
        return
    fault = await refusal_of(home.rae.CompleteReview(done))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, wrong)
    assert (await home.read()).state == pb.LIFE_STATE_UNDER_REVIEW


async def test_a_review_of_a_life_that_knows_no_needs_is_not_checked(home: Home) -> None:
    """One that opened before they were recorded."""
    opening = home.life_opening()
    opening.ClearField("in_force")
    await home.journey.OpenLife(opening)
    done = completion(await home.review())
    done.achieved.clear()
    done.achieved["hygiene"] = pb.ACHIEVED_NO
    assert (await home.rae.CompleteReview(done)).life.state == pb.LIFE_STATE_ELSEWHERE


async def under_review(home: Home, *, paid: bool = True) -> pb.Life:
    """A planned review that began today, of a life that the law wants reviewed in half a year where it is paid."""
    await home.live(plan(today()), started_on=today(), direct_payment_since=today() if paid else "")
    await home.journey.OpenReview(home.review_opening(opened_on=today()))
    return await home.read()


@pytest.mark.parametrize("paid", [True, False])
async def test_what_happens_during_a_review_is_answered_by_it(home_on: Home, *, paid: bool) -> None:
    """A person's circumstances do not wait: it is recorded, and the law's date is that of the review under way."""
    before = await under_review(home_on, paid=paid)
    life = (await home_on.rae.TriggerReview(trigger(before, pb.REVIEW_TRIGGER_CAPACITY_LOST))).life
    assert (life.state, life.reason) == (pb.LIFE_STATE_UNDER_REVIEW, pb.REVIEW_REASON_PLANNED)
    assert (life.law_due, life.due_on) == ((today(), today()) if paid else ("", day(28)))
    assert (life.review_due, life.schedule) == (before.review_due, before.schedule)
    assert (await home_on.events())[-1] == ReviewTriggered(1, "capacity_lost", life.law_due)
    stale = await refusal_of(home_on.rae.CompleteReview(completion(before)))
    assert stale.reason == "ETAG_MISMATCH", "whoever completes the review has to look at what came"
    listed = await home_on.rae.ListReviewCalls(pb.ListReviewCallsRequest(case_id=home_on.case_id))
    assert [(call.trigger, call.after_review) for call in listed.calls] == [(pb.REVIEW_TRIGGER_CAPACITY_LOST, False)]
    done = completion(life, pb.REVIEW_OUTCOME_CHANGE_PLAN)
    life = (await home_on.rae.CompleteReview(done)).life
    assert life.law_due == (life.review_due if paid else "")
    assert life.review_due > day(300), "it called for the review that is done, and for no other"


async def test_a_request_during_a_review_is_recorded(home: Home) -> None:
    """The review under way answers it; a review that is late already does not become less so."""
    await home.live()
    before = await home.review()
    life = (await home.rae.RequestReview(request(before))).life
    assert (life.due_on, life.law_due) == (before.due_on, before.law_due)
    assert before.due_on < today()
    listed = await home.rae.ListReviewCalls(pb.ListReviewCallsRequest(case_id=home.case_id))
    assert [call.because for call in listed.calls] == ["The evenings."]
    await home.rae.CompleteReview(completion(life))
    again = home.life_opening(2, started_on=today(), continues=True)
    assert (await home.journey.OpenLife(again)).review_due > day(300)
