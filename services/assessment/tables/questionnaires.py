"""The tables of answers to questionnaires, and of who agreed that two assessments are combined."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled

answer_sets = sa.Table(
    "answer_sets",
    metadata,
    sa.Column("answers_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("case_version", sa.Integer, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    *filled(sa.Text, "questionnaire", "pack", "way"),
    sa.Column("wished", sa.Boolean, nullable=False),
    *filled(sa.Text, "helper", "because", "combination_id", "based_on", "begun_by", "begun_at"),
    sa.Column("version", sa.Integer, nullable=False),
    *filled(sa.Text, "given", "views", "submitted_by", "submitted_at", "shown_to"),
    sa.Column("shown_on", sa.Date, nullable=True),
    sa.Index("answer_sets_of_case", "case_id", "case_version", unique=True),
)
"""Answers to a questionnaire of a version of a pack. `case_version` is the case's own when they were begun, and so
their order; `version` counts their changes. `given` and `views` are JSON by the id of the question: what was answered,
and what the practitioner says of it.
"""

combined_consents = sa.Table(
    "combined_consents",
    metadata,
    sa.Column("combination_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("case_version", sa.Integer, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("consented_on", sa.Date, nullable=False),
    *filled(sa.Text, "recorded_by", "recorded_at"),
    sa.Column("withdrawn_on", sa.Date, nullable=True),
    *filled(sa.Text, "withdrawal_recorded_by"),
    sa.Index("combined_consents_of_case", "case_id", "case_version"),
)
"""Who agreed that two assessments are combined: two rows of each combination, one a case. `place` is 0 of the case in
which it was recorded, and 1 of the other.
"""
