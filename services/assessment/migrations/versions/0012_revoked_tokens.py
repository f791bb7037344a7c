"""Tokens that are not accepted any more."""

from sevensteps.service.migrations import create_revoked

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Bring the schema forward."""
    create_revoked()
