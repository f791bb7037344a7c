"""The tables of the review service."""

import sqlalchemy as sa

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
    *filled(sa.Text, "line_id", "amount"),
    sa.Column("spent_on", sa.Date, nullable=False),
    *filled(sa.Text, "evidence", "recorded_by", "recorded_at"),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.ForeignKeyConstraint(["case_id", "round"], ["lives.case_id", "lives.round"]),
    sa.Index("spending_by_life", "case_id", "round"),
)

calls = sa.Table(
    "calls",
    metadata,
    sa.Column("call_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    *filled(sa.Text, "trigger", "because", "called_by", "called_at"),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.ForeignKeyConstraint(["case_id", "round"], ["lives.case_id", "lives.round"]),
    sa.Index("calls_by_life", "case_id", "round"),
)
"""What called for a review before its date: a trigger, or where that is empty a request with its reasons.

`version`, as in spending, is the life's own before it, and so their order.
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
