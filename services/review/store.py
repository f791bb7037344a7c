"""How steps 6 and 7 are stored: one life a round, and what was spent, called for and reviewed in it."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from services.review.domain import Life, LifeState, Review, ReviewReason, Spend
from services.review.tables import calls, lives, reviews, spending
from sevensteps.money import pounds
from sevensteps.service.records import Change, as_row, find, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import CaseUnknown, Work, new_id
from sevensteps.steps import DueKind

_LIFE = sa.select(lives).where(*matching(lives, "case_id"))
NEWEST = _LIFE.order_by(lives.c.round.desc()).limit(1)
LIFE = _LIFE.where(*matching(lives, "round"))
CHANGE_LIFE = Change(lives, key=("case_id", "round"), version="version", columns=("state", "spent", "reason", "due_on"))
CALLS = sa.select(calls.c.trigger).where(*matching(calls, "case_id", "round"))
LAST_REVIEW = sa.select(sa.func.max(reviews.c.completed_on)).where(*matching(reviews, "case_id"))
ADD_LIFE = lives.insert()
ADD_SPEND = spending.insert()
ADD_CALL = calls.insert()
ADD_REVIEW = reviews.insert()


def newest(work: Work, case_id: str) -> Life | None:
    """The life of the newest round; None before step 6. Raises a Fault (NOT_FOUND) for another council's case."""
    return _life(find(work, NEWEST, case_id=case_id))


def life(work: Work, case_id: str) -> Life:
    """The same. Raises CaseUnknown for a case that has not come to step 6."""
    life = newest(work, case_id)
    if life is None:
        raise CaseUnknown(case_id, "Step 5 must come first: ArrangeSupport for every funded need.")
    return life


def life_to_change(work: Work, case_id: str, etag: str) -> Life:
    """The same, read to be changed. Raises a Fault (ABORTED) when the etag is stale."""
    to_change = life(work, case_id)
    work.check_etag(case_id, etag, to_change.version)
    return to_change


def life_in(work: Work, last: Life, round_: int) -> Life | None:
    """The life of a round; `last` is the newest one."""
    if round_ >= last.round:
        return last if round_ == last.round else None
    return _life(find(work, LIFE, case_id=last.case_id, round=round_))


def _life(row: Row | None) -> Life | None:
    if row is None:
        return None
    typed = {
        "state": LifeState(row["state"]),
        "due_kind": DueKind(row["due_kind"]),
        "spent": Decimal(row["spent"]),
        "reason": ReviewReason(row["reason"]) if row["reason"] else None,
    }
    return Life(**(dict(row) | typed))


def _row(life: Life) -> dict[str, object]:
    return as_row(life) | {"spent": pounds(life.spent)}


def add_life(work: Work, life: Life) -> None:
    """Store the life of a new round."""
    work.connection.execute(ADD_LIFE, _row(life))


def change_life(work: Work, life: Life) -> Life:
    """Store a changed life, and answer its new version. Raises a Fault (ABORTED) if it was changed meanwhile."""
    CHANGE_LIFE.write(work, _row(life), life.version)
    return replace(life, version=life.version + 1)


def add_spend(work: Work, of: Life, spend: Spend) -> None:
    """Store what was spent."""
    row = {
        "spend_id": new_id("spend"),
        "case_id": of.case_id,
        "round": of.round,
        "line_id": spend.line_id,
        "amount": pounds(spend.amount),
        "spent_on": spend.spent_on,
        "evidence": spend.evidence,
        "recorded_by": work.actor.subject,
        "recorded_at": work.now_text,
        "version": of.version,
    }
    work.connection.execute(ADD_SPEND, row)


def add_call(work: Work, of: Life, *, trigger: str = "", because: str = "") -> None:
    """Store what calls for a review: a trigger, or a request with its reasons."""
    row = {
        "call_id": new_id("call"),
        "case_id": of.case_id,
        "round": of.round,
        "trigger": trigger,
        "because": because,
        "called_by": work.actor.subject,
        "called_at": work.now_text,
        "version": of.version,
    }
    work.connection.execute(ADD_CALL, row)


def calls_in(work: Work, of: Life) -> set[str]:
    """What called for a review in this round: triggers by name, and "" for requests."""
    return set(work.connection.execute(CALLS, {"case_id": of.case_id, "round": of.round}).scalars())


def add_review(work: Work, of: Life, review: Review) -> None:
    """Store the review of this round."""
    row = {
        "case_id": of.case_id,
        "round": of.round,
        "achieved": json.dumps(dict(review.achieved), sort_keys=True),
        "how_it_worked": review.how_it_worked,
        "money_used_properly": review.money_used_properly,
        "outcome": review.outcome,
        "completed_by": work.actor.subject,
        "completed_on": work.today,
    }
    work.connection.execute(ADD_REVIEW, row)


def last_review_on(work: Work, case_id: str) -> date | None:
    """The day of the last review of the case, whatever it led to."""
    day: date | None = work.connection.execute(LAST_REVIEW, {"case_id": case_id}).scalar_one()
    return day
