"""Money that is spent once beside money of every week, and plans that the person pays for."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward. Until now everything was spent every week, and the council paid for every plan."""
    nothing = sa.text("'0.00'")
    op.add_column("plannings", sa.Column("budget_once", sa.Text(), nullable=False, server_default=nothing))
    op.add_column("plannings", sa.Column("own_money", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("money_arrangements", sa.Column("once", sa.Text(), nullable=False, server_default=nothing))
