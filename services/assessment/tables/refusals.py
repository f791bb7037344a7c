"""The table of refusals of an assessment."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("refusal_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("refused_on", sa.Date, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("lacks_capacity", sa.Boolean, nullable=True),
    sa.Column("best_interests", sa.Boolean, nullable=True),
    sa.Column("abuse_or_neglect", sa.Boolean, nullable=True),
    *filled(sa.Text, "recorded_by", "recorded_at"),
    sa.Column("revived_by", sa.Text, nullable=False),
    sa.Column("revived_on", sa.Date, nullable=True),
    *filled(sa.Text, "revived_because", "revival_recorded_by", "revival_recorded_at"),
    sa.Index("refusals_of_case", "case_id", "version", unique=True),
)
"""Each with what revived the assessment: `revived_by` is empty while nothing has. `version` is the case's before it."""
