"""The place in a trace at which each event in the outbox came to be."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("outbox", sa.Column("traceparent", sa.Text(), nullable=True))
