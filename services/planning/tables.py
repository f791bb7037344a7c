"""The tables of the planning service."""

import sqlalchemy as sa

from sevensteps.service.decided_records import Claim, DecidedRecords
from sevensteps.service.tables import filled, receipts

metadata = sa.MetaData()

plannings = sa.Table(
    "plannings",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    *filled(sa.Text, "council", "eligible_needs", "indicative"),
    *filled(sa.Integer, "plan_version", "agreed_version"),
    *filled(sa.Text, "budget", "stage"),
    sa.Column("stage_open", sa.Boolean, nullable=False),
    sa.Column("pack", sa.Text, nullable=False),
    sa.Column("closed", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("met_by_carer", sa.Text, nullable=False, server_default=sa.text("'[]'")),
    sa.Column("budget_once", sa.Text, nullable=False, server_default=sa.text("'0.00'")),
    sa.Column("own_money", sa.Boolean, nullable=False, server_default=sa.false()),
)

openings = sa.Table(
    "openings",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("plannings.case_id"), primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("plan_version", sa.Integer, primary_key=True),
    sa.Column("due_on", sa.Date, nullable=False),
)

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("plannings.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("submitted", sa.Boolean, nullable=False),
    *filled(sa.Text, "content", "written_by"),
)

money_arrangements = sa.Table(
    "money_arrangements",
    metadata,
    sa.Column("arrangement_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("plan_version", sa.Integer, nullable=False),
    *filled(sa.Text, "kind", "payee", "weekly"),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=True),
    sa.Column("receipt_digest", sa.Text),
    *filled(sa.Text, "arranged_at", "arranged_by"),
    *(
        sa.Column(name, sa.Text, nullable=False, server_default=sa.text("''"))
        for name in ("payee_reference", "authority_id", "capacity_id")
    ),
    sa.Column("once", sa.Text, nullable=False, server_default=sa.text("'0.00'")),
    sa.ForeignKeyConstraint(["case_id", "plan_version"], ["plans.case_id", "plans.version"]),
    sa.Index("money_by_plan", "case_id", "plan_version", "arranged_at"),
)

periods = sa.Table(
    "periods",
    metadata,
    sa.Column("arrangement_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("plannings.case_id"), nullable=False, index=True),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("plan_version", sa.Integer, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=True),
    sa.Column("reason", sa.Text, nullable=False),
)

support_arrangements = sa.Table(
    "support_arrangements",
    metadata,
    sa.Column("arrangement_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("plan_version", sa.Integer, nullable=False),
    *filled(sa.Text, "kind", "needs"),
    sa.Column("starts_on", sa.Date, nullable=False),
    *filled(sa.Text, "arranged_at", "arranged_by"),
    sa.ForeignKeyConstraint(["case_id", "plan_version"], ["plans.case_id", "plans.version"]),
    sa.Index("support_by_plan", "case_id", "plan_version", "arranged_at"),
)

DECIDED = (
    DecidedRecords(
        "direct payment",
        money_arrangements,
        (Claim("arranged", "verdict", always="met"), Claim("arranged_by", "actor")),
    ),
)
"""What is recorded by decisions, and what of it their receipts say too."""
