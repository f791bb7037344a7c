"""Who published which packs, when and why."""

from sevensteps.service.migrations import create_publications_0004

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the schema forward."""
    create_publications_0004()
