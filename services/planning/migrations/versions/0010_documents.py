"""What people are told in writing."""

from sevensteps.service.documents_schema import create_documents

revision = "0010"
down_revision = "0009"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward."""
    create_documents()
