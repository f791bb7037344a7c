"""The cases that belong to one are found without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index(
        "linked_cases",
        "cases",
        ["linked_case_id", "position"],
        sqlite_where=sa.text("linked_case_id <> ''"),
        postgresql_where=sa.text("linked_case_id <> ''"),
    )
