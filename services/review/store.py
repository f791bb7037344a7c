"""How steps 6 and 7 are stored: one life a round, and what was spent, called for and reviewed in it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from services.review.domain.life import Call, Life, LifeState, Review, ReviewReason
from services.review.domain.plan_in_force import LivedPlans, PlanInForce
from services.review.domain.spending import (
    Checked,
    Judgement,
    Spend,
    SpendJudgement,
    SpendOnRecord,
    Totals,
    evidence_used,
)
from services.review.tables import calls, judgements, lives, reviews, spending
from sevensteps import clock
from sevensteps.money import pounds
from sevensteps.service import statements
from sevensteps.service.records import Change, as_row, find, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import CaseUnknown, Work, new_id
from sevensteps.steps import DueKind

DIGESTS = {"receipt_digest": "receipt_id", "law_receipt_digest": "law_receipt_id"}
"""The columns with the digests of the receipts that a life names."""
_LIFE = sa.select(*(column for column in lives.c if column.name not in DIGESTS)).where(*matching(lives, "case_id"))
NEWEST = _LIFE.order_by(lives.c.round.desc()).limit(1)
LIFE = _LIFE.where(*matching(lives, "round"))
CHANGE_LIFE = Change(
    lives,
    key=("case_id", "round"),
    version="version",
    columns=[column.name for column in lives.c if column.name not in {"case_id", "round", "version", *DIGESTS}],
    kept=DIGESTS,
)
PLANS = sa.select(lives.c.plan_version, lives.c.in_force).where(*matching(lives, "case_id")).order_by(lives.c.round)
_PENCE = sa.cast(sa.func.replace(spending.c.amount, ".", ""), sa.BigInteger)  # "-0.05" is -5: always two decimals
CORRECTIONS = spending.alias("corrections")
_CORRECTED_BY = CORRECTIONS.c.corrects == spending.c.spend_id
SPENT = (
    sa.select(spending.c.plan_version, spending.c.line_id, sa.func.sum(_PENCE).label("pence"))
    .where(*matching(spending, "case_id"), ~sa.exists().where(_CORRECTED_BY))
    .group_by(spending.c.plan_version, spending.c.line_id)
)
USE_EVIDENCE = sa.text(
    "INSERT INTO evidence_used (case_id, evidence) VALUES (:case_id, :evidence) ON CONFLICT DO NOTHING"
)
"""Adds evidence unless it is there. On PostgreSQL it waits for a spend that is just being recorded with the same."""
ON_RECORD = (
    sa.select(spending, judgements.c.judgement.label("judged"), CORRECTIONS.c.spend_id.label("corrected_by"))
    .join_from(spending, judgements, isouter=True)
    .join(CORRECTIONS, _CORRECTED_BY, isouter=True)
    .where(*matching(spending, "case_id", "spend_id"))
    .order_by(judgements.c.version.desc())
    .limit(1)
)
"""A spend of a case with its last judgement, and what corrects it."""
RECORDED_BY = sa.select(spending.c.recorded_by, spending.c.corrects).where(*matching(spending, "spend_id"))
CHANGE_SPENT = (
    lives.update()
    .where(lives.c.case_id == sa.bindparam("of_case"), lives.c.round == sa.bindparam("in_round"))
    .values(spent=sa.bindparam("new_spent"))
)
CALLS = (
    sa.select(calls.c.trigger, calls.c.called_at)
    .where(
        calls.c.case_id == sa.bindparam("case_id"),
        sa.or_(
            sa.and_(calls.c.round == sa.bindparam("round"), calls.c.after_review == sa.false()),
            sa.and_(calls.c.round == sa.bindparam("round") - 1, calls.c.after_review == sa.true()),
        ),
    )
    .order_by(calls.c.called_at, calls.c.call_id)
)
"""What called for the review of a round: in the round itself, or after the review of the one before."""
LAST_REVIEW = sa.select(sa.func.max(reviews.c.completed_on)).where(*matching(reviews, "case_id"))
ADD_LIFE = lives.insert()
ADD_SPEND = spending.insert()
ADD_JUDGEMENT = judgements.insert()
ADD_CALL = calls.insert()
ADD_REVIEW = reviews.insert()


def newest(work: Work, case_id: str) -> Life | None:
    """The life of the newest round; None before step 6. Raises a Fault (NOT_FOUND) for another council's case."""
    return _life(find(work, NEWEST, case_id=case_id))


def is_closed(work: Work, case_id: str) -> bool | None:
    """Whether a case is closed here; None before step 6. Raises a Fault (NOT_FOUND) for another council's case."""
    last = newest(work, case_id)
    return last.closed if last else None


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
        "not_agreed": Decimal(row["not_agreed"]),
        "reason": ReviewReason(row["reason"]) if row["reason"] else None,
        "in_force": _in_force(row["in_force"]),
    }
    return Life(**(dict(row) | typed))


def _row(work: Work, life: Life) -> dict[str, object]:
    digests = {digest: work.new_digest(getattr(life, receipt_id)) for digest, receipt_id in DIGESTS.items()}
    amounts = {"spent": pounds(life.spent), "not_agreed": pounds(life.not_agreed)}
    return as_row(life) | digests | amounts | {"in_force": _in_force_text(life.in_force)}


