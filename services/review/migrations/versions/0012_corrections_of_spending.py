"""Spending that was recorded wrongly is corrected by a record beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward. What was recorded before corrects nothing."""
    op.add_column("spending", sa.Column("corrects", sa.Text()))
    op.add_column("spending", sa.Column("because", sa.Text()))
    op.create_index("spending_by_corrected", "spending", ["corrects"])
