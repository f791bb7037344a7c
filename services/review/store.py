"""How steps 6 and 7 are kept: one life a time around, and what was spent, called for and found in it."""

import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from services.review.domain import Life, LifeState, Review, ReviewReason, Spend
from sevensteps.errors import stale
from sevensteps.money import pounds
from sevensteps.service.tables import receipts
from sevensteps.service.work import CaseUnknown, Work, new_id
from sevensteps.steps import DueKind

metadata = sa.MetaData()

lives = sa.Table(
    "lives",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("plan_version", sa.Integer, nullable=False),
    sa.Column("review_due", sa.Date, nullable=False),
    sa.Column("due_kind", sa.Text, nullable=False),
    sa.Column("due_rule", sa.Text, nullable=False),
    sa.Column("law_due", sa.Date),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("spent", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("due_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(
        "one_open_a_case",
        "case_id",
        unique=True,
        sqlite_where=sa.text("state IN ('living', 'under_review')"),
        postgresql_where=sa.text("state IN ('living', 'under_review')"),
    ),
)


spending = sa.Table(
    "spending",
    metadata,
    sa.Column("spend_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("line_id", sa.Text, nullable=False),
    sa.Column("amount", sa.Text, nullable=False),
    sa.Column("spent_on", sa.Date, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["case_id", "round"], ["lives.case_id", "lives.round"]),
    sa.Index("spending_by_life", "case_id", "round"),
)

calls = sa.Table(
    "calls",
    metadata,
    sa.Column("call_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("trigger", sa.Text, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("called_by", sa.Text, nullable=False),
    sa.Column("called_at", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["case_id", "round"], ["lives.case_id", "lives.round"]),
    sa.Index("calls_by_life", "case_id", "round"),
)
"""What called for a review before its date: a trigger, or where that is empty a request with its reasons."""

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("achieved", sa.Text, nullable=False),
    sa.Column("how_it_worked", sa.Text, nullable=False),
    sa.Column("money_used_properly", sa.Boolean),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("completed_by", sa.Text, nullable=False),
    sa.Column("completed_on", sa.Date, nullable=False),
    sa.ForeignKeyConstraint(["case_id", "round"], ["lives.case_id", "lives.round"]),
)

_LIFE = sa.select(lives).where(lives.c.case_id == sa.bindparam("case_id"))
NEWEST = _LIFE.order_by(lives.c.round.desc()).limit(1)
LIFE = _LIFE.where(lives.c.round == sa.bindparam("round"))
CHANGE_LIFE = (
    lives.update()
    .where(
        lives.c.case_id == sa.bindparam("the_case"),
        lives.c.round == sa.bindparam("the_round"),
        lives.c.version == sa.bindparam("read_version"),
    )
    .values(
        state=sa.bindparam("state"),
        spent=sa.bindparam("spent"),
        reason=sa.bindparam("reason"),
        due_on=sa.bindparam("due_on"),
        version=lives.c.version + 1,
    )
)
CALLS = sa.select(calls.c.trigger).where(
    calls.c.case_id == sa.bindparam("case_id"), calls.c.round == sa.bindparam("round")
)
LAST_REVIEW = sa.select(sa.func.max(reviews.c.completed_on)).where(reviews.c.case_id == sa.bindparam("case_id"))
ADD_LIFE = lives.insert()
ADD_SPEND = spending.insert()
ADD_CALL = calls.insert()
ADD_REVIEW = reviews.insert()


def newest(work: Work, case_id: str) -> Life | None:
    """The present time around, if the case has come to step 6. Raises a Fault (NOT_FOUND) for another council's."""
    return _found(work, NEWEST, {"case_id": case_id})


def life_of(work: Work, case_id: str, round_: int) -> Life | None:
    """One time around, likewise."""
    return _found(work, LIFE, {"case_id": case_id, "round": round_})


def life(work: Work, case_id: str) -> Life:
    """The present time around. Raises CaseUnknown for a case that has not come to step 6."""
    found = newest(work, case_id)
    if found is None:
        raise CaseUnknown(case_id, "Step 5 must come first: ArrangeSupport for every funded need.")
    return found


def life_to_change(work: Work, case_id: str, etag: str) -> Life:
    """The same, read to be changed. Raises a Fault (ABORTED) when the etag is stale."""
    found = life(work, case_id)
    work.check_etag(case_id, etag, found.version)
    return found


def _found(work: Work, query: sa.Select[tuple[object, ...]], key: dict[str, object]) -> Life | None:
    row = work.connection.execute(query, key).first()
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    work.confine(values["case_id"], values["council"])
    values["state"] = LifeState(values["state"])
    values["due_kind"] = DueKind(values["due_kind"])
    values["spent"] = Decimal(values["spent"])
    values["reason"] = ReviewReason(values["reason"]) if values["reason"] else None
    return Life(**values)


def add_life(work: Work, added: Life) -> None:
    """Keep a new time around."""
    work.connection.execute(ADD_LIFE, asdict(added) | {"spent": pounds(added.spent)})


def change_life(work: Work, changed: Life) -> Life:
    """Keep a changed one, unless somebody changed it meanwhile: a Fault (ABORTED). Answers what is kept."""
    row = {
        "the_case": changed.case_id,
        "the_round": changed.round,
        "read_version": changed.version,
        "state": changed.state,
        "spent": pounds(changed.spent),
        "reason": changed.reason,
        "due_on": changed.due_on,
    }
    if work.connection.execute(CHANGE_LIFE, row).rowcount != 1:
        raise stale(changed.case_id)
    return replace(changed, version=changed.version + 1)


def add_spend(work: Work, of: Life, spent: Spend) -> None:
    """Keep what was spent."""
    row = {
        "spend_id": new_id("spend"),
        "case_id": of.case_id,
        "round": of.round,
        "line_id": spent.line_id,
        "amount": pounds(spent.amount),
        "spent_on": spent.spent_on,
        "evidence": spent.evidence,
        "recorded_by": work.actor.subject,
        "recorded_at": work.now_text,
    }
    work.connection.execute(ADD_SPEND, row)


def add_call(work: Work, of: Life, *, trigger: str = "", because: str = "") -> None:
    """Keep what calls for a review: a trigger, or a request with its reasons."""
    row = {
        "call_id": new_id("call"),
        "case_id": of.case_id,
        "round": of.round,
        "trigger": trigger,
        "because": because,
        "called_by": work.actor.subject,
        "called_at": work.now_text,
    }
    work.connection.execute(ADD_CALL, row)


def calls_in(work: Work, of: Life) -> set[str]:
    """What called for a review in this time around: triggers by name, and "" for requests."""
    return set(work.connection.execute(CALLS, {"case_id": of.case_id, "round": of.round}).scalars())


def add_review(work: Work, of: Life, review: Review) -> None:
    """Keep what the review of this time around found."""
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
