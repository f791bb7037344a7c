"""The tables of safeguarding concerns."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled

concerns = sa.Table(
    "concerns",
    metadata,
    sa.Column("concern_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("kinds", sa.Text, nullable=False),
    sa.Column("danger_now", sa.Boolean, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("noticed_on", sa.Date, nullable=False),
    *filled(sa.Text, "raised_by", "raised_at"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("concerns_of_case", "case_id", "raised_at", "concern_id"),
)
"""`kinds` is a list as JSON. `version` is the concern's own: the case does not change by it. No foreign key: PostgreSQL
would lock the case for its check, and a concern waits for nobody who changes the case.
"""

concern_decisions = sa.Table(
    "concern_decisions",
    metadata,
    sa.Column("concern_id", sa.Text, sa.ForeignKey("concerns.concern_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("enquiry", sa.Boolean, nullable=False),
    sa.Column("has_needs", sa.Boolean, nullable=True),
    sa.Column("at_risk", sa.Boolean, nullable=True),
    sa.Column("cannot_protect", sa.Boolean, nullable=True),
    sa.Column("decided_on", sa.Date, nullable=False),
    *filled(sa.Text, "because", "decided_by", "decided_at"),
)
"""What was decided about them: `version` is the concern's own after it."""
