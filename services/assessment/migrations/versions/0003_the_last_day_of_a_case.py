"""The last day of a case that has ended, and dates that have passed."""

import sqlalchemy as sa
from alembic import op

from sevensteps.service.migrations import create_overdue_0003

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the schema forward. Of a case that ended before, the day was not kept."""
    op.add_column("cases", sa.Column("ended_on", sa.Date(), nullable=True))
    create_overdue_0003()
