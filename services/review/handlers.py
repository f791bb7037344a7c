"""The use cases of steps 6 and 7, one function each, in one transaction each."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from services.review import store
from services.review.domain.correcting import Correction, corrected, not_to_correct, without
from services.review.domain.life import (
    LASTING_FACTS,
    Call,
    Life,
    LifeOpening,
    LifeState,
    Review,
    ReviewOpening,
    Schedule,
    ensure_next,
    reason_for,
)
from services.review.domain.spending import Checked, Judgement, Spend, SpendOnRecord, facts_of, not_to_judge
from sevensteps.errors import invalid
from sevensteps.events import (
    LifeOpened,
    Payload,
    ReviewCompleted,
    ReviewOpened,
    ReviewRequested,
    ReviewTriggered,
    SpendCorrected,
    SpendJudged,
    SpendRecorded,
)
from sevensteps.letters.kinds import NextSteps
from sevensteps.money import pounds
from sevensteps.policy.model.verdict import Json
from sevensteps.service import documents, overdue
from sevensteps.service.closing import close_once
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.overdue import PassedDate
from sevensteps.service.work import Work
from sevensteps.steps import ReviewOutcome, Stage

GOES_ON = frozenset({ReviewOutcome.CHANGE_PLAN, ReviewOutcome.REASSESS})
"""The outcomes after which life goes on with the plan in force until another takes its place."""


def open_life(work: Work, opening: LifeOpening) -> Life:
    """Open step 6 and date the next review (s.27). A round that was opened before stays as it is."""
    before = store.newest(work, opening.case_id)
    work.confine_opening(opening.case_id, opening.council, before.council if before else None)
    if before and (already_open := store.life_in(work, before, opening.round)):
        return already_open
    ensure_next(before, opening.case_id, opening.round)
    life = Life.open(opening, _schedule(work, opening, before), before)
    for call in store.calls_for_review(work, life.case_id, life.round):  # they came after the last review was done
        life = _bring_forward(work, life, call)
    store.add_life(work, life)
    work.tell(life.case_id, life.council, _opened(life))
    return life


def get_life(work: Work, *, case_id: str) -> Life:
    """Read where a case stands in steps 6 and 7."""
    return store.life(work, case_id)


def record_spend(work: Work, *, case_id: str, etag: str, spend: Spend) -> tuple[str, RecordedDecision | None, Life]:
    """Record money spent against a line of the plan that was in force on the day, or money that came back.

    Answers its id, and what the rules say of it: None where the lines of that plan are not known.
    """
    life = store.life_to_change(work, case_id, etag)
    life.ensure_open()
    if spend.evidence:
        store.use_evidence(work, case_id, spend.evidence)
    decision, checked = _check(work, life, spend)
    spend_id = store.add_spend(work, life, spend, checked)
    event = SpendRecorded(
        round=life.round,
        line_id=spend.line_id,
        amount=pounds(spend.amount),
        spent_on=spend.spent_on.isoformat(),
        verdict=checked.verdict,
        spend_id=spend_id,
    )
    return spend_id, decision, _change(work, life.spend(spend, checked), event)


def correct_spend(
    work: Work, *, case_id: str, etag: str, correction: Correction
) -> tuple[str, RecordedDecision | None, Life]:
    """Record what is right beside what was recorded wrongly, also of a case that has ended.

    Answers as `record_spend`.
    """
    life = store.life_to_change(work, case_id, etag)
    was = store.spend_on_record(work, case_id, correction.spend_id)
    if was is None:
        raise invalid(not_to_correct())
    was.ensure_may_be_corrected(work.actor.subject, case_id)
    right = correction.right_of(was)
    if right.evidence != was.spend.evidence:
        store.use_evidence(work, case_id, right.evidence)
    decision, checked = _check(work, life, right, was)
    spend_id = store.add_spend(work, life, right, checked, corrects=was, because=correction.because)
    if was.round != life.round:
        store.change_spent_before(work, life, was.round, right.amount - was.spend.amount)
    event = SpendCorrected(
        round=was.round,
        spend_id=spend_id,
        corrects=was.spend_id,
        line_id=right.line_id,
        amount=pounds(right.amount),
        spent_on=right.spent_on.isoformat(),
        was_line_id=was.spend.line_id,
        was_amount=pounds(was.spend.amount),
        was_spent_on=was.spend.spent_on.isoformat(),
        verdict=checked.verdict,
    )
    return spend_id, decision, _change(work, corrected(life, was, right, checked), event)


def _check(
    work: Work, life: Life, spend: Spend, was: SpendOnRecord | None = None
) -> tuple[RecordedDecision | None, Checked]:
    """What the rules say of a spend, or of one in the place of another."""
    plans = store.lived_plans(work, life.case_id)
    lived = plans.on(spend.spent_on)
    if lived.plan is None:
        return None, Checked(lived.version)
    lived.plan.ensure_line(spend.line_id)
    spent = store.spent_so_far(work, life.case_id)
    facts = facts_of(spend, plans, (lived, lived.plan), without(spent, was) if was else spent, work.today)
    decision = work.decide("spending", work.today, facts, case_id=life.case_id, council=life.council)
    return decision, Checked(lived.version, decision.verdict.value, decision.receipt_id)


def judge_spend(work: Work, *, case_id: str, etag: str, judgement: Judgement) -> Life:
    """Record what somebody judged of spending that was marked for it, also of a case that has ended."""
    life = store.life_to_change(work, case_id, etag)
    spend = store.spend_on_record(work, case_id, judgement.spend_id)
    if spend is None:
        raise not_to_judge()
    spend.ensure_may_be_judged(work.actor.subject, case_id)
    store.add_judgement(work, life, judgement)
    event = SpendJudged(
        round=life.round,
        spend_id=judgement.spend_id,
        line_id=spend.spend.line_id,
        amount=pounds(spend.spend.amount),
        judgement=judgement.judgement,
    )
    return _change(work, life.judge(spend, judgement.judgement), event)


def request_review(work: Work, *, case_id: str, etag: str, because: str) -> Life:
    """Record that a review was asked for (s.27(1)(b)). However often it is asked for, one opens.

    The one that is under way answers it.
    """
    life = store.life_to_change(work, case_id, etag)
    life.ensure_open()
    store.add_call(work, life, because=because)
    life = _bring_forward(work, life, Call("", work.today))
    return _change(work, life, ReviewRequested(round=life.round))


def trigger_review(work: Work, *, case_id: str, etag: str, trigger: str) -> Life:
    """Record that something happened which calls for a review out of turn. The one that is under way answers it."""
    life = store.life_to_change(work, case_id, etag)
    life.ensure_open()
    store.add_call(work, life, trigger=trigger)
    life = _bring_forward(work, life, Call(trigger, work.today))
    return _change(work, life, ReviewTriggered(round=life.round, trigger=trigger, law_due=_text(life.law_due)))


def open_review(work: Work, opening: ReviewOpening) -> Life:
    """Open step 7, with a day by when it should be done. A review that was opened before stays as it is."""
    life = store.life(work, opening.case_id)
    already_open = store.life_in(work, life, opening.round)
    if already_open and already_open.due_on:
        return already_open
    life.ensure_not_elsewhere()
    life.ensure_not_under_review()
    facts = {"clock": "review", "started_on": opening.opened_on.isoformat()}
    deadline = work.decide("deadlines", opening.opened_on, facts, case_id=life.case_id, council=life.council)
    due_on = deadline.day("due")
    calls = store.calls_for_review(work, life.case_id, opening.round)
    if calls:  # then it is due as what calls for it says, if that is sooner
        limit = date.fromisoformat(str(work.decided_values(life.receipt_id)["limit"]))
        due_on = min(due_on, max(limit, opening.opened_on))
    life = life.open_review(opening.round, reason_for(calls), due_on)
    _tell_next(work, life, NextSteps(Stage.LIFE_LIVED, "reviewed", due_on=due_on))
    event = ReviewOpened(
        round=life.round, reason=reason_for(calls), due_on=due_on.isoformat(), law_due=_text(life.law_due)
    )
    return _change(work, life, event)


def complete_review(work: Work, *, case_id: str, etag: str, review: Review) -> Life:
    """Record how it worked, and what comes next.

    Until another plan is agreed, or needs are assessed again, life goes on with the plan in force: its next review is
    dated.
    """
    life = store.life_to_change(work, case_id, etag).complete()
    if life.in_force:
        life.in_force.ensure_every_need(review.achieved)
    _tell_next(work, life, NextSteps(Stage.SEEN_HOW_IT_WORKED, review.outcome))
    store.add_review(work, life, review)
    event = ReviewCompleted(round=life.round, outcome=review.outcome)
    if review.outcome in GOES_ON:
        life = life.schedule(_decide(work, life, life.reviewed_facts(work.today)))
        event = replace(event, law_due=_text(life.law_due))
    return _change(work, life, event)


def _tell_next(work: Work, life: Life, steps: NextSteps) -> None:
    """Tell the person in writing what comes after a step. Raises a Fault (INTERNAL, LETTER_REFUSED)."""
    documents.add(work, case_id=life.case_id, council=life.council, about=steps.about, values=steps)


def close_case(work: Work, *, case_id: str) -> None:
    """Close what is open because the case has ended."""
    close_once(case_id, store.newest(work, case_id), partial(store.change_life, work))


def record_overdue(work: Work, *, case_id: str, passed: PassedDate) -> None:
    """Record that the date of a step has passed, or that one set by law is near."""
    overdue.record(work, store.life(work, case_id), passed)


def _change(work: Work, life: Life, event: Payload) -> Life:
    changed = store.change_life(work, life)
    work.tell(changed.case_id, changed.council, event)
    return changed


def _schedule(work: Work, opening: LifeOpening, before: Life | None) -> Schedule:
    last_review_on = store.last_review_on(work, opening.case_id) if before and not opening.continues else None
    facts = opening.schedule_facts(last_review_on)
    decision = work.decide(
        "review-schedule", opening.started_on, facts, case_id=opening.case_id, council=opening.council
    )
    return Schedule.of(decision.values, decision.receipt_id)


def _bring_forward(work: Work, life: Life, call: Call) -> Life:
    """The life whose review, the next one or that under way, is as soon as what calls for it says."""
    under_review = life.state is LifeState.UNDER_REVIEW
    so_far = life.reviewed_facts(work.today) if under_review else {}  # what the dates were that led to it is over
    return life.bring_forward(_decide(work, life, so_far | call.schedule_facts()))


def _decide(work: Work, life: Life, other: Mapping[str, Json]) -> Schedule:
    """When the next review of a life is due, by the facts by which it was dated before and others in their place."""
    before = work.decided_on(life.receipt_id)
    facts = {name: before.get(name) for name in LASTING_FACTS} | dict(other)
    decision = work.decide("review-schedule", work.today, facts, case_id=life.case_id, council=life.council)
    return Schedule.of(decision.values, decision.receipt_id)


def _opened(life: Life) -> LifeOpened:
    return LifeOpened(
        round=life.round,
        plan_version=life.plan_version,
        review_due=life.review_due.isoformat(),
        due_kind=life.due_kind,
        rule=life.due_rule,
        law_due=_text(life.law_due),
    )


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
