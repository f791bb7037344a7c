"""Where a practitioner departed from a proposal, outcome by outcome, and what had been proposed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the schema forward. Nobody could depart before."""
    op.add_column("determinations", sa.Column("departures", sa.Text(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("determinations", sa.Column("proposal", sa.Text(), nullable=True))
