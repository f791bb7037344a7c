"""The tables of the assessment service."""

import sqlalchemy as sa

from sevensteps.service.decided_records import Claim, DecidedRecords
from sevensteps.service.tables import filled, receipts

metadata = sa.MetaData()

OPEN = sa.text("ending = ''")
LINKED = sa.text("linked_case_id <> ''")
"""Cases that belong to another one: few, so the index has only them."""
RUNNING = sa.text("running")
"""Clocks of what is not done yet."""
UNTOLD = sa.text("running AND NOT overdue_told")
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
)

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
)

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

DECIDED = (
    DecidedRecords(
        "determination",
        determinations,
        (
            Claim("verdict", "verdict"),
            Claim("eligible_needs", "values.eligible_needs"),
            Claim("assessed_on", "on"),
            Claim("assessed_by", "actor", unless="proposal"),
            Claim("confirmed_by", "actor", where="proposal"),
        ),
    ),
    DecidedRecords(
        "duty to meet needs",
        determinations,
        (Claim("duty_owed", "values.duty_owed"),),
        receipt_id="duty_receipt_id",
        receipt_digest="duty_receipt_digest",
    ),
    DecidedRecords(
        "indicative budget",
        indicative_budgets,
        (
            Claim("points", "facts.points"),
            Claim("weekly", "values.weekly", free=True),  # above the table it is the practitioner's own
            Claim("given_by", "actor"),
        ),
    ),
    DecidedRecords(
        "clock of a complaint or an access request",
        matter_clocks,
        (Claim("due_on", "values.due"), Claim("kind", "facts.clock")),
    ),
)
"""What is recorded by decisions, and what of it their receipts say too."""
