"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "sessions",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "sealed", "form_key")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("begun", "seen", "renewing")),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("sessions_by_age", "sessions", ["seen"], unique=False)
