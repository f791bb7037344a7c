"""The table of financial assessments."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled, receipts

STANDING = sa.text("standing")
"""Financial assessments that stand: at most one a case."""

financial_assessments = sa.Table(
    "financial_assessments",
    metadata,
    sa.Column("financial_assessment_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    *filled(sa.Text, "way", "reason"),
    sa.Column("assessed_on", sa.Date, nullable=False),
    sa.Column("consent", sa.Boolean, nullable=True),
    sa.Column("means", sa.Text, nullable=True),
    *filled(sa.Text, "answers_id", "services"),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("receipt_digest", sa.Text),
    *filled(sa.Text, "verdict", "assessed_by", "recorded_at"),
    sa.Column("charge", sa.Text, nullable=False),
    sa.Column("judged", sa.Text, nullable=True),
    sa.Column("standing", sa.Boolean, nullable=False),
    sa.Index("financial_assessments_of_case", "case_id", "number", unique=True),
    sa.Index(
        "standing_financial_assessments",
        "case_id",
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    ),
)
"""Who can pay how much. `means`, `services`, `charge` and `judged` are JSON; amounts in them are text in pounds.

`version` is the case's own before it, and `number` the order within the case.
"""
