"""The tables of the streams of an individual budget, and of the offer of a personal budget."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled

streams = sa.Table(
    "streams",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    *filled(sa.Text, "stream_id", "kind", "health_need", "immediate_representative"),
    *filled(sa.Text, "funder", "amount", "frequency"),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=True),
    sa.Column("rules", sa.Text, nullable=False),
    sa.Column("ring_fenced", sa.Boolean, nullable=False),
    *filled(sa.Text, "because", "recorded_by", "recorded_at"),
)
"""What was recorded of each stream, in the order of the case's own version. The last of a stream is what stands."""

offers = sa.Table(
    "offers",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("answered_on", sa.Date, nullable=False),
    *filled(sa.Text, "because", "recorded_by", "recorded_at"),
)
"""Offers of a personal budget, and the answers, in the order of the case's own version."""

own_money = sa.Table(
    "own_money",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    *filled(sa.Text, "because", "recorded_by", "recorded_at"),
)
"""The rounds in which the person plans with their own money."""
