"""Answers by their asker, steps that were opened, receipts in order."""

from sevensteps.service.migrations import change_shared_tables_0002

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the schema forward."""
    change_shared_tables_0002()
