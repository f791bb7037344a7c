"""After a review that changes the plan, life goes on with the plan in force, and the law's date runs."""

from datetime import UTC, date, datetime

import pytest

from integration.review.home import Home, completion, day, plan, request, request_id, spending, today, trigger
from servers.services import refusal_of
from sevensteps import clock
from sevensteps.api.policy.v1 import decision_pb2 as policy
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.events import LifeOpened, ReviewCompleted, ReviewOverdue, ReviewRequested, ReviewTriggered

PAID_SINCE = "2026-06-01"


def in_a_year() -> str:
    """The same day of the next year, as reg 7(1)(a) counts from a review that was done today."""
    reviewed = date.fromisoformat(today())
    return date(reviewed.year + 1, reviewed.month, min(reviewed.day, 28)).isoformat()


async def reviewed(home: Home, outcome: pb.ReviewOutcome.ValueType, *, paid: bool = True) -> pb.Life:
    """A life whose review is done today, with a direct payment or without one."""
    await home.live(direct_payment_since=PAID_SINCE if paid else "")
    return (await home.rae.CompleteReview(completion(await home.review(), outcome))).life


@pytest.mark.parametrize(
    ("outcome", "told"), [(pb.REVIEW_OUTCOME_CHANGE_PLAN, "change_plan"), (pb.REVIEW_OUTCOME_REASSESS, "reassess")]
)
async def test_a_direct_payments_date_runs_while_the_plan_is_changed(
    home_on: Home, outcome: pb.ReviewOutcome.ValueType, told: str
) -> None:
    """Twelve months at most from the review that changes the plan; the event tells the journey."""
    life = await reviewed(home_on, outcome)
    assert (life.state, life.due_rule, life.due_kind) == (pb.LIFE_STATE_ELSEWHERE, "R4", pb.DUE_KIND_HARD)
    assert life.law_due == life.review_due >= in_a_year()
    assert (await home_on.events())[-1] == ReviewCompleted(1, told, life.law_due)
    facts = await home_on.facts_of(life.schedule.receipt_id)
    assert (facts["last_review_on"], facts["round"]) == (today(), 1)


async def test_without_a_direct_payment_the_law_sets_no_date(home: Home) -> None:
    """The next review is then a year away, by practice."""
    life = await reviewed(home, pb.REVIEW_OUTCOME_CHANGE_PLAN, paid=False)
    assert (life.law_due, life.due_rule, life.due_kind) == ("", "R2", pb.DUE_KIND_SOFT)
    assert (await home.events())[-1] == ReviewCompleted(1, "change_plan")


async def test_the_laws_date_that_passes_meanwhile_is_told(home: Home) -> None:
    """Whatever step is open, it is a date of the life."""
    life = await reviewed(home, pb.REVIEW_OUTCOME_CHANGE_PLAN)
    passed = pb.RecordOverdueRequest(
        request_id=request_id(), case_id=life.case_id, stage="life_lived", turn=1, due_on=life.law_due, by_law=True
    )
    await home.journey.RecordOverdue(passed)
    assert (await home.events())[-1] == ReviewOverdue(1, life.law_due, "hard")


async def test_spending_and_triggers_go_on_against_the_plan_in_force(home_on: Home) -> None:
    """Money, a safeguarding concern and a request are recorded, with the lines of the plan in force."""
    life = await reviewed(home_on, pb.REVIEW_OUTCOME_CHANGE_PLAN)
    assert (await refusal_of(home_on.rae.RecordSpend(spending(life, line_id="l2")))).reason == "FIELD_INVALID"
    answer = await home_on.rae.RecordSpend(spending(life))
    assert (answer.life.spent, answer.decision.verdict) == ("12.50", policy.VERDICT_MET)
    life = (await home_on.rae.TriggerReview(trigger(answer.life, pb.REVIEW_TRIGGER_SAFEGUARDING))).life
    assert (life.due_rule, life.review_due, life.law_due >= in_a_year()) == ("R7", day(28), True)
    life = (await home_on.rae.RequestReview(request(life))).life
    assert life.state == pb.LIFE_STATE_ELSEWHERE
    assert (await home_on.events())[-2:] == [
        ReviewTriggered(1, "safeguarding", life.law_due),
        ReviewRequested(1),
    ]


async def test_misuse_while_the_plan_is_changed_is_due_at_once_and_in_the_next_life_too(home_on: Home) -> None:
    """The law says whenever: the review of the next round is triggered, and due on the day of the record."""
    life = await reviewed(home_on, pb.REVIEW_OUTCOME_CHANGE_PLAN)
    life = (await home_on.rae.TriggerReview(trigger(life, pb.REVIEW_TRIGGER_MISUSE))).life
    assert (life.law_due, life.due_rule) == (today(), "R5")
    assert (await home_on.events())[-1] == ReviewTriggered(1, "misuse", today())
    changed = home_on.life_opening(
        2, started_on=day(30), direct_payment_since=PAID_SINCE, version=2, in_force=plan(day(30))
    )
    answer = await home_on.journey.OpenLife(changed)
    assert (answer.review_due, answer.due_kind, answer.law_due) == (today(), pb.DUE_KIND_HARD, today())
    assert isinstance((await home_on.events())[-1], LifeOpened)
    opened = await home_on.journey.OpenReview(home_on.review_opening(2, opened_on=today()))
    assert (opened.due_on, opened.law_due) == (today(), today())
    assert (await home_on.read()).reason == pb.REVIEW_REASON_TRIGGERED


async def test_what_called_for_a_review_that_is_done_does_not_call_for_the_next(home: Home) -> None:
    """A trigger of the round that was reviewed is spent."""
    life = await home.live(direct_payment_since=PAID_SINCE)
    await home.rae.TriggerReview(trigger(life, pb.REVIEW_TRIGGER_MISUSE))
    done = completion(await home.review(), pb.REVIEW_OUTCOME_CHANGE_PLAN)
    life = (await home.rae.CompleteReview(done)).life
    assert life.law_due >= in_a_year()
    changed = home.life_opening(2, started_on=day(30), direct_payment_since=PAID_SINCE, version=2)
    assert (await home.journey.OpenLife(changed)).due_kind == pb.DUE_KIND_SOFT
    await home.journey.OpenReview(home.review_opening(2, opened_on=day(30)))
    assert (await home.read()).reason == pb.REVIEW_REASON_PLANNED


async def test_a_trigger_of_the_night_comes_on_the_day_in_the_united_kingdom(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recorded at half past midnight in summer time, it is due on that day, in the next life too."""
    life = await reviewed(home, pb.REVIEW_OUTCOME_CHANGE_PLAN)
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 6, 1, 23, 30, tzinfo=UTC))
    life = (await home.rae.TriggerReview(trigger(life, pb.REVIEW_TRIGGER_MISUSE))).life
    assert life.law_due == "2027-06-02"
    changed = home.life_opening(2, started_on="2027-06-02", direct_payment_since=PAID_SINCE, version=2)
    assert (await home.journey.OpenLife(changed)).law_due == "2027-06-02"
