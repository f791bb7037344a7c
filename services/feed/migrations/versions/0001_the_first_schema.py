"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "events",
        sa.Column("position", POSITION, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_index("events_of_case", "events", ["case_id", "position"], unique=False)
    op.create_table(
        "dropped",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_table(
        "ended_cases",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )
    head = op.create_table(
        "head",
        sa.Column("earliest", POSITION, nullable=False),
        sa.Column("last", POSITION, nullable=False),
    )
    op.bulk_insert(head, [{"earliest": 1, "last": 0}])
    op.create_table(
        "subscriptions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", POSITION, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
