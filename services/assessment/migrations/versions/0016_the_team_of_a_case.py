"""The team that looks after a case."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward. Nobody has said of any case yet which team has it."""
    op.add_column("cases", sa.Column("team", sa.Text(), nullable=False, server_default=sa.text("''")))
