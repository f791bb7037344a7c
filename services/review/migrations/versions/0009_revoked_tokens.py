"""Tokens that are not accepted any more."""

from sevensteps.service.migrations import create_revoked

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring the schema forward."""
    create_revoked()
