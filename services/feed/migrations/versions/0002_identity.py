"""A feed has an identity, and knows the last event that it dropped."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward."""
    earliest, last = op.get_bind().execute(sa.text("SELECT earliest, last FROM head")).one()
    op.drop_table("head")  # made again, because SQLite adds no column without a default
    head = op.create_table(
        "head",
        sa.Column("earliest", POSITION, nullable=False),
        sa.Column("last", POSITION, nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("dropped_id", sa.Text(), nullable=False),
    )
    op.bulk_insert(head, [{"earliest": earliest, "last": last, "feed_id": str(uuid4()), "dropped_id": ""}])
