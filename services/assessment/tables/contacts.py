"""The tables of contacts and of enquiries without a person."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled, receipts

UNDECIDED_UNTOLD = sa.text("outcome = '' AND NOT overdue_told")
"""Contacts of which it is not decided what comes of them, and of which that was not told."""

contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("contact_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("contacted_on", sa.Date, nullable=False),
    *filled(sa.Text, "how", "route", "made_by", "reference", "for_whom"),
    sa.Column("urgent", sa.Boolean, nullable=False),
    *filled(sa.Text, "about", "recorded_by", "recorded_at"),
    sa.Column("due_on", sa.Date, nullable=True),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=True),
    sa.Column("receipt_digest", sa.Text),
    sa.Column("overdue_told", sa.Boolean, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("decided_on", sa.Date, nullable=True),
    *filled(sa.Text, "because", "whereto"),
    sa.Column("transition_on", sa.Date, nullable=True),
    *filled(sa.Text, "decided_by", "decided_at"),
    sa.Index("contacts_of_case", "case_id", "version", unique=True),
    sa.Index("undecided_contacts", "due_on", sqlite_where=UNDECIDED_UNTOLD, postgresql_where=UNDECIDED_UNTOLD),
)
"""Each with what was decided: `outcome` is empty while nothing is. `version` is the case's own before it."""

enquiries = sa.Table(
    "enquiries",
    metadata,
    sa.Column("enquiry_id", sa.Text, primary_key=True),
    *filled(sa.Text, "council", "topic", "route"),
    sa.Column("asked_on", sa.Date, nullable=False),
    *filled(sa.Text, "recorded_by", "recorded_at"),
    sa.Index("enquiries_of_council", "council", "asked_on"),
)
"""Enquiries that are about nobody in particular: they have no case."""
