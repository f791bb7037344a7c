"""The tables of the case itself, of what is determined in it, and of what is done to it."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled, receipts

OPEN = sa.text("ending = ''")
LINKED = sa.text("linked_case_id <> ''")
"""Cases that belong to another one: few, so the index has only them."""
OPEN_WITHOUT_REASON = sa.text("ending = '' AND another_because IS NULL")
OPEN_WITH_REASON = sa.text("ending = '' AND another_because IS NOT NULL")

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    *filled(sa.Text, "council", "kind", "person_reference", "opened_at"),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("assessment_open", sa.Boolean, nullable=False),
    sa.Column("assessment_due", sa.Date, nullable=False),
    sa.Column("pack", sa.Text, nullable=False),
    sa.Column("on_hold", sa.Boolean, nullable=False),
    sa.Column("ending", sa.Text, nullable=False),
    sa.Column("ended_on", sa.Date, nullable=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer),
    sa.Column("opened_by", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("another_because", sa.Text, nullable=True),
    sa.Column("linked_case_id", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("team", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Index("cases_in_order", "position", unique=True),
    sa.Index("cases_of_council", "council", "position"),
    sa.Index("open_cases_in_order", "position", sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("open_cases_of_council", "council", "position", sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("cases_of_person", "person_reference", "council", "position"),
    sa.Index("linked_cases", "linked_case_id", "position", sqlite_where=LINKED, postgresql_where=LINKED),
    sa.Index(
        "one_open_case",
        "council",
        "kind",
        "person_reference",
        unique=True,
        sqlite_where=OPEN_WITHOUT_REASON,
        postgresql_where=OPEN_WITHOUT_REASON,
    ),
    sa.Index(
        "open_beside_another",
        "council",
        "kind",
        "person_reference",
        sqlite_where=OPEN_WITH_REASON,
        postgresql_where=OPEN_WITH_REASON,
    ),
)
"""`position` is their order: see numbering.py. `another_because` is empty where a case was opened beside another one of
the same person before anybody was asked why.
"""

self_assessments = sa.Table(
    "self_assessments",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    *filled(sa.Text, "help", "own_words", "recorded_by"),
)

urgent_support = sa.Table(
    "urgent_support",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    *filled(sa.Text, "recorded_at", "needs", "weekly"),
    sa.Column("starts_on", sa.Date, nullable=False),
    *filled(sa.Text, "because", "recorded_by"),
    sa.Column("folded_into", sa.Text, nullable=False, server_default=sa.text("''")),
)
"""`folded_into` is the determination that was confirmed after it, and so took the urgent needs up."""

determinations = sa.Table(
    "determinations",
    metadata,
    sa.Column("determination_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    *filled(sa.Text, "proposed_at", "verdict"),
    sa.Column("assessed_on", sa.Date, nullable=False),
    sa.Column("eligible_needs", sa.Text, nullable=False),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("receipt_digest", sa.Text),
    *filled(sa.Text, "assessed_by", "confirmed_by", "reasons"),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("assessment", sa.Text, nullable=True),
    sa.Column("duty_receipt_id", sa.Text, nullable=True),
    sa.Column("duty_receipt_digest", sa.Text),
    sa.Column("duty_owed", sa.Text, nullable=False, server_default=sa.text("'[]'")),
    sa.Column("duty_because", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("departures", sa.Text, nullable=False, server_default=sa.text("'[]'")),
    sa.Column("proposal", sa.Text, nullable=True),
    sa.Column("answers_id", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Index("determinations_by_case", "case_id", "version"),
    sa.Index(
        "one_confirmed_a_round",
        "case_id",
        "round",
        unique=True,
        sqlite_where=sa.text("confirmed_by <> ''"),
        postgresql_where=sa.text("confirmed_by <> ''"),
    ),
)

"""`assessment` is what was assessed, as JSON; empty in rows of earlier versions, whose receipt has it. What the pack
says is as the practitioner judges the outcomes in `departures`; then `proposal` is what it had proposed.
"""

indicative_budgets = sa.Table(
    "indicative_budgets",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("weekly", sa.Text, nullable=False),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("receipt_digest", sa.Text),
    sa.Column("given_by", sa.Text, nullable=False),
)

advice = sa.Table(
    "advice",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    *filled(sa.Text, "written_reasons", "advice", "how_to_ask_again", "given_by"),
    sa.Column("options", sa.Text, nullable=False, server_default=sa.text("'[]'")),
    sa.Column("signposts", sa.Text, nullable=False, server_default=sa.text("'[]'")),
)
"""`options` and `signposts` are lists as JSON."""

written = sa.Table(
    "written",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("due_on", sa.Date, nullable=True),
    sa.Column("given_on", sa.Date, nullable=True),
    *filled(sa.Text, "recorded_by", "how"),
    sa.Column("overdue_told", sa.Boolean, nullable=False),
)
"""What the person is owed in writing after a determination, and whether it was given."""

acts = sa.Table(
    "acts",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    *filled(sa.Text, "kind", "acted_at", "acted_by", "reason", "because"),
)
"""What was done to a case as a whole. `version` is the case's own before it, and so their order."""