def _in_force(text: str | None) -> PlanInForce | None:
    if text is None:
        return None
    said = json.loads(text)
    return PlanInForce(
        lines={line: Decimal(weekly) for line, weekly in said["lines"].items()},
        support_since=date.fromisoformat(said["support_since"]),
        needs=tuple(said["needs"]),
        complex=said["complex"],
        once={line: Decimal(amount) for line, amount in said.get("once", {}).items()},
    )


def _in_force_text(plan: PlanInForce | None) -> str | None:
    if plan is None:
        return None
    lines = {line: pounds(weekly) for line, weekly in plan.lines.items()}
    once = {line: pounds(amount) for line, amount in plan.once.items()}
    return json.dumps(as_row(plan) | {"lines": lines, "once": once, "support_since": plan.support_since.isoformat()})


def lived_plans(work: Work, case_id: str) -> LivedPlans:
    """The plans that a case has lived with, the oldest first."""
    rows = work.connection.execute(PLANS, {"case_id": case_id})
    return LivedPlans.of((row.plan_version, _in_force(row.in_force)) for row in rows)


def spent_so_far(work: Work, case_id: str) -> Totals:
    """What was spent by version of the plan and line, less what came back."""
    rows = work.connection.execute(SPENT, {"case_id": case_id})
    return {(row.plan_version, row.line_id): Decimal(int(row.pence)).scaleb(-2) for row in rows}


def add_life(work: Work, life: Life) -> None:
    """Store the life of a new round."""
    work.connection.execute(ADD_LIFE, _row(work, life))


def change_life(work: Work, life: Life) -> Life:
    """Store a changed life, and answer its new version. Raises a Fault (ABORTED) if it was changed meanwhile."""
    CHANGE_LIFE.write(work, _row(work, life), life.version)
    return replace(life, version=life.version + 1)


def use_evidence(work: Work, case_id: str, evidence: str) -> None:
    """Store that evidence stands for a spend. Raises a Fault (PRECONDITION, EVIDENCE_USED) where it does already."""
    if work.connection.execute(USE_EVIDENCE, {"case_id": case_id, "evidence": evidence}).rowcount != 1:
        raise evidence_used(case_id)


def spend_on_record(work: Work, case_id: str, spend_id: str) -> SpendOnRecord | None:
    """A spend of a case, to be judged or corrected; None where the case has none of this id."""
    row = statements.first(work.connection, ON_RECORD, {"case_id": case_id, "spend_id": spend_id})
    if row is None:
        return None
    return SpendOnRecord(
        spend_id=spend_id,
        round=row["round"],
        spend=Spend(row["line_id"], Decimal(row["amount"]), row["spent_on"], row["evidence"]),
        checked=Checked(row["plan_version"], row["verdict"] or "", row["receipt_id"] or ""),
        recorded_by=frozenset(_recorded_by(work, spend_id)),
        judged=SpendJudgement(row["judged"]) if row["judged"] else None,
        corrected_by=row["corrected_by"] or "",
    )


def _recorded_by(work: Work, spend_id: str | None) -> Iterator[str]:
    """Who recorded a spend, and each that it corrects."""
    while spend_id:
        row = work.connection.execute(RECORDED_BY, {"spend_id": spend_id}).one()
        yield row.recorded_by
        spend_id = row.corrects


def add_judgement(work: Work, of: Life, judgement: Judgement) -> None:
    """Store what was judged of a spend."""
    row = as_row(judgement) | {"version": of.version, "judged_by": work.actor.subject, "judged_at": work.now_text}
    work.connection.execute(ADD_JUDGEMENT, row)


def change_spent_before(work: Work, newest_life: Life, round_: int, more: Decimal) -> None:
    """Store that so much more was spent in the life of an earlier round."""
    before = life_in(work, newest_life, round_)
    if before is not None:
        values = {"of_case": before.case_id, "in_round": round_, "new_spent": pounds(before.spent + more)}
        work.connection.execute(CHANGE_SPENT, values)


def add_spend(
    work: Work, of: Life, spend: Spend, checked: Checked, *, corrects: SpendOnRecord | None = None, because: str = ""
) -> str:
    """Store what was spent, or what is right in the place of another spend; answers its id."""
    spend_id = new_id("spend")
    row = {
        "spend_id": spend_id,
        "case_id": of.case_id,
        "round": corrects.round if corrects else of.round,
        "corrects": corrects.spend_id if corrects else None,
        "because": because,
        "line_id": spend.line_id,
        "amount": pounds(spend.amount),
        "spent_on": spend.spent_on,
        "evidence": spend.evidence,
        "recorded_by": work.actor.subject,
        "recorded_at": work.now_text,
        **as_row(checked),
        "receipt_digest": work.new_digest(checked.receipt_id),
        "version": of.version,
    }
    work.connection.execute(ADD_SPEND, row)
    return spend_id


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
        "after_review": of.state is LifeState.ELSEWHERE,
        "version": of.version,
    }
    work.connection.execute(ADD_CALL, row)


def calls_for_review(work: Work, case_id: str, round_: int) -> tuple[Call, ...]:
    """What calls for the review of a round: what came in it, or after the review of the one before; the first first."""
    rows = work.connection.execute(CALLS, {"case_id": case_id, "round": round_})
    return tuple(Call(row.trigger, clock.uk_day(clock.from_text(row.called_at))) for row in rows)


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
