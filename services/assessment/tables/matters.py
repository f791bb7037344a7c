"""The tables of complaints and of requests for one's own data."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled, receipts

RUNNING = sa.text("running")
"""Clocks of what is not done yet."""
UNTOLD = sa.text("running AND NOT overdue_told")

matters = sa.Table(
    "matters",
    metadata,
    sa.Column("matter_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("received_on", sa.Date, nullable=False),
    *filled(sa.Text, "how", "made_by", "reference", "about"),
    sa.Column("happened_on", sa.Date, nullable=True),
    *filled(sa.Text, "late_because", "recorded_by", "recorded_at"),
    sa.Index("matters_of_case", "case_id", "version", unique=True),
)
"""Complaints, and requests for one's own data. `version` is the case's own before it, and so their order."""

matter_acts = sa.Table(
    "matter_acts",
    metadata,
    sa.Column("matter_id", sa.Text, sa.ForeignKey("matters.matter_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("acted_on", sa.Date, nullable=False),
    *filled(sa.Text, "acted_by", "acted_at", "because"),
    sa.Column("agreed_until", sa.Date, nullable=True),
    sa.Column("outcome", sa.Text, nullable=False),
)
"""What was done about them, in the order of the case's own version."""

matter_clocks = sa.Table(
    "matter_clocks",
    metadata,
    sa.Column("matter_id", sa.Text, sa.ForeignKey("matters.matter_id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("receipt_digest", sa.Text),
    sa.Column("running", sa.Boolean, nullable=False),
    sa.Column("overdue_told", sa.Boolean, nullable=False),
    sa.Index("running_clocks", "case_id", "due_on", sqlite_where=RUNNING, postgresql_where=RUNNING),
    sa.Index("untold_clocks", "due_on", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
)
"""Until when they have to be acknowledged and answered. A date that moves is told anew when it has passed."""
