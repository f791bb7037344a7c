"""Who put a case on hold, released, resumed or ended it, when and why. Until now resumptions alone were kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the schema forward. Of holds and endings from before, only the feed knows who did them."""
    op.create_table(
        "acts",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("acted_at", sa.Text(), nullable=False),
        sa.Column("acted_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "version"),
    )
    op.execute(
        "INSERT INTO acts (case_id, version, kind, acted_at, acted_by, reason, because)"
        " SELECT case_id, version, 'resumed', resumed_at, resumed_by, '', because FROM resumptions"
    )
    op.drop_table("resumptions")
