"""A feed has an identity, subscriptions have owners, and every kind of look-up has an index."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward. Small tables are made again, because SQLite adds no column without a default."""
    _give_identity()
    _give_owners()
    op.create_index("events_of_type", "events", ["type", "position"], unique=False)
    op.create_index("events_of_council", "events", ["council", "position"], unique=False)
    op.create_index("events_of_council_and_type", "events", ["council", "type", "position"], unique=False)


def _give_identity() -> None:
    earliest, last = op.get_bind().execute(sa.text("SELECT earliest, last FROM head")).one()
    op.drop_table("head")
    head = op.create_table(
        "head",
        sa.Column("earliest", POSITION, nullable=False),
        sa.Column("last", POSITION, nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("dropped_id", sa.Text(), nullable=False),
    )
    op.bulk_insert(head, [{"earliest": earliest, "last": last, "feed_id": str(uuid4()), "dropped_id": ""}])


def _give_owners() -> None:
    """So far, all subscriptions were the suite's own."""
    rows = op.get_bind().execute(sa.text("SELECT name, position FROM subscriptions")).all()
    op.drop_table("subscriptions")
    subscriptions = op.create_table(
        "subscriptions",
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", POSITION, nullable=False),
        sa.Column("last_seen", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("council", "subject", "name"),
    )
    op.bulk_insert(
        subscriptions,
        [{"council": "", "subject": "", "name": name, "position": at, "last_seen": ""} for name, at in rows],
    )
