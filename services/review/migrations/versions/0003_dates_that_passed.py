"""Dates that have passed, each told once."""

from sevensteps.service.migrations import create_overdue_0003

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the schema forward."""
    create_overdue_0003()
