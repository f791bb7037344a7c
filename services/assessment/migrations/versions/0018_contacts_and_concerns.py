"""Contacts, enquiries, refusals of an assessment, safeguarding concerns, and how each step felt."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward."""
    for name in ("options", "signposts"):
        op.add_column("advice", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("'[]'")))
    _add_contacts()
    _add_refusals()
    _add_concerns()
    _add_feelings()


def _filled(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _add_contacts() -> None:
    op.create_table(
        "contacts",
        *_filled("contact_id", "case_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("contacted_on", sa.Date(), nullable=False),
        *_filled("how", "route", "made_by", "reference", "for_whom"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        *_filled("about", "recorded_by", "recorded_at"),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("receipt_id", sa.Text(), nullable=True),
        sa.Column("receipt_digest", sa.Text(), nullable=True),
        sa.Column("overdue_told", sa.Boolean(), nullable=False),
        *_filled("outcome"),
        sa.Column("decided_on", sa.Date(), nullable=True),
        *_filled("because", "whereto"),
        sa.Column("transition_on", sa.Date(), nullable=True),
        *_filled("decided_by", "decided_at"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.receipt_id"]),
        sa.PrimaryKeyConstraint("contact_id"),
    )
    op.create_index("contacts_of_case", "contacts", ["case_id", "version"], unique=True)
    undecided = sa.text("outcome = '' AND NOT overdue_told")
    op.create_index("undecided_contacts", "contacts", ["due_on"], sqlite_where=undecided, postgresql_where=undecided)
    op.create_table(
        "enquiries",
        *_filled("enquiry_id", "council", "topic", "route"),
        sa.Column("asked_on", sa.Date(), nullable=False),
        *_filled("recorded_by", "recorded_at"),
        sa.PrimaryKeyConstraint("enquiry_id"),
    )
    op.create_index("enquiries_of_council", "enquiries", ["council", "asked_on"])


def _add_refusals() -> None:
    op.create_table(
        "refusals",
        *_filled("refusal_id", "case_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("refused_on", sa.Date(), nullable=False),
        *_filled("because"),
        *(
            sa.Column(name, sa.Boolean(), nullable=True)
            for name in ("lacks_capacity", "best_interests", "abuse_or_neglect")
        ),
        *_filled("recorded_by", "recorded_at", "revived_by"),
        sa.Column("revived_on", sa.Date(), nullable=True),
        *_filled("revived_because", "revival_recorded_by", "revival_recorded_at"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("refusal_id"),
    )
    op.create_index("refusals_of_case", "refusals", ["case_id", "version"], unique=True)


def _add_concerns() -> None:
    op.create_table(
        "concerns",
        *_filled("concern_id", "case_id", "kinds"),
        sa.Column("danger_now", sa.Boolean(), nullable=False),
        *_filled("about"),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        *_filled("raised_by", "raised_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("concern_id"),
    )
    op.create_index("concerns_of_case", "concerns", ["case_id", "raised_at", "concern_id"])
    op.create_table(
        "concern_decisions",
        *_filled("concern_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("enquiry", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=True) for name in ("has_needs", "at_risk", "cannot_protect")),
        sa.Column("decided_on", sa.Date(), nullable=False),
        *_filled("because", "decided_by", "decided_at"),
        sa.ForeignKeyConstraint(["concern_id"], ["concerns.concern_id"]),
        sa.PrimaryKeyConstraint("concern_id", "version"),
    )


def _add_feelings() -> None:
    op.create_table(
        "feelings",
        *_filled("case_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_filled("step", "listened_to", "in_charge", "own_words"),
        sa.Column("answered_on", sa.Date(), nullable=False),
        *_filled("recorded_by", "recorded_at"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("case_id", "version"),
    )
    op.create_index("feelings_by_day", "feelings", ["answered_on"])
