"""The table of how each step felt."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled

feelings = sa.Table(
    "feelings",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    *filled(sa.Text, "step", "listened_to", "in_charge", "own_words"),
    sa.Column("answered_on", sa.Date, nullable=False),
    *filled(sa.Text, "recorded_by", "recorded_at"),
    sa.Index("feelings_by_day", "answered_on"),
)
"""`version` is the case's own before it, and so their order."""
