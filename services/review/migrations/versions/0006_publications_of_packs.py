"""Who published which packs, when and why."""

from sevensteps.service.migrations import create_publications_0005

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Bring the schema forward."""
    create_publications_0005()
