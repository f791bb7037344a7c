"""Who receives a direct payment, and by which records of capacity and authority."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward."""
    for name in ("payee_reference", "authority_id", "capacity_id"):
        op.add_column("money_arrangements", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
