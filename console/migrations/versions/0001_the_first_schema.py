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
    op.create_table(
        "views",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("view_id", "council", "subject", "name", "question")),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("view_id"),
        sa.UniqueConstraint("council", "subject", "name", name="views_by_name"),
    )
