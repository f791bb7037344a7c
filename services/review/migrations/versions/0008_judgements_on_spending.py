"""What people judged of spending that was marked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the schema forward. What was marked in an earlier round waits for a judgement as well."""
    op.create_table(
        "judgements",
        sa.Column("spend_id", sa.Text(), sa.ForeignKey("spending.spend_id"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("spend_id", "version"),
    )
    op.add_column("lives", sa.Column("not_agreed", sa.Text(), nullable=False, server_default="0.00"))
    op.execute(
        "UPDATE lives SET spends_to_judge = (SELECT count(*) FROM spending WHERE spending.case_id = lives.case_id"
        " AND spending.round <= lives.round AND spending.verdict = 'needs_judgement')"
    )
