"""What was assessed, and what the rules and the practitioner say about the duty to meet the needs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the schema forward. What was assessed before is read from its receipt."""
    op.add_column("determinations", sa.Column("assessment", sa.Text(), nullable=True))
    op.add_column("determinations", sa.Column("duty_receipt_id", sa.Text(), nullable=True))
    op.add_column("determinations", sa.Column("duty_receipt_digest", sa.Text(), nullable=True))
    op.add_column("determinations", sa.Column("duty_owed", sa.Text(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("determinations", sa.Column("duty_because", sa.Text(), nullable=False, server_default=sa.text("''")))
