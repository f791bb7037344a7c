"""The eligible needs that a carer meets."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Bring the schema forward. Nobody was asked before."""
    op.add_column("plannings", sa.Column("met_by_carer", sa.Text(), nullable=False, server_default=sa.text("'[]'")))
