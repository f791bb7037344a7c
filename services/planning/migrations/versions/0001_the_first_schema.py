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
        "plannings",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("eligible_needs", sa.Text(), nullable=False),
        sa.Column("indicative", sa.Text(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("agreed_version", sa.Integer(), nullable=False),
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("stage_open", sa.Boolean(), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "openings",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["plannings.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "stage", "plan_version"),
    )
    op.create_table(
        "plans",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["plannings.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "version"),
    )
    op.create_table(
        "money_arrangements",
        sa.Column("arrangement_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("weekly", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=True),
        sa.Column("arranged_at", sa.Text(), nullable=False),
        sa.Column("arranged_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "plan_version"],
            ["plans.case_id", "plans.version"],
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["receipts.receipt_id"],
        ),
        sa.PrimaryKeyConstraint("arrangement_id"),
    )
    op.create_index("money_by_plan", "money_arrangements", ["case_id", "plan_version", "arranged_at"], unique=False)
    op.create_table(
        "support_arrangements",
        sa.Column("arrangement_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("arranged_at", sa.Text(), nullable=False),
        sa.Column("arranged_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "plan_version"],
            ["plans.case_id", "plans.version"],
        ),
        sa.PrimaryKeyConstraint("arrangement_id"),
    )
    op.create_index("support_by_plan", "support_arrangements", ["case_id", "plan_version", "arranged_at"], unique=False)
