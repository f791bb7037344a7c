"""Who pays what of the cost of an agreed plan, each time that it was stated."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward. Of plans that were signed before, nothing was stated yet."""
    op.create_table(
        "personal_budgets",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Text(), nullable=False),
        sa.Column("adult_pays", sa.Text(), nullable=False),
        sa.Column("council_pays", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("financial_assessment_id", sa.Text(), nullable=False),
        sa.Column("one_off_cost", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=True),
        sa.Column("receipt_digest", sa.Text(), nullable=True),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id", "version"], ["approvals.case_id", "approvals.version"]),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.receipt_id"]),
        sa.PrimaryKeyConstraint("case_id", "version", "number"),
    )
