"""Who published which packs, when and why."""

from sevensteps.service.migrations import create_publications_0005

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the schema forward."""
    create_publications_0005()
