"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
change = "expand"  # the release before goes on working over it; or "contract", and then unused_since = "…"


def upgrade() -> None:
    """Bring the schema forward."""
    ${upgrades if upgrades else "pass"}
