"""The answers to questionnaires, what the practitioner says of each, and who agreed to combine two assessments."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
change = "expand"

EMPTY = sa.text("''")


def upgrade() -> None:
    """Bring the schema forward. What was determined before, was so without a questionnaire."""
    op.create_table(
        "answer_sets",
        sa.Column("answers_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("questionnaire", "pack", "way")),
        sa.Column("wished", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("helper", "because", "combination_id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("based_on", "begun_by", "begun_at")),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("given", "views")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("submitted_by", "submitted_at", "shown_to")),
        sa.Column("shown_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("answers_id"),
    )
    op.create_index("answer_sets_of_case", "answer_sets", ["case_id", "case_version"], unique=True)
    op.create_table(
        "combined_consents",
        sa.Column("combination_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("consented_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("recorded_by", "recorded_at")),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawal_recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("combination_id", "case_id"),
    )
    op.create_index("combined_consents_of_case", "combined_consents", ["case_id", "case_version"])
    op.add_column("determinations", sa.Column("answers_id", sa.Text(), nullable=False, server_default=EMPTY))
    op.add_column("urgent_support", sa.Column("folded_into", sa.Text(), nullable=False, server_default=EMPTY))
