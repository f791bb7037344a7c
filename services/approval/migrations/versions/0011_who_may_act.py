"""By which record of the person's capacity a plan was checked."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("approvals", sa.Column("capacity_id", sa.Text(), nullable=False, server_default=sa.text("''")))
