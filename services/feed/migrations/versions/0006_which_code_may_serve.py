"""Which code may serve these records: read by a release that does not know their revision."""

from sevensteps.service.side_by_side import create_oldest_code

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Bring the schema forward."""
    create_oldest_code()
