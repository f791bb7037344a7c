"""The table of documents, as migrations make it."""

import sqlalchemy as sa
from alembic import op


def create_documents() -> None:
    """The table `documents` of sevensteps/service/tables.py. Never changed either."""
    filled = ("case_id", "council", "kind", "about", "language", "title", "letter", "text_hash", "owner", "told")
    also = ("content", "content_hash", "missing_because", "written_by", "written_at", "corrected_because")
    op.create_table(
        "documents",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*filled, *also)),
        sa.Column("pack_hash", sa.Text(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("corrects", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["pack_hash"], ["packs.hash"]),
        sa.ForeignKeyConstraint(["corrects"], ["documents.document_id"]),
        sa.PrimaryKeyConstraint("document_id"),
        sa.UniqueConstraint("corrects"),
    )
    op.create_index("documents_of_case", "documents", ["case_id", "number"], unique=True)
