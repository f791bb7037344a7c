"""What is known of the plan in force, what was spent against which, evidence that counts once, calls after a review."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Bring the schema forward. Evidence that stands for several spends already stays with all of them."""
    op.add_column("lives", sa.Column("in_force", sa.Text(), nullable=True))
    op.add_column("lives", sa.Column("spends_to_judge", sa.Integer(), nullable=True))
    op.execute("UPDATE lives SET spends_to_judge = 0")
    op.add_column("lives", sa.Column("law_receipt_id", sa.Text(), nullable=True))
    op.add_column("lives", sa.Column("law_receipt_digest", sa.Text(), nullable=True))
    op.execute("UPDATE lives SET law_receipt_id = receipt_id, law_receipt_digest = receipt_digest")
    op.add_column("spending", sa.Column("plan_version", sa.Integer(), nullable=True))
    op.add_column("spending", sa.Column("verdict", sa.Text(), nullable=True))
    op.add_column("spending", sa.Column("receipt_id", sa.Text(), nullable=True))
    op.add_column("spending", sa.Column("receipt_digest", sa.Text(), nullable=True))
    op.execute(
        "UPDATE spending SET verdict = '', receipt_id = '', plan_version = (SELECT lives.plan_version FROM lives"
        " WHERE lives.case_id = spending.case_id AND lives.round = spending.round)"
    )
    op.add_column("calls", sa.Column("after_review", sa.Boolean(), nullable=True))
    op.execute("UPDATE calls SET after_review = false")
    op.create_table(
        "evidence_used",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "evidence"),
    )
    op.execute(
        "INSERT INTO evidence_used (case_id, evidence)"
        " SELECT DISTINCT case_id, evidence FROM spending WHERE evidence <> ''"
    )
