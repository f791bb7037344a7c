"""The use cases of steps 6 and 7, one function each, in one transaction each."""

from datetime import date
from decimal import Decimal

from services.review import domain, store
from services.review.domain import Life, LifeState, Review, Spend
from sevensteps.errors import not_found
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
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work
from sevensteps.steps import DueKind


def open_life(
    work: Work,
    *,
    case_id: str,
    council: str,
    round_: int,
    plan_version: int,
    started_on: date,
    continues: bool,
    direct_payment_since: date | None,
    own_date: date | None,
) -> Life:
    """Open step 6 and date the next review (s.27). A time around that was opened before stays as it is."""
    if known := store.life_of(work, case_id, round_):
        return known
    last = store.newest(work, case_id)
    domain.ensure_next(last, case_id, round_)
    if last:
        council = last.council
    facts = domain.schedule_facts(
        round_=round_,
        started_on=started_on,
        continues=continues,
        last_review_on=store.last_review_on(work, case_id),
        direct_payment_since=direct_payment_since,
        own_date=own_date,
    )
    schedule = work.decide("review-schedule", started_on, facts, case_id=case_id, council=council)
    opened = Life(
        case_id=case_id,
        round=round_,
        council=council,
        state=LifeState.LIVING,
        plan_version=plan_version,
        review_due=_day(schedule),
        due_kind=DueKind(str(schedule.decision.values["kind"])),
        due_rule=str(schedule.decision.values["rule"]),
        law_due=_law_due(schedule),
        receipt_id=schedule.receipt_id,
        spent=Decimal("0.00"),
        reason=None,
        due_on=None,
        version=last.version + 1 if last else 1,
    )
    store.add_life(work, opened)
    told = LifeOpened(
        round=round_,
        plan_version=plan_version,
        review_due=opened.review_due.isoformat(),
        due_kind=opened.due_kind,
        rule=opened.due_rule,
        law_due=opened.law_due.isoformat() if opened.law_due else "",
    )
    work.tell(case_id, council, told)
    return opened


def get_life(work: Work, *, case_id: str) -> Life:
    """Read where a case stands in steps 6 and 7."""
    return store.life(work, case_id)


def record_spend(work: Work, *, case_id: str, etag: str, spent: Spend) -> Life:
    """Record money spent against a line of the plan."""
    life = store.life_to_change(work, case_id, etag)
    changed = domain.spend(life, spent)
    store.add_spend(work, life, spent)
    told = SpendRecorded(
        round=life.round,
        line_id=spent.line_id,
        amount=pounds(spent.amount),
        spent_on=spent.spent_on.isoformat(),
    )
    return _changed(work, changed, told)


def request_review(work: Work, *, case_id: str, etag: str, because: str) -> Life:
    """Record that a review was asked for (s.27(1)(b)). However often it is asked for, one opens."""
    life = store.life_to_change(work, case_id, etag)
    domain.ensure_living(life)
    store.add_call(work, life, because=because)
    return _changed(work, life, ReviewRequested(round=life.round))


def trigger_review(work: Work, *, case_id: str, etag: str, trigger: str) -> Life:
    """Record that something happened which calls for a review out of turn."""
    life = store.life_to_change(work, case_id, etag)
    domain.ensure_living(life)
    store.add_call(work, life, trigger=trigger)
    return _changed(work, life, ReviewTriggered(round=life.round, trigger=trigger))


def open_review(work: Work, *, case_id: str, round_: int, opened_on: date) -> date:
    """Open step 7 and answer by when it should be done. A review that was opened before stays as it is."""
    known = store.life_of(work, case_id, round_)
    if known and known.due_on:
        return known.due_on
    life = store.life(work, case_id)
    domain.ensure_living(life)
    facts = {"clock": "review", "started_on": opened_on.isoformat()}
    due_on = _day(work.decide("deadlines", opened_on, facts, case_id=case_id, council=life.council))
    opened = domain.open_review(life, round_, domain.reason_for(store.calls_in(work, life)), due_on)
    told = ReviewOpened(round=round_, reason=str(opened.reason), due_on=due_on.isoformat())
    _changed(work, opened, told)
    return due_on


def complete_review(work: Work, *, case_id: str, etag: str, review: Review) -> Life:
    """Record how it worked, and what comes next."""
    life = store.life_to_change(work, case_id, etag)
    completed = domain.complete(life)
    store.add_review(work, life, review)
    return _changed(work, completed, ReviewCompleted(round=life.round, outcome=review.outcome))


def close_case(work: Work, *, case_id: str) -> None:
    """Close what is open because the case has ended. Closing it again changes nothing."""
    last = store.newest(work, case_id)
    if last is None:
        raise not_found(case_id)
    if last.state is not LifeState.CLOSED:
        store.change_life(work, domain.close(last))


def _changed(work: Work, changed: Life, told: Payload) -> Life:
    saved = store.change_life(work, changed)
    work.tell(saved.case_id, saved.council, told)
    return saved


def _day(kept: RecordedDecision) -> date:
    return date.fromisoformat(str(kept.decision.values["due"]))


def _law_due(schedule: RecordedDecision) -> date | None:
    on = schedule.decision.values.get("law_due")
    return date.fromisoformat(on) if isinstance(on, str) else None
