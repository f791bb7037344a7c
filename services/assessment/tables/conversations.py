"""The tables of what matters to the person, and of their own list of needs."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("held_on", sa.Date, nullable=False),
    *filled(sa.Text, "what_matters", "wishes", "strengths", "preferences", "aspirations"),
    *filled(sa.Text, "wanted_outcomes", "living_goals", "communication_needs", "formats", "language"),
    *filled(sa.Text, "refused_because", "recorded_by", "recorded_at"),
)
"""`version` is the case's own before it, and so their order. Lists are JSON; one that was refused says why."""

own_needs = sa.Table(
    "own_needs",
    metadata,
    sa.Column("need_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    *filled(sa.Text, "words", "outcome", "recorded_by", "recorded_at"),
    sa.Index("own_needs_of_case", "case_id", "version", "place", unique=True),
)
"""The person's own needs; `place` is the order of those that were said together."""

own_need_answers = sa.Table(
    "own_need_answers",
    metadata,
    sa.Column("need_id", sa.Text, sa.ForeignKey("own_needs.need_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    *filled(sa.Text, "met", "words"),
    sa.Column("answered_on", sa.Date, nullable=False),
    sa.Column("answered_by", sa.Text, nullable=False),
)
