"""The tables of the approval service."""

import sqlalchemy as sa

from sevensteps.service.decided_records import Claim, DecidedRecords
from sevensteps.service.tables import filled, receipts

metadata = sa.MetaData()

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
)

approvals = sa.Table(
    "approvals",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    *filled(sa.Text, "plan", "state", "verdict", "safe", "legal", "meets_needs", "sufficient", "level"),
    sa.Column("due_on", sa.Date, nullable=False),
    *filled(sa.Text, "personal_budget", "indicative"),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("receipt_digest", sa.Text),
    *filled(sa.Text, "pack", "opened_at", "decided_by", "signed_as", "decided_at", "because"),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("authority_receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id)),
    sa.Column("authority_digest", sa.Text),
    sa.Column("capacity_id", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("personal_budget_once", sa.Text, nullable=False, server_default=sa.text("'0.00'")),
    sa.Column("own_money", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint("(state IN ('approved', 'returned')) = (decided_by <> '')", name="decided_by_somebody"),
    sa.CheckConstraint("(state = 'approved') = (signed_as <> '')", name="signed_in_a_role"),
    sa.Index(
        "one_undecided_a_case",
        "case_id",
        unique=True,
        sqlite_where=sa.text("state = 'checked'"),
        postgresql_where=sa.text("state = 'checked'"),
    ),
)

parties = sa.Table(
    "parties",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("part", sa.Text, primary_key=True),
    sa.ForeignKeyConstraint(["case_id", "version"], ["approvals.case_id", "approvals.version"]),
)
"""Who wrote a plan or assessed its case. A trigger (migration 0002) keeps whoever wrote a version from deciding on it,
and whoever assessed in any round from deciding on any version."""

judgements = sa.Table(
    "judgements",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("about", sa.Text, primary_key=True),
    *filled(sa.Text, "because", "judged_by"),
    sa.ForeignKeyConstraint(["case_id", "version"], ["approvals.case_id", "approvals.version"]),
)

personal_budgets = sa.Table(
    "personal_budgets",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    *filled(sa.Text, "cost", "adult_pays", "council_pays", "basis", "financial_assessment_id", "one_off_cost"),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id)),
    sa.Column("receipt_digest", sa.Text),
    *filled(sa.Text, "stated_by", "stated_at"),
    sa.ForeignKeyConstraint(["case_id", "version"], ["approvals.case_id", "approvals.version"]),
)
"""Who pays what of the cost of an agreed plan, each time that it was stated; amounts are text in pounds a week."""

DECIDED = (
    DecidedRecords(
        "check of a plan",
        approvals,
        (
            Claim("verdict", "verdict"),
            Claim("safe", "values.safe"),
            Claim("legal", "values.legal"),
            Claim("meets_needs", "values.meets_needs"),
            Claim("sufficient", "values.sufficient"),
            Claim("personal_budget", "facts.personal_budget"),
            Claim("indicative", "facts.indicative_budget"),
            Claim("pack", "hash"),
        ),
    ),
    DecidedRecords(
        "signature",
        approvals,
        (
            Claim("signed", "verdict", always="met"),
            Claim("signed_as", "facts.role"),
            Claim("level", "values.level"),
            Claim("decided_by", "actor"),
        ),
        receipt_id="authority_receipt_id",
        receipt_digest="authority_digest",
    ),
    DecidedRecords("personal budget", personal_budgets, (Claim("stated_by", "actor"),)),
)
"""What is recorded by decisions, and what of it their receipts say too."""
