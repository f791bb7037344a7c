"""The use cases of steps 6 and 7, one function each, in one transaction each."""

from datetime import date
from functools import partial

from services.review import store
from services.review.domain import (
    Life,
    LifeOpening,
    Review,
    ReviewOpening,
    Schedule,
    Spend,
    ensure_next,
    reason_for,
)
from sevensteps.events import (
    LifeOpened,
    Payload,
    ReviewCompleted,
    ReviewOpened,
    ReviewRequested,
    ReviewTriggered,
    SpendRecorded,
)
from sevensteps.money import pounds
from sevensteps.service import overdue
from sevensteps.service.closing import close_once
from sevensteps.service.overdue import PassedDate
from sevensteps.service.work import Work


def open_life(work: Work, opening: LifeOpening) -> Life:
    """Open step 6 and date the next review (s.27). A round that was opened before stays as it is."""
    before = store.newest(work, opening.case_id)
    work.confine_opening(opening.case_id, opening.council, before.council if before else None)
    if before and (already_open := store.life_in(work, before, opening.round)):
        return already_open
    ensure_next(before, opening.case_id, opening.round)
    life = Life.open(opening, _schedule(work, opening, before), before)
    store.add_life(work, life)
    work.tell(life.case_id, life.council, _opened(life))
    return life


def get_life(work: Work, *, case_id: str) -> Life:
    """Read where a case stands in steps 6 and 7."""
    return store.life(work, case_id)


def record_spend(work: Work, *, case_id: str, etag: str, spend: Spend) -> Life:
    """Record money spent against a line of the plan."""
    life = store.life_to_change(work, case_id, etag).spend(spend)
    store.add_spend(work, life, spend)
    event = SpendRecorded(
        round=life.round, line_id=spend.line_id, amount=pounds(spend.amount), spent_on=spend.spent_on.isoformat()
    )
    return _change(work, life, event)


def request_review(work: Work, *, case_id: str, etag: str, because: str) -> Life:
    """Record that a review was asked for (s.27(1)(b)). However often it is asked for, one opens."""
    life = store.life_to_change(work, case_id, etag)
    life.ensure_living()
    store.add_call(work, life, because=because)
    return _change(work, life, ReviewRequested(round=life.round))


def trigger_review(work: Work, *, case_id: str, etag: str, trigger: str) -> Life:
    """Record that something happened which calls for a review out of turn."""
    life = store.life_to_change(work, case_id, etag)
    life.ensure_living()
    store.add_call(work, life, trigger=trigger)
    return _change(work, life, ReviewTriggered(round=life.round, trigger=trigger))


def open_review(work: Work, opening: ReviewOpening) -> date:
    """Open step 7 and answer by when it should be done. A review that was opened before stays as it is."""
    life = store.life(work, opening.case_id)
    already_open = store.life_in(work, life, opening.round)
    if already_open and already_open.due_on:
        return already_open.due_on
    life.ensure_living()
    facts = {"clock": "review", "started_on": opening.opened_on.isoformat()}
    deadline = work.decide("deadlines", opening.opened_on, facts, case_id=life.case_id, council=life.council)
    due_on = deadline.day("due")
    reason = reason_for(store.calls_in(work, life))
    event = ReviewOpened(round=opening.round, reason=reason, due_on=due_on.isoformat())
    _change(work, life.open_review(opening.round, reason, due_on), event)
    return due_on


def complete_review(work: Work, *, case_id: str, etag: str, review: Review) -> Life:
    """Record how it worked, and what comes next."""
    life = store.life_to_change(work, case_id, etag).complete()
    store.add_review(work, life, review)
    return _change(work, life, ReviewCompleted(round=life.round, outcome=review.outcome))


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


def _opened(life: Life) -> LifeOpened:
    return LifeOpened(
        round=life.round,
        plan_version=life.plan_version,
        review_due=life.review_due.isoformat(),
        due_kind=life.due_kind,
        rule=life.due_rule,
        law_due=life.law_due.isoformat() if life.law_due else "",
    )
