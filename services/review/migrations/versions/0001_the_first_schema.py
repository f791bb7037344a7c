"""The first schema."""

import sqlalchemy as sa
from alembic import op

from sevensteps.service.migrations import create_shared_tables_0001

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Bring the schema forward."""
    create_shared_tables_0001()
    op.create_table(
        "lives",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("review_due", sa.Date(), nullable=False),
        sa.Column("due_kind", sa.Text(), nullable=False),
        sa.Column("due_rule", sa.Text(), nullable=False),
        sa.Column("law_due", sa.Date(), nullable=True),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("spent", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["receipts.receipt_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "round"),
    )
    op.create_index(
        "one_open_a_case",
        "lives",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('living', 'under_review')"),
        postgresql_where=sa.text("state IN ('living', 'under_review')"),
    )
    op.create_table(
        "calls",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("called_by", sa.Text(), nullable=False),
        sa.Column("called_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "round"],
            ["lives.case_id", "lives.round"],
        ),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index("calls_by_life", "calls", ["case_id", "round"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("achieved", sa.Text(), nullable=False),
        sa.Column("how_it_worked", sa.Text(), nullable=False),
        sa.Column("money_used_properly", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("completed_by", sa.Text(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "round"],
            ["lives.case_id", "lives.round"],
        ),
        sa.PrimaryKeyConstraint("case_id", "round"),
    )
    op.create_table(
        "spending",
        sa.Column("spend_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "round"],
            ["lives.case_id", "lives.round"],
        ),
        sa.PrimaryKeyConstraint("spend_id"),
    )
    op.create_index("spending_by_life", "spending", ["case_id", "round"], unique=False)
