"""The tables of the review service."""

import sqlalchemy as sa

from sevensteps.service.decided_records import Claim, DecidedRecords
from sevensteps.service.tables import filled, receipts

metadata = sa.MetaData()

lives = sa.Table(
    "lives",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    *filled(sa.Text, "council", "state"),
    sa.Column("plan_version", sa.Integer, nullable=False),
    sa.Column("review_due", sa.Date, nullable=False),
    *filled(sa.Text, "due_kind", "due_rule"),
    sa.Column("law_due", sa.Date),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("receipt_digest", sa.Text),
    sa.Column("spent", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("due_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("in_force", sa.Text),
    sa.Column("spends_to_judge", sa.Integer),
    sa.Column("law_receipt_id", sa.Text),
    sa.Column("law_receipt_digest", sa.Text),
    sa.Column("not_agreed", sa.Text, nullable=False, server_default="0.00"),
    sa.Index(
        "one_open_a_case",
        "case_id",
        unique=True,
        sqlite_where=sa.text("state IN ('living', 'under_review')"),
        postgresql_where=sa.text("state IN ('living', 'under_review')"),
    ),
)
"""One row a round. `in_force` is what is known of its plan, as JSON; empty in a life that opened before it was kept.
`law_receipt_id` is the receipt of the decision that set `law_due`, which a later one of practice may not change."""

spending = sa.Table(
    "spending",
    metadata,
    sa.Column("spend_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    *filled(sa.Text, "line_id", "amount"),
    sa.Column("spent_on", sa.Date, nullable=False),
    *filled(sa.Text, "evidence", "recorded_by", "recorded_at"),
    sa.Column("plan_version", sa.Integer),
    sa.Column("verdict", sa.Text),
    sa.Column("receipt_id", sa.Text),
    sa.Column("receipt_digest", sa.Text),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("corrects", sa.Text),
    sa.Column("because", sa.Text),
    sa.ForeignKeyConstraint(["case_id", "round"], ["lives.case_id", "lives.round"]),
    sa.Index("spending_by_life", "case_id", "round"),
    sa.Index("spending_by_corrected", "corrects"),
)
"""`plan_version` was in force on the day. What was recorded before it was checked has no verdict and no receipt.

A correction is a row of its own, in the round of what it `corrects`, and says why: what is corrected stays as it is,
and counts no more."""

judgements = sa.Table(
    "judgements",
    metadata,
    sa.Column("spend_id", sa.Text, sa.ForeignKey(spending.c.spend_id), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    *filled(sa.Text, "judgement", "because", "judged_by", "judged_at"),
)
"""What was judged of spending that needs judgement. `version` is the life's own before it: the last one holds."""

evidence_used = sa.Table(
    "evidence_used",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("evidence", sa.Text, primary_key=True),
)
"""The evidence of every spend: each counts once in a case."""

calls = sa.Table(
    "calls",
    metadata,
    sa.Column("call_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    *filled(sa.Text, "trigger", "because", "called_by", "called_at"),
    sa.Column("after_review", sa.Boolean),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.ForeignKeyConstraint(["case_id", "round"], ["lives.case_id", "lives.round"]),
    sa.Index("calls_by_life", "case_id", "round"),
)
"""What called for a review before its date: a trigger, or where that is empty a request with its reasons.

One that came after the review of its round was done (`after_review`) calls for the review of the next. `version`, as in
spending, is the life's own before it, and so their order.
"""

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    *filled(sa.Text, "achieved", "how_it_worked"),
    sa.Column("money_used_properly", sa.Boolean),
    *filled(sa.Text, "outcome", "completed_by"),
    sa.Column("completed_on", sa.Date, nullable=False),
    sa.ForeignKeyConstraint(["case_id", "round"], ["lives.case_id", "lives.round"]),
)

DECIDED = (
    DecidedRecords(
        "date of the next review",
        lives,
        (
            Claim("review_due", "values.due"),
            Claim("due_kind", "values.kind"),
            Claim("due_rule", "values.rule"),
        ),
    ),
    DecidedRecords(
        "date by which the law wants a review",
        lives,
        (Claim("law_due", "values.law_due"),),
        receipt_id="law_receipt_id",
        receipt_digest="law_receipt_digest",
    ),
    DecidedRecords(
        "spending",
        spending,
        (Claim("verdict", "verdict"), Claim("recorded_by", "actor")),
    ),
)
"""What is recorded by decisions, and what of it their receipts say too."""
