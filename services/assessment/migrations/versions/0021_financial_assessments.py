"""Financial assessments: who can pay how much towards their support, and by which decision."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "financial_assessments",
        sa.Column("financial_assessment_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=True),
        sa.Column("means", sa.Text(), nullable=True),
        sa.Column("answers_id", sa.Text(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("receipt_digest", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("assessed_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("charge", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=True),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.receipt_id"]),
        sa.PrimaryKeyConstraint("financial_assessment_id"),
    )
    op.create_index("financial_assessments_of_case", "financial_assessments", ["case_id", "number"], unique=True)
    stands = sa.text("standing")
    op.create_index(
        "standing_financial_assessments",
        "financial_assessments",
        ["case_id"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
