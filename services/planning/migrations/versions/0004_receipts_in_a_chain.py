"""Receipts in a chain, and the digests of the receipts that records name."""

from sevensteps.service.migrations import create_chain_0004, name_digests_0004

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the schema forward."""
    create_chain_0004()
    name_digests_0004("money_arrangements", "arrangement_id")
