"""Spending and calls for reviews are listed in the order in which they were recorded, whatever the clock said."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the schema forward. What was recorded before comes first, in the order of its times."""
    for table in ("spending", "calls"):
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
